package journal

import (
	"sync"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// mostChained is how many requests a worker remembers the last chain value of: more than it can have in its hands at once.
const mostChained = 4096

// chains remembers per request the chain value of the event that this worker read or wrote last. What an event of a revision is chained by
// never changes, so that what is remembered is right or not asked for; a revision that is not remembered is read.
type chains struct {
	mu   sync.Mutex
	last map[deprovision.Ref]chained
}

type chained struct {
	revision uint64
	value    string // chain value
	foreign  bool   // it is an end that no worker with our key wrote
}

func (c *chains) get(ref deprovision.Ref, revision uint64) (chained, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	last, ok := c.last[ref]
	return last, ok && last.revision == revision
}

func (c *chains) put(ref deprovision.Ref, last chained) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil {
		c.last = map[deprovision.Ref]chained{}
	}
	if _, known := c.last[ref]; !known && len(c.last) >= mostChained {
		for ref := range c.last { // whichever: forgetting costs one read
			delete(c.last, ref)
			break
		}
	}
	c.last[ref] = last
}
