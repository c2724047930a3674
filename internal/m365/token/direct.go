package token

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// directIssuer asks a token endpoint by itself, with a client secret (RFC 6749, 4.4). It is for a simulated tenant on loopback.
type directIssuer struct {
	client   *http.Client
	endpoint string
	clientID string
	secret   string
	now      func() time.Time
}

func (d *directIssuer) fetch(ctx context.Context, scope string) (grant, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {d.clientID}, "client_secret": {d.secret}, "scope": {scope}}
	call := &transport.Call{Name: "token"}
	req, err := http.NewRequestWithContext(call.Context(ctx), http.MethodPost, d.endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return grant{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, err := d.client.Do(req); err != nil { //nolint:bodyclose // the answer is in memory
		return grant{}, err
	}
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	if json.Unmarshal(call.Body, &answer) != nil { // the decoder's own words could repeat a part of the token
		return grant{}, &deprovision.Failure{Class: deprovision.Malformed, Err: errors.New("the token endpoint's answer is not JSON")}
	}
	return grant{token: answer.AccessToken, expiry: d.now().Add(time.Duration(answer.ExpiresIn) * time.Second)}, nil
}
