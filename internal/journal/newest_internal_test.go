package journal

import (
	"testing"

	"github.com/nats-io/nats.go/jetstream"
)

// delivered is a message of the journal as far as its place matters.
type delivered struct {
	jetstream.Msg
	subject string
	seq     uint64
}

func (d delivered) Subject() string { return d.subject }

func (d delivered) Metadata() (*jetstream.MsgMetadata, error) {
	return &jetstream.MsgMetadata{Sequence: jetstream.SequencePair{Stream: d.seq}}, nil
}

func TestOfSeveralEventsOfARequestTheNewestIsDrawn(t *testing.T) {
	t.Parallel()
	got := newestOfEach([]jetstream.Msg{
		delivered{subject: "a", seq: 4}, delivered{subject: "b", seq: 5}, delivered{subject: "a", seq: 7},
		delivered{subject: "a", seq: 3}, // delivered again
	})
	if len(got) != 2 || got[0].(delivered).seq != 5 || got[1].(delivered).seq != 7 {
		t.Errorf("%+v", got)
	}
}
