package transport

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

const (
	withheld = "[withheld]"
	shortest = 4   // bytes of what is worth being hidden: less would tear words apart
	longest  = 400 // bytes of an explanation
)

// secretsOf lists what a call carries and no error may repeat: its token and, at the token endpoint, the proof of identity. It reads
// the form and puts it back.
func secretsOf(req *http.Request) []string {
	var out []string
	for _, name := range []string{"Authorization", "X-Identity-Header", "Secret"} { // the latter two: managed identities
		for _, value := range req.Header.Values(name) {
			_, token, found := strings.Cut(value, " ")
			if !found {
				token = value
			}
			out = append(out, token)
		}
	}
	if req.Body == nil || !strings.HasPrefix(req.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return out
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, 1<<20))
	_ = req.Body.Close()
	req.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body))
	if err != nil {
		return out
	}
	return append(append(out, form["client_secret"]...), form["client_assertion"]...)
}

// Printable makes a foreign text fit for an error: one line, not too long, and nothing that has the shape of a secret.
func Printable(text string) string { return scrub(clean(text), nil) }

// scrub takes secrets out of a text, these and what has the shape of one, and then shortens it: half a secret is hard to recognise.
func scrub(text string, hidden []string) string {
	for _, s := range hidden {
		if len(s) >= shortest {
			text = strings.ReplaceAll(text, s, withheld)
			text = strings.ReplaceAll(text, url.QueryEscape(s), withheld)
		}
	}
	if deprovision.LooksSecret(text) {
		return "the explanation is withheld: it looks like a secret"
	}
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}

// veiled is an error without secrets; most have none and stay as they are.
func veiled(err error, hidden []string) error {
	var f *deprovision.Failure
	if !errors.As(err, &f) {
		return err
	}
	if text := f.Err.Error(); scrub(text, hidden) != text {
		f.Err = errors.New(scrub(text, hidden))
	}
	return f
}
