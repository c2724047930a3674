package transport

import (
	"net/http"
	"regexp"

	"github.com/google/uuid"

	"github.com/deprovisioner/deprovisioner/internal/m365"
)

// identify gives the call the id that was chosen for it, if it changes something, or a new one, and asks for it to be repeated in the
// answer; see https://learn.microsoft.com/graph/best-practices-concept
func (c *chain) identify(req *http.Request, next send) (*http.Response, error) {
	call := callOf(req)
	call.ClientID = m365.CallID(req.Context())
	if call.ClientID == "" || !call.Changes {
		call.ClientID = uuid.NewString()
	}
	req.Header.Set("client-request-id", call.ClientID)
	req.Header.Set("return-client-request-id", "true")
	req.Header.Set("Accept-Encoding", "gzip") // said here, so that nobody below unzips by itself
	req.Header.Set("User-Agent", "NONISV|Deprovisioner|Deprovisioner/1.0")
	resp, err := next(req)
	if resp != nil {
		call.RequestID = RequestID(resp.Header)
	}
	return resp, err
}

// plainID is what ids of calls look like; a token is longer.
var plainID = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,100}$`)

// RequestID is the service's id of a call, under the names that the services use; "" where there is none.
func RequestID(h http.Header) string {
	for _, name := range []string{"request-id", "x-ms-request-id", "SPRequestGuid"} {
		if id := h.Get(name); plainID.MatchString(id) {
			return id
		}
	}
	return ""
}
