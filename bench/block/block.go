// Package block keeps what one measurement writes into a document that others write into as well: each has a block of its own, between two
// comments.
package block

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"text/template"
)

// Block is what one measurement writes.
type Block struct {
	Name     string // stands in both comments
	Command  string // that writes it
	Template string // that it is written from
}

func (b Block) begin() string {
	return "<!-- " + b.Name + ": written by `" + b.Command + "`; change " + b.Template + " instead -->\n"
}

func (b Block) end() string { return "<!-- /" + b.Name + " -->\n" }

// Put returns the document with the block's new text in place of the one before, or at the end.
func (b Block) Put(document, text string) string {
	head, rest, _ := strings.Cut(document, b.begin())
	_, tail, _ := strings.Cut(rest, b.end())
	if rest == "" && !strings.HasSuffix(head, "\n\n") {
		head += "\n"
	}
	return head + b.begin() + text + b.end() + tail
}

// Write puts what the template makes of data into the document, in place of the block before or at the end.
func (b Block) Write(path string, of *template.Template, data any) error {
	document, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := of.Execute(&text, data); err != nil {
		return fmt.Errorf("write the block %s: %w", b.Name, err)
	}
	return os.WriteFile(path, []byte(b.Put(string(document), text.String())), 0o644) //nolint:gosec // a page for everybody
}
