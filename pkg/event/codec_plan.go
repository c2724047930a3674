package event

import (
	"time"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// PlanChunk is one part of a plan's JSON: a plan may be larger than a message.
type PlanChunk struct {
	Ref    deprovision.Ref `json:"ref"`
	Digest string          `json:"digest"` // of the whole plan
	Put    string          `json:"put"`    // unique per writing: the chunks of two writers may lie between each other
	Part   int             `json:"part"`   // from 0
	Parts  int             `json:"parts"`
	Data   []byte          `json:"data"`
}

// EncodePlan makes the message of a chunk; its CloudEvents id is unique.
func EncodePlan(c PlanChunk) (*nats.Msg, error) {
	return encode(Subject(Plans, c.Ref), PlanType, "", c.Ref.Tokens(), time.Now(), "", c)
}

// DecodePlan reads a chunk.
func DecodePlan(msg *nats.Msg) (PlanChunk, error) {
	var c PlanChunk
	_, err := decode(msg, PlanType, &c)
	return c, firstOf(err, func() error { return matches(msg.Subject, Subject(Plans, c.Ref)) })
}
