package event

import (
	"encoding/json"
	"fmt"
	"mime"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const (
	jsonMedia       = "application/json"
	structuredMedia = "application/cloudevents+json"
)

// open tells the mode by the content type, as the NATS binding has it, and returns the attributes and the data.
func open(msg *nats.Msg) (Attributes, []byte, error) {
	content, err := single(msg.Header, ContentType)
	if err != nil {
		return Attributes{}, nil, err
	}
	if media := mediaType(content); strings.HasPrefix(media, "application/cloudevents") {
		if media != structuredMedia {
			return Attributes{}, nil, wrongContent(ContentType, content) // a batch, or another event format
		}
		return structured(msg.Data)
	}
	if content != "" && !isJSON(content) {
		return Attributes{}, nil, wrongContent(ContentType, content)
	}
	a, err := binary(msg.Header)
	return a, msg.Data, err
}

func structured(data []byte) (Attributes, []byte, error) {
	var envelope struct {
		Attributes
		Data json.RawMessage `json:"data"`
	}
	if err := unmarshal(data, &envelope); err != nil {
		return envelope.Attributes, nil, err
	}
	if len(envelope.Data) == 0 {
		return envelope.Attributes, nil, &deprovision.Invalid{Field: "data", Allowed: "the JSON object that the type asks for"}
	}
	return envelope.Attributes, envelope.Data, checkContent(envelope.Attributes)
}

func binary(h nats.Header) (Attributes, error) {
	var a Attributes
	for _, attribute := range []struct {
		name string
		into *string
	}{{"specversion", &a.SpecVersion}, {"id", &a.ID}, {"source", &a.Source}, {"type", &a.Type}, {"subject", &a.Subject},
		{"time", &a.Time}, {"datacontenttype", &a.DataContentType}, {chainName, &a.Chain}, {beforeName, &a.Before}, {sealName, &a.Seal}} {
		value, err := single(h, prefix+attribute.name)
		if err != nil {
			return a, err
		}
		*attribute.into = unescape(value)
	}
	a.TraceParent = Trace(h)
	return a, checkContent(a)
}

func checkContent(a Attributes) error {
	if a.DataContentType != "" && !isJSON(a.DataContentType) {
		return wrongContent(prefix+"datacontenttype", a.DataContentType)
	}
	return nil
}

func mediaType(content string) string {
	media, _, err := mime.ParseMediaType(content)
	if err != nil {
		return ""
	}
	return media
}

func isJSON(content string) bool {
	media := mediaType(content)
	return media == jsonMedia || strings.HasSuffix(media, "+json")
}

func wrongContent(name, content string) error {
	return &deprovision.Invalid{Field: strings.ToLower(name), Value: clip(content),
		Allowed: jsonMedia + ", another type that ends in +json, or " + structuredMedia}
}

// Structured returns an encoded message in structured mode: attributes and data together in one JSON object, which can leave NATS,
// e.g. as the body of a webhook. Headers that are not CloudEvents attributes are kept. The error says what is missing or too large.
func Structured(msg *nats.Msg) (*nats.Msg, error) {
	a, body, err := open(msg)
	if err != nil {
		return nil, err
	}
	out := nats.NewMsg(msg.Subject)
	for name, values := range msg.Header {
		if len(name) < len(prefix) || !strings.EqualFold(name[:len(prefix)], prefix) {
			out.Header[name] = values
		}
	}
	out.Header[ContentType] = []string{structuredMedia}
	if out.Data, err = json.Marshal(struct {
		Attributes
		Data json.RawMessage `json:"data"`
	}{a, body}); err != nil {
		return nil, fmt.Errorf("structured mode: %w", err)
	}
	if len(out.Data) > MaxMessage {
		return nil, tooLarge(len(out.Data), MaxMessage)
	}
	return out, nil
}
