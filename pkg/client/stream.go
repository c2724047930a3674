package client

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// The streams, as `worker provision` makes them.
const (
	requestStream    = "DEPROVISION_REQUESTS"
	eventStream      = "DEPROVISION_EVENTS"
	planStream       = "DEPROVISION_PLANS"
	accountStream    = "DEPROVISION_ACCOUNTS"
	deadLetterStream = "DEPROVISION_DEADLETTERS"
)

// stored is a message and its place in a stream.
type stored struct {
	msg *nats.Msg
	seq uint64
	at  time.Time
}

// which names one message of a stream: the last on a subject, the one with a sequence, or the first on a subject from there.
type which struct {
	Last string `json:"last_by_subj,omitempty"`
	Next string `json:"next_by_subj,omitempty"`
	Seq  uint64 `json:"seq,omitempty"`
}

// read asks the leader of a stream for one message; ok is false when there is none. Direct gets are not used: a follower may answer
// them with an older state, and an old state could pass for a new one here.
func (c *Client) read(ctx context.Context, stream string, w which) (found stored, ok bool, err error) {
	ctx, cancel := c.bound(ctx)
	defer cancel()
	ask, err := json.Marshal(w)
	if err != nil {
		return stored{}, false, err
	}
	reply, err := c.nc.RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+stream, ask)
	if err != nil {
		return stored{}, false, fmt.Errorf("read %s: %w", stream, c.judge(ctx, err))
	}
	var answer struct {
		Error   *jetstream.APIError `json:"error"`
		Message struct {
			Subject string    `json:"subject"`
			Seq     uint64    `json:"seq"`
			Time    time.Time `json:"time"`
			Header  []byte    `json:"hdrs"`
			Data    []byte    `json:"data"`
		} `json:"message"`
	}
	if err := json.Unmarshal(reply.Data, &answer); err != nil {
		return stored{}, false, fmt.Errorf("read %s: %w", stream, err)
	}
	switch {
	case answer.Error != nil && answer.Error.ErrorCode == codeNotFound:
		return stored{}, false, nil
	case answer.Error != nil:
		return stored{}, false, fmt.Errorf("read %s: %w", stream, c.judge(ctx, answer.Error))
	}
	m := answer.Message
	found = stored{msg: &nats.Msg{Subject: m.Subject, Data: m.Data}, seq: m.Seq, at: m.Time}
	if len(m.Header) > 0 {
		if found.msg.Header, err = nats.DecodeHeadersMsg(m.Header); err != nil {
			return stored{}, false, fmt.Errorf("read %s: headers of %d: %w", stream, m.Seq, err)
		}
	}
	return found, true, nil
}

// publish sends a message once and waits until it is stored. With expected, it is stored only while the last message on its subject has
// that sequence.
func (c *Client) publish(ctx context.Context, msg *nats.Msg, expected *uint64) (*jetstream.PubAck, error) {
	ctx, cancel := c.bound(ctx)
	defer cancel()
	if expected != nil {
		msg.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(*expected, 10))
	}
	ack, err := c.js.PublishMsg(ctx, msg, jetstream.WithRetryAttempts(0))
	return ack, c.judge(ctx, err)
}
