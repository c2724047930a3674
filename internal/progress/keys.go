package progress

import (
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// DefaultPrefix begins every key where [Options] and [GateOptions] name no other.
const DefaultPrefix = "deprovision"

// keys names every key. In a Redis Cluster what stands in braces decides the slot, and one script may touch one slot only. So
//
//   - a request's document and its seq share the request's own tag: the documents, which are the bulk, spread over the nodes;
//   - all indexes, the counters and the watermark share the tag "index": one script changes them together, after the document;
//   - a tenant's gate has the tenant's tag.
//
// A change of a request is thus two scripts. Each is idempotent and refuses what is older than what it has, by itself, so that the
// second is made up for when the first alone was done. A request's tag has two dots, so it is never "index".
type keys struct {
	prefix string // "deprovision:"
}

func newKeys(prefix string) keys {
	if prefix == "" {
		prefix = DefaultPrefix
	}
	return keys{prefix: prefix + ":"}
}

// document is the progress document as JSON text.
func (k keys) document(ref deprovision.Ref) string { return k.documentOf(ref.Tokens()) }

func (k keys) documentOf(tokens string) string { return k.prefix + "{" + tokens + "}" }

// seq is the document's seq, so that no script needs to parse the document.
func (k keys) seq(ref deprovision.Ref) string { return k.document(ref) + ":seq" }

// index begins every key of the index slot. What follows it:
//
//	all, open, tenant:<t>, service:<s>, account:<a>, status:<s>   sorted sets of the requests, by the time they started
//	in:<t>:<s>                                                    sorted sets of a tenant's requests in a status: so many there are
//	waiting                                                       sorted set of the requests that wait for a decision, by since when
//	rows                                                          hash: what the indexes know of each request
//	counts                                                        hash: how many requests, by service and status
//	steps                                                         hash: how long steps take, by service and step
//	watermark                                                     hash: how far the journal was applied
//	rebuild                                                       hash: the rebuild under way
func (k keys) index() string { return k.prefix + "{index}:" }

func (k keys) rows() string      { return k.index() + "rows" }
func (k keys) waiting() string   { return k.index() + "waiting" }
func (k keys) counts() string    { return k.index() + "counts" }
func (k keys) steps() string     { return k.index() + "steps" }
func (k keys) watermark() string { return k.index() + "watermark" }
func (k keys) rebuild() string   { return k.index() + "rebuild" }

// picture matches what a rebuild wipes: all but the gates, which no journal could give back.
func (k keys) picture() string { return escape(k.prefix) + "{*" }

// gate exists while the tenant's gate is closed, and expires when it opens.
func (k keys) gate(tenant string) string { return k.prefix + "gate:{" + tenant + "}" }

// pace is when the tenant's next call is due by its budget, in microseconds of the server's clock.
func (k keys) pace(tenant string) string { return k.gate(tenant) + ":next" }

// escape takes the meaning from what SCAN would read as a pattern.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`).Replace(s)
}
