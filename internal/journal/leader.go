package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// What a journal's fields of these names are set to.
const (
	askFor = 5 * time.Second
	poll   = 2 * time.Second
)

type query struct {
	Seq  uint64 `json:"seq,omitempty"`
	Next string `json:"next_by_subj,omitempty"`
	Last string `json:"last_by_subj,omitempty"`
}

const notFound = 10037 // no message found

// read asks the leader of a stream for one message; revision 0 means that there is none. Direct gets are not used: a follower may
// answer them with an older state.
func (j *Journal) read(ctx context.Context, stream string, q query) (*nats.Msg, uint64, error) {
	ask, err := json.Marshal(q)
	if err != nil {
		return nil, 0, fmt.Errorf("ask %s: %w", stream, err)
	}
	ctx, cancel := context.WithTimeout(ctx, j.askFor)
	defer cancel()
	reply, err := j.nc.RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+stream, ask)
	if err != nil {
		return nil, 0, fmt.Errorf("read %s: %w", stream, err)
	}
	var answer struct {
		Error *struct {
			Code        int    `json:"err_code"`
			Description string `json:"description"`
		} `json:"error"`
		Message *struct {
			Subject string `json:"subject"`
			Seq     uint64 `json:"seq"`
			Header  []byte `json:"hdrs"`
			Data    []byte `json:"data"`
		} `json:"message"`
	}
	if err := json.Unmarshal(reply.Data, &answer); err != nil {
		return nil, 0, fmt.Errorf("read %s: %w", stream, err)
	}
	switch {
	case answer.Error != nil && answer.Error.Code == notFound:
		return nil, 0, nil
	case answer.Error != nil:
		return nil, 0, fmt.Errorf("read %s: %s (%d)", stream, answer.Error.Description, answer.Error.Code)
	case answer.Message == nil || answer.Message.Seq == 0:
		return nil, 0, fmt.Errorf("read %s: the answer holds no message", stream)
	}
	msg := &nats.Msg{Subject: answer.Message.Subject, Data: answer.Message.Data}
	if len(answer.Message.Header) > 0 {
		if msg.Header, err = nats.DecodeHeadersMsg(answer.Message.Header); err != nil {
			return nil, 0, fmt.Errorf("read %s: headers of %d: %w", stream, answer.Message.Seq, err)
		}
	}
	return msg, answer.Message.Seq, nil
}

// each calls yield for every message of a subject from a sequence on, read from the leader, oldest first.
func (j *Journal) each(ctx context.Context, stream, subject string, from uint64, yield func(*nats.Msg, uint64) error) error {
	for {
		msg, seq, err := j.read(ctx, stream, query{Seq: max(from, 1), Next: subject})
		if err != nil || seq == 0 {
			return err
		}
		if err := yield(msg, seq); err != nil {
			return err
		}
		from = seq + 1
	}
}
