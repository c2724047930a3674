package product

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// API is the name of this API in failures and metrics.
const API = "product"

// callName names the hook in failures and receipts.
const callName = "POST hook"

// Secret returns the secret as it is now; its errors do not repeat it. It is asked for at each call, so that it can be replaced.
type Secret func() (string, error)

// Hook is the product's hook. It is safe for concurrent use and implements [m365.Product].
type Hook struct {
	http    *http.Client
	address string
	secret  Secret
	now     func() time.Time
}

var _ m365.Product = (*Hook)(nil)

// New makes a hook. The client comes from package transport; now may be nil, which means time.Now. It fails with a
// [deprovision.Invalid] when the address is neither https nor http on loopback.
func New(client *http.Client, address string, secret Secret, now func() time.Time) (*Hook, error) {
	if _, err := parseAddress(address); err != nil {
		return nil, err
	}
	if now == nil {
		now = time.Now
	}
	return &Hook{http: client, address: address, secret: secret, now: now}, nil
}

// payload is the body of the hook.
type payload struct {
	Type string  `json:"type"`
	Data account `json:"data"`
}

type account struct {
	TenantID  string `json:"tenantId"`
	AccountID string `json:"accountId"`
	Service   string `json:"service"`
	AppID     string `json:"appId,omitempty"`
}

// Remove asks the product to drop an account's row and generated data. The id must be 1 to 200 printable ASCII characters without
// spaces and full stops.
func (h *Hook) Remove(ctx context.Context, id string, a m365.ProductAccount) (m365.Receipt, error) {
	call := &transport.Call{Name: callName, Changes: true}
	if !validID(id) {
		err := &deprovision.Invalid{Field: "id", Allowed: "1 to 200 printable characters without spaces and full stops"}
		return m365.Receipt{}, transport.Malformed(API, call, "%w", err)
	}
	body, err := json.Marshal(payload{Type: "service-account.remove", Data: account(a)})
	if err != nil {
		return m365.Receipt{}, transport.Malformed(API, call, "%w", err)
	}
	req, err := http.NewRequestWithContext(call.Context(ctx), http.MethodPost, h.address, bytes.NewReader(body))
	if err != nil {
		return m365.Receipt{}, transport.Malformed(API, call, "%w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if err := h.sign(req, id, body); err != nil {
		return m365.Receipt{}, &deprovision.Failure{Class: deprovision.Forbidden, API: API, Call: callName, Err: err}
	}
	resp, err := h.http.Do(req)
	if err != nil {
		return m365.Receipt{}, transport.Failed(err, API, call)
	}
	return call.Receipt(), resp.Body.Close()
}

func (h *Hook) sign(req *http.Request, id string, body []byte) error {
	secret, err := h.secret()
	if err != nil {
		return err
	}
	key, err := parseSecret(secret)
	if err != nil {
		return err
	}
	stamp := strconv.FormatInt(h.now().Unix(), 10)
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", stamp)
	req.Header.Set("webhook-signature", signature(key, id, stamp, body))
	return nil
}

// parseSecret reads "whsec_" and base64 of a key of 24 to 64 bytes.
func parseSecret(secret string) ([]byte, error) {
	text, ok := strings.CutPrefix(secret, "whsec_")
	key, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, &deprovision.Invalid{Field: "product.secret", Allowed: `"whsec_" followed by 24 to 64 bytes in base64`}
	}
	return key, nil
}
