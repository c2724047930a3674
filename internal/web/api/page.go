package api

import (
	"encoding/base64"
	"maps"
	"net/url"
	"strconv"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

// limit is how many rows a page may have.
func (c *call) limit() (int, error) {
	if !c.query.Has("limit") {
		return query.DefaultRows, nil
	}
	text := c.query.Get("limit")
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > query.MaxRows || text != strconv.Itoa(n) {
		return 0, &deprovision.Invalid{Field: "limit", Value: clip(text), Allowed: "1 to " + strconv.Itoa(query.MaxRows)}
	}
	return n, nil
}

// A cursor is opaque to callers: the list that it belongs to, and the place where its next page begins.
func cursor(list, place string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(list + "\n" + place))
}

// place returns where the page begins that the parameter after asks for; "" is the beginning.
func (c *call) place(list string) (string, error) {
	if !c.query.Has("after") {
		return "", nil
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(c.query.Get("after"))
	of, place, ok := strings.Cut(string(text), "\n")
	if err != nil || !ok || of != list || place == "" {
		return "", badCursor()
	}
	return place, nil
}

func badCursor() error {
	return &deprovision.Invalid{Field: "after", Allowed: "the text in next of the page before, as it is"}
}

// numbered is place as a number.
func (c *call) numbered(list string) (uint64, error) {
	place, err := c.place(list)
	if err != nil || place == "" {
		return 0, err
	}
	n, err := strconv.ParseUint(place, 10, 64)
	if err != nil {
		return 0, badCursor()
	}
	return n, nil
}

// link tells the address of the next page in a header too.
func (c *call) link(next string) {
	if next == "" {
		return
	}
	after := url.Values{}
	maps.Copy(after, c.query)
	after.Set("after", next)
	c.w.Header().Set("Link", "<"+c.r.URL.EscapedPath()+"?"+after.Encode()+`>; rel="next"`)
}
