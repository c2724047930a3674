package evidence

import (
	"bufio"
	_ "embed" // the page
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

//go:embed report.html
var layout string

var reportTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"text": func(v any) string { return visible(fmt.Sprint(v)) },
	"when": when,
	"until": func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return when(*t)
	},
	"web": func(link string) bool {
		return strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://")
	},
	"number": number,
	"join":   func(list []string) string { return visible(strings.Join(list, ", ")) },
	"codes":  deprovision.Codes,
}).Parse(layout))

func write(w io.Writer, p page) error {
	out := bufio.NewWriterSize(w, 64<<10)
	if err := errors.Join(reportTemplate.Execute(out, p), out.Flush()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// visible shows characters that nobody sees, and that turn the order of a text around: a name must not look like another one.
func visible(s string) string {
	hidden := func(r rune) bool {
		return r != '\n' && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029')
	}
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// number counts things: "1 artifact", "2 artifacts".
func number(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
