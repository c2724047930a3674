package api

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// negotiate holds the media types of the call and of its answer against the route.
func (c *call) negotiate() *Problem {
	offered := c.route.offers()
	if !accepts(c.r.Header.Values("Accept"), offered) {
		return notAcceptable.says("the answer is "+offered).at("Accept", offered)
	}
	if !c.route.unsafe() {
		return nil
	}
	name := map[string]string{http.MethodPost: "Accept-Post", http.MethodPatch: "Accept-Patch", http.MethodPut: "Accept"}[c.route.method]
	media, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || media != jsonMedia {
		return badMedia.says("the body has to be "+jsonMedia).at("Content-Type", jsonMedia).with(name, jsonMedia)
	}
	if coding := c.r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return badMedia.says("the body has to come as it is").at("Content-Encoding", "identity").with("Accept-Encoding", "identity")
	}
	return nil
}

// accepts reports whether one of the media ranges of an Accept header (RFC 9110) takes the media type. No header takes everything.
func accepts(values []string, media string) bool {
	if len(values) == 0 {
		return true
	}
	group, _, _ := strings.Cut(media, "/")
	best, taken := 0, false // the most exact range decides
	for one := range strings.SplitSeq(strings.Join(values, ","), ",") {
		wanted, parameters, err := mime.ParseMediaType(strings.TrimSpace(one))
		if err != nil {
			continue
		}
		exact := map[string]int{media: 3, group + "/*": 2, "*/*": 1}[wanted]
		q, err := strconv.ParseFloat(parameters["q"], 64)
		if exact > best {
			best, taken = exact, err != nil || q > 0
		}
	}
	return taken
}
