package api

import (
	"context"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// letter is a row of the list: what a dead letter says of itself, without the message.
type letter struct {
	Seq     uint64    `json:"seq"`
	Reason  string    `json:"reason"`
	Detail  string    `json:"detail,omitempty"`
	Subject string    `json:"subject"`
	At      time.Time `json:"at"`
	Size    int       `json:"size"`
	Part    int       `json:"part,omitempty"` // of a message that is kept in several letters
	Parts   int       `json:"parts,omitempty"`

	Publishable bool `json:"publishable"` // again: it is a request or a decision, and was kept as it came
}

type letters struct {
	DeadLetters []letter `json:"deadLetters"`
	Next        string   `json:"next,omitempty"`
}

func (c *call) listDeadLetters() error {
	limit, err := c.limit()
	if err != nil {
		return err
	}
	list, from, err := c.ordered()
	if err != nil {
		return err
	}
	after, err := c.numbered(list)
	if err != nil {
		return err
	}
	page := letters{DeadLetters: []letter{}}
	for d, err := range from(c.context(), after) {
		if err != nil {
			return stored(err)
		}
		if !c.mayRead(d) {
			continue
		}
		if n := len(page.DeadLetters); n == limit {
			page.Next = cursor(list, strconv.FormatUint(page.DeadLetters[n-1].Seq, 10))
			break
		}
		page.DeadLetters = append(page.DeadLetters, letter{Seq: d.Seq, Reason: d.Reason, Detail: d.Detail, Subject: d.Subject, At: d.At, Size: d.Size,
			Part: d.Part, Parts: d.Parts, Publishable: d.Publishable()})
	}
	c.link(page.Next)
	return c.reply(http.StatusOK, page)
}

// ordered returns the list that is asked for, by its name in cursors, and what reads it from a number on.
func (c *call) ordered() (list string, from func(context.Context, uint64) iter.Seq2[client.DeadLetter, error], err error) {
	switch order := c.query.Get("order"); {
	case !c.query.Has("order"), order == "oldest":
		return "dead-letters", c.client().DeadLettersAfter, nil
	case order == "newest":
		return "newest-dead-letters", c.client().DeadLettersBefore, nil
	default:
		return "", nil, &deprovision.Invalid{Field: "order", Value: clip(order), Allowed: "oldest or newest"}
	}
}

// mayRead reports whether the caller may see a dead letter: those on a subject that names no request are for whoever sees all tenants.
func (c *call) mayRead(d client.DeadLetter) bool {
	if c.caller.everywhere() {
		return true
	}
	_, ref, _, err := event.ParseSubject(d.Subject)
	return err == nil && c.caller.sees(ref.Tenant)
}

func (c *call) getDeadLetter() error {
	d, err := c.letter()
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, d)
}

// letter finds the dead letter that the path names.
func (c *call) letter() (client.DeadLetter, error) {
	text := c.r.PathValue("seq")
	seq, err := strconv.ParseUint(text, 10, 64)
	if err != nil || seq == 0 {
		return client.DeadLetter{}, &deprovision.Invalid{Field: "seq", Value: clip(text), Allowed: "the number of a dead letter"}
	}
	d, err := c.client().DeadLetter(c.context(), seq)
	if err == nil && !c.mayRead(d) {
		err = client.ErrUnknownDeadLetter
	}
	return d, stored(err)
}

// requeued is the answer to a dead letter that was published again.
type requeued struct {
	DeadLetter uint64 `json:"deadLetter"`
	Subject    string `json:"subject"`
}

// requeue publishes a message again; the letter stays as a record.
func (c *call) requeue() error {
	if err := c.readBody(&struct{}{}); err != nil {
		return err
	}
	d, err := c.letter()
	if err != nil {
		return err
	}
	if d, err = c.client().Requeue(c.context(), d.Seq); err != nil {
		return err
	}
	c.done("requeue", "deadLetter", d.Seq, "subject", d.Subject)
	return c.reply(http.StatusOK, requeued{DeadLetter: d.Seq, Subject: d.Subject})
}
