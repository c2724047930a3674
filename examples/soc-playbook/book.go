package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// book is all windows, and how far the journal was read for them.
type book struct {
	After   uint64             `json:"after"`   // revision of the last event that changed something here
	Windows map[string]*window `json:"windows"` // by request: <tenant>.<service>.<request>
}

// window is the time in which a removal explains alerts, and which ones.
type window struct {
	Tenant  string     `json:"tenant"`
	Account string     `json:"account"`
	AppID   string     `json:"appId,omitempty"`
	Plan    string     `json:"plan"` // the whole plan: publisher plan <request>
	Opened  time.Time  `json:"opened"`
	Ended   *time.Time `json:"ended,omitempty"` // when the removal ended; nil while it goes on
	Until   *time.Time `json:"until,omitempty"` // until when its entries may still come in; nil while it goes on
	Status  string     `json:"status,omitempty"`

	Rules     []rule                        `json:"rules"`     // what the tenant's logs will hold
	Objects   []deprovision.AnnouncedObject `json:"objects"`   // what it will be about
	More      int                           `json:"more"`      // objects that only the plan names
	Consumers []string                      `json:"consumers"` // whose playbooks stop
}

// rule suppresses one kind of entry of one log, as often as the removal causes it.
type rule struct {
	Log       string `json:"log"`
	Operation string `json:"operation"`
	AtMost    int    `json:"atMost"`
}

// take reads one event and returns what to tell about it; "" when it changes nothing here. An event that was read before changes nothing.
func (b *book) take(e deprovision.Event, lag time.Duration) string {
	p, name := e.Progress, e.Progress.Request.Ref().Tokens()
	w := b.Windows[name]
	if a := e.Change.Announcement; a != nil && w == nil { // whatever the kind of the change: see docs/events.md
		w = opened(p, a)
		b.Windows[name] = w
		return fmt.Sprintf("open   %s: %d objects, %d operations; tell %d consumers", name, len(w.Objects)+w.More, len(w.Rules), len(w.Consumers))
	}
	if w == nil || w.Ended != nil || !p.Status.Terminal() {
		return ""
	}
	ended, until := p.Updated, p.Updated.Add(lag)
	w.Ended, w.Until, w.Status = &ended, &until, string(p.Status)
	return fmt.Sprintf("close  %s: %s, %d removed; entries may come in until %s", name, p.Status, p.Removed, until.UTC().Format(time.RFC3339))
}

func opened(p deprovision.Progress, a *deprovision.Announcement) *window {
	w := &window{Tenant: p.Request.Tenant, Account: a.Account, AppID: a.AppID, Plan: a.Plan, Opened: p.Updated,
		Objects: a.Objects, More: a.More, Consumers: a.Consumers}
	for _, o := range a.Operations {
		w.Rules = append(w.Rules, rule{Log: o.Log, Operation: o.Operation, AtMost: o.Count})
	}
	return w
}

func load(path string) (*book, error) {
	b := &book{Windows: map[string]*window{}}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, b); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if b.Windows == nil {
		b.Windows = map[string]*window{}
	}
	return b, nil
}

// save replaces the file as a whole: who reads it never sees half of it.
func (b *book) save(path string) error {
	raw, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(append(raw, '\n'))
	if err := errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), path)
}
