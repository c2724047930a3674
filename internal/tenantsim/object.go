package tenantsim

import (
	"maps"
	"strings"
	"sync/atomic"
	"time"
)

// object is one thing in a tenant. Its props are the wire form and never
// change once stored: a change replaces the object, so readers need no lock.
type object struct {
	kind  Kind
	id    string
	name  string
	ord   int64 // position in listings; page cursors are made of it
	props map[string]any
	fresh *lag // set while reads may not see the object yet
}

// lag counts down what a slow replica hides: so many reads, or until a time.
type lag struct {
	reads atomic.Int64
	until time.Time
}

func newLag(reads int, d time.Duration, now time.Time) *lag {
	if reads <= 0 && d <= 0 {
		return nil
	}
	l := &lag{until: now.Add(d)}
	l.reads.Store(int64(reads))
	return l
}

// active reports whether the replica still lags, and uses up one read.
func (l *lag) active(now time.Time) bool {
	if l == nil {
		return false
	}
	if l.reads.Load() > 0 && l.reads.Add(-1) >= 0 {
		return true
	}
	return now.Before(l.until)
}

// with returns a copy of the object with some properties replaced.
func (o *object) with(changes map[string]any) *object {
	p := maps.Clone(o.props)
	maps.Copy(p, changes)
	return &object{kind: o.kind, id: o.id, name: o.name, ord: o.ord, props: p, fresh: o.fresh}
}

func (o *object) str(key string) string {
	s, _ := o.props[key].(string)
	return s
}

func (o *object) bool(key string) bool {
	b, _ := o.props[key].(bool)
	return b
}

func (o *object) strings(key string) []string {
	s, _ := o.props[key].([]string)
	return s
}

// fold is how ids and names are compared: the directory and Exchange both
// ignore case.
func fold(s string) string { return strings.ToLower(s) }
