package tenantsim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// hookDesk is the product vendor's console of one tenant.
type hookDesk struct {
	key []byte // nil: every hook is refused
	mu  sync.Mutex
	// done answers a webhook-id that was handled before the same way again.
	done map[string]reply
}

// hookTolerance is how old or new a webhook-timestamp may be.
const hookTolerance = 5 * time.Minute

// Removal is the body of POST /product/removals. The account is named by its
// id, or by service and, where a service has several, App Id. TenantID may be
// left out while the simulator has one tenant. The fields may also lie one
// level down, in "data".
type Removal struct {
	TenantID  string   `json:"tenantId"`
	AccountID string   `json:"accountId"`
	Service   string   `json:"service"`
	AppID     string   `json:"appId"`
	Data      *Removal `json:"data"`
}

func productError(status int, code, message string) reply {
	return jsonReply(status, map[string]any{"error": map[string]any{"code": code, "message": message}})
}

// identifyProduct finds the tenant that the hook is about.
func (r *request) identifyProduct() *reply {
	m, _ := r.removal()
	if t, ok := r.sim.tenant(m.TenantID); ok {
		r.at(t)
	}
	if all := *r.sim.tenants.Load(); m.TenantID == "" && len(all) == 1 {
		for _, t := range all {
			r.at(t)
		}
	}
	r.call.Destructive = r.method == http.MethodPost
	return nil
}

func (r *request) removal() (Removal, bool) {
	var m Removal
	if json.Unmarshal(r.body, &m) != nil {
		return m, false
	}
	if m.Data != nil {
		if m.Data.TenantID == "" {
			m.Data.TenantID = m.TenantID
		}
		m = *m.Data
	}
	return m, true
}

// product takes the signed hook that removes an account at the vendor; the
// scheme is https://www.standardwebhooks.com
func (r *request) product() reply {
	if r.path != "/product/removals" {
		return productError(http.StatusNotFound, "not_found", "no such endpoint")
	}
	if r.method != http.MethodPost {
		return productError(http.StatusMethodNotAllowed, "method_not_allowed", "only POST is allowed").set("Allow", "POST")
	}
	m, ok := r.removal()
	if !ok {
		return productError(http.StatusBadRequest, "bad_request", "the body is not JSON")
	}
	if r.tenant == nil {
		return productError(http.StatusNotFound, "unknown_account", "no such tenant")
	}
	if why := r.badSignature(); why != "" {
		return productError(http.StatusUnauthorized, "bad_signature", why)
	}
	if p, refused := r.throttle(1); refused {
		return p
	}
	desk := r.tenant.hooks
	desk.mu.Lock()
	defer desk.mu.Unlock()
	id := r.header.Get("webhook-id")
	if p, again := desk.done[id]; again {
		p.header = p.header.Clone()
		return p
	}
	p := r.removeAccount(m)
	if p.status == http.StatusOK {
		kept := p
		kept.header = p.header.Clone()
		desk.done[id] = kept
	}
	return p
}

func (r *request) removeAccount(m Removal) reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, ok := r.tenant.of(KindProductAccount).find(func(o *object) bool {
		if m.AccountID != "" {
			return strings.EqualFold(o.id, m.AccountID)
		}
		return m.Service != "" && o.str("service") == m.Service && (m.AppID == "" || strings.EqualFold(o.str("appId"), m.AppID))
	})
	if !ok {
		r.absent()
		return productError(http.StatusNotFound, "unknown_account", "no such service account")
	}
	r.about(o)
	if o.str("state") == accountRemoved {
		r.absent()
	} else {
		o = o.with(map[string]any{"state": accountRemoved, "removedAt": wireTime(r.now)})
		r.tenant.of(o.kind).replace(o)
		r.removed(o)
	}
	return jsonReply(http.StatusOK, view(o, nil))
}

const (
	accountActive  = "active"
	accountRemoved = "removed"
)

// badSignature says what is wrong with the hook's headers, or nothing.
func (r *request) badSignature() string {
	id, stamp := r.header.Get("webhook-id"), r.header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if id == "" || err != nil {
		return "webhook-id or webhook-timestamp is missing or malformed"
	}
	if age := r.now.Sub(time.Unix(seconds, 0)); age > hookTolerance || age < -hookTolerance {
		return "webhook-timestamp is too old or too new"
	}
	if r.tenant.hooks.key == nil {
		return "no secret is set up"
	}
	mac := hmac.New(sha256.New, r.tenant.hooks.key)
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(r.body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for got := range strings.FieldsSeq(r.header.Get("webhook-signature")) {
		if hmac.Equal([]byte(got), []byte(want)) {
			return ""
		}
	}
	return "webhook-signature does not fit"
}

// hookKey reads a secret: whsec_ and base64, or plain text.
func hookKey(secret string) []byte {
	if secret == "" {
		return nil
	}
	if enc, ok := strings.CutPrefix(secret, "whsec_"); ok {
		if key, err := base64.StdEncoding.DecodeString(enc); err == nil {
			return key
		}
	}
	return []byte(secret)
}
