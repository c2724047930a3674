package journal

import (
	"fmt"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// MaxRequest is the most that a request or decision may weigh with its headers, in bytes. It is far above what a valid one needs, and
// low enough that a dead letter can keep the whole message.
const MaxRequest = 256 << 10

const (
	ackWait   = 30 * time.Second          // the default of Options.AckWait
	maxLog    = event.MaxMessage + 16<<10 // a whole message with its headers
	maxWake   = 16 << 10                  // a wake-up holds a reference and a number
	maxLetter = 256 << 20                 // bytes of all dead letters
	unlimited = -1                        // JetStream's word for no limit
	minWait   = 100 * time.Millisecond    // below it a trigger is delivered again while its first answer is under way
)

// Options shape what [Provision] makes. The zero value is right for one server.
type Options struct {
	Replicas    int           // of every stream; 0 means 1
	MaxMessages int64         // that wait in the requests stream, and in the decisions stream; 0 means 100,000
	MaxBytes    int64         // likewise; 0 means 128 MiB. The server sets this space aside
	MaxMessage  int32         // bytes of one request or decision with its headers; 0 means [MaxRequest], which is also the most
	AckWait     time.Duration // how long a trigger may go without a sign of life before it is delivered again; 0 means 30 seconds
}

// withDefaults fills in what is 0, and names the first field that holds something not allowed.
func (o Options) withDefaults() (Options, error) {
	o.Replicas = orDefault(o.Replicas, 1)
	o.MaxMessages = orDefault(o.MaxMessages, 100_000)
	o.MaxBytes = orDefault(o.MaxBytes, 128<<20)
	o.MaxMessage = orDefault(o.MaxMessage, MaxRequest)
	o.AckWait = orDefault(o.AckWait, ackWait)
	switch {
	case o.Replicas != 1 && o.Replicas != 3 && o.Replicas != 5: // an even number survives no more than the odd one below
		return o, &deprovision.Invalid{Field: "replicas", Value: fmt.Sprint(o.Replicas), Allowed: "1, 3 or 5"}
	case o.MaxMessages < 1:
		return o, &deprovision.Invalid{Field: "maxMessages", Value: fmt.Sprint(o.MaxMessages), Allowed: "1 or more"}
	case o.MaxBytes < int64(o.MaxMessage):
		return o, &deprovision.Invalid{Field: "maxBytes", Value: fmt.Sprint(o.MaxBytes), Allowed: "at least the bytes of one message"}
	case o.MaxMessage < 1 || o.MaxMessage > MaxRequest:
		return o, &deprovision.Invalid{Field: "maxMessage", Value: fmt.Sprint(o.MaxMessage), Allowed: fmt.Sprintf("1 to %d bytes", MaxRequest)}
	case o.AckWait < minWait:
		return o, &deprovision.Invalid{Field: "ackWait", Value: o.AckWait.String(), Allowed: fmt.Sprintf("at least %s", minWait)}
	}
	return o, nil
}

func orDefault[T comparable](value, standard T) T {
	var zero T
	if value == zero {
		return standard
	}
	return value
}
