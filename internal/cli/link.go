package cli

import (
	"fmt"
	"io"
	"sync"

	"github.com/deprovisioner/deprovisioner/internal/cli/bars"
)

// notices is the standard error, on which a command writes, and, from elsewhere, whoever watches the connection.
type notices struct {
	out io.Writer

	mu     sync.Mutex
	region *bars.Region // the screen that is drawn, if one is
	listen bool         // the command follows something
}

// Write implements [io.Writer].
func (n *notices) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.out.Write(b)
}

func (n *notices) set(change func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	change()
}

// interrupted tells who follows something that the connection is lost, with the reason, and that it is back: silence would look as if nothing happened.
func (n *notices) interrupted(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.listen {
		return
	}
	text := "publisher: connected to NATS again"
	if err != nil {
		text = "publisher: the connection to NATS is lost; this goes on when it is back: " + oneLine(err.Error())
	}
	if n.region != nil {
		n.region.Leave()
	}
	_, _ = fmt.Fprintln(n.out, text) // where not even that can be written, the command itself goes on
}
