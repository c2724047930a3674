package step

import (
	"slices"
	"strings"
)

// bookmark is how far the reading of one site collection has come: a site may need more calls than SharePoint allows between two pauses. Webs are
// read in the order of their addresses, a web before those below it, and the lists of a web in the order of their ids. So it holds whatever is made or
// deleted meanwhile. A nil bookmark stands before the beginning.
type bookmark struct {
	Site string `json:"site"`
	Web  string `json:"web"`            // what it holds itself was read, but for its lists
	List string `json:"list,omitempty"` // the last of its lists that was read; "" is none
}

// of returns the bookmark if it is about this site.
func (b *bookmark) of(site string) *bookmark {
	if b == nil || b.Site != site {
		return nil
	}
	return b
}

// within reports whether the web is the one that was being read, and up to which list it was.
func (b *bookmark) within(web string) (bool, string) {
	if b == nil || b.Web != web {
		return false, ""
	}
	return true, b.List
}

// below reports whether a web below this one was being read, so that this one was read itself.
func (b *bookmark) below(web string) bool {
	return b != nil && strings.HasPrefix(b.Web, web+"/")
}

// behind reports whether the web and all those below it were read.
func (b *bookmark) behind(web string) bool {
	return b != nil && inOrder(web, b.Web) < 0 && !b.below(web)
}

// inOrder compares addresses of webs part by part: a web comes before those below it, and these before the next one beside it.
func inOrder(a, b string) int {
	return slices.Compare(strings.Split(strings.TrimSuffix(a, "/"), "/"), strings.Split(strings.TrimSuffix(b, "/"), "/"))
}
