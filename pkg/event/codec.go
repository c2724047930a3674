package event

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// MaxMessage is the most that the data of one message may weigh, in bytes: half of what a NATS server takes by default.
const MaxMessage = 512 << 10

// SpecVersion is the version of CloudEvents that is spoken here.
const SpecVersion = "1.0"

// The CloudEvents types.
const (
	RequestType    = "io.deprovisioner.request.v1"
	DecisionType   = "io.deprovisioner.decision.v1"
	AccountType    = "io.deprovisioner.account.v1"
	ProgressType   = "io.deprovisioner.progress.v1"
	PlanType       = "io.deprovisioner.plan.v1"
	WakeType       = "io.deprovisioner.wake.v1"
	BrakeType      = "io.deprovisioner.brake.v1"
	DeadLetterType = "io.deprovisioner.deadletter.v1"
)

// UnknownVersion says that a message is of a known type in a major version that this build does not know.
type UnknownVersion struct {
	Type  string // as the message has it
	Known string // what is read here
}

// Error names the type and the one that is known.
func (e *UnknownVersion) Error() string {
	return fmt.Sprintf("type %q is of another major version than %s", e.Type, e.Known)
}

// Attributes are the context attributes of a CloudEvent.
type Attributes struct {
	SpecVersion     string `json:"specversion"`
	ID              string `json:"id"`
	Source          string `json:"source"`
	Type            string `json:"type"`
	Subject         string `json:"subject,omitempty"`
	Time            string `json:"time,omitempty"`
	DataContentType string `json:"datacontenttype,omitempty"`
	TraceParent     string `json:"traceparent,omitempty"`
	Chain           string `json:"chain,omitempty"`  // of an event of a journal: see [ChainNext]
	Before          string `json:"before,omitempty"` // of a journal's end: the chain value before it
	Seal            string `json:"seal,omitempty"`   // of a journal's end: see [Sign]
}

// encode makes a binary-mode message; an empty id is replaced by a unique one.
func encode(subject, kind, id, about string, at time.Time, trace string, data any) (*nats.Msg, error) {
	body, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", kind, err)
	}
	if len(body) > MaxMessage {
		return nil, tooLarge(len(body), MaxMessage)
	}
	if id == "" {
		id = nuid.Next()
	}
	msg := nats.NewMsg(subject)
	msg.Data = body
	for name, value := range map[string]string{
		"specversion": SpecVersion, "type": kind, "source": source(subject), "id": id, "subject": about,
		"time": at.UTC().Format(time.RFC3339Nano), TraceParent: trace,
	} {
		if value != "" {
			msg.Header[prefix+name] = []string{escape(value)}
		}
	}
	msg.Header[prefix+"datacontenttype"] = []string{jsonMedia} // unlike HTTP, the NATS binding has no unprefixed attribute
	if trace != "" {
		msg.Header[TraceParent] = []string{escape(trace)}
	}
	return msg, nil
}

// source makes source and id together name one event, as CloudEvents asks: ids of requests and decisions are chosen by their senders.
func source(subject string) string { return "/" + strings.ReplaceAll(subject, ".", "/") }

// decode reads a message of one type in either mode into data, and returns the JSON that it read.
func decode(msg *nats.Msg, kind string, data any) ([]byte, error) {
	if len(msg.Data) > MaxMessage {
		return nil, tooLarge(len(msg.Data), MaxMessage)
	}
	a, body, err := open(msg)
	if err == nil {
		err = a.check(kind)
	}
	if err != nil {
		return nil, err
	}
	return body, unmarshal(body, data)
}

func (a Attributes) check(kind string) error {
	for _, required := range [][2]string{{"specversion", a.SpecVersion}, {"id", a.ID}, {"source", a.Source}, {"type", a.Type}} {
		if required[1] == "" {
			return &deprovision.Invalid{Field: prefix + required[0], Allowed: "required by CloudEvents 1.0"}
		}
	}
	if a.SpecVersion != SpecVersion {
		return &deprovision.Invalid{Field: prefix + "specversion", Value: clip(a.SpecVersion), Allowed: SpecVersion}
	}
	if a.Type == kind {
		return nil
	}
	stem := strings.TrimSuffix(kind, "1")
	if version, ok := strings.CutPrefix(a.Type, stem); ok && version != "" && strings.Trim(version, "0123456789") == "" {
		return &UnknownVersion{Type: clip(a.Type), Known: kind}
	}
	return &deprovision.Invalid{Field: prefix + "type", Value: clip(a.Type), Allowed: kind}
}

func tooLarge(size, limit int) error {
	return &deprovision.Invalid{Field: "size", Value: fmt.Sprintf("%d bytes", size), Allowed: fmt.Sprintf("at most %d bytes", limit)}
}
