package step_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/tenantsim"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// simClient reaches a simulated tenant over HTTP, as thin as can be: one method is one call, nothing is retried.
type simClient struct {
	base, app, secret string
	http              *http.Client
	tokens            *tokens
	now               func() time.Time
	mayNot            string // a cmdlet that the identity is said not to have
}

type answer struct {
	header http.Header
	body   []byte
}

// do sends one call. A destructive call carries the id that the step chose.
func (c *simClient) do(ctx context.Context, api, call, method, path, token string, body any, header map[string]string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute) // a context of its own, as a real client's
	defer cancel()
	if err := m365.Fence(ctx); err != nil {
		return answer{}, err
	}
	fail := func(class deprovision.Class, status int, err error) (answer, error) {
		return answer{}, &deprovision.Failure{Class: class, API: api, Call: call, Status: status, Err: err}
	}
	raw, ok := body.([]byte)
	if body != nil && !ok {
		raw, _ = json.Marshal(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(raw))
	if err != nil {
		return fail(deprovision.Malformed, 0, err)
	}
	req.Header.Set("Accept-Encoding", "identity")
	req.Header.Set("client-request-id", m365.CallID(ctx))
	for k, v := range header {
		req.Header.Set(k, v)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return fail(deprovision.Unknown, 0, err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		return fail(deprovision.Unknown, res.StatusCode, err)
	}
	if res.StatusCode < 300 {
		return answer{header: res.Header, body: got}, nil
	}
	class := map[int]deprovision.Class{404: deprovision.Gone, 403: deprovision.Forbidden, 401: deprovision.Forbidden, 429: deprovision.Throttled,
		400: deprovision.Malformed, 500: deprovision.Transient, 503: deprovision.Transient}[res.StatusCode]
	return answer{}, &deprovision.Failure{Class: class, API: api, Call: call, Status: res.StatusCode, RequestID: res.Header.Get("request-id"),
		Err: errors.New(strings.ToValidUTF8(string(got), "?"))}
}

// tokens keeps access tokens for the half of their life.
type tokens struct {
	mu   sync.Mutex
	kept map[string]token
}

type token struct {
	text string
	at   time.Time
}

func (c *simClient) token(ctx context.Context, resource string) (string, error) {
	c.tokens.mu.Lock()
	defer c.tokens.mu.Unlock()
	key := c.app + " " + resource
	if t, ok := c.tokens.kept[key]; ok && c.now().Sub(t.at) < 30*time.Minute {
		return t.text, nil
	}
	text, err := c.signIn(ctx, resource)
	if err == nil {
		c.tokens.kept[key] = token{text, c.now()}
	}
	return text, err
}

func (c *simClient) signIn(ctx context.Context, resource string) (string, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.app}, "client_secret": {c.secret}, "scope": {resource + "/.default"}}
	a, err := c.do(ctx, "login", "token", http.MethodPost, "/"+tenantsim.InlineTenantID+"/oauth2/v2.0/token", "", []byte(form.Encode()),
		map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
	if err != nil {
		return "", err
	}
	var t struct {
		Token string `json:"access_token"`
	}
	return t.Token, json.Unmarshal(a.body, &t)
}

// page is a page of Graph or Exchange.
type page struct {
	Value  []json.RawMessage `json:"value"`
	Next   string            `json:"@odata.nextLink"`
	Errors []string          `json:"@adminapi.errors"`
}

func (c *simClient) cmdlet(ctx context.Context, path, name string, params map[string]any) (page, answer, error) {
	token, err := c.token(ctx, "https://outlook.office365.com")
	if err != nil {
		return page{}, answer{}, err
	}
	body := map[string]any{"CmdletInput": map[string]any{"CmdletName": name, "Parameters": params}}
	a, err := c.do(ctx, "exchange", name, http.MethodPost, path, token, body, map[string]string{"X-AnchorMailbox": "APP:test"})
	if err != nil {
		return page{}, a, err
	}
	var p page
	return p, a, json.Unmarshal(a.body, &p)
}

const invoke = "/adminapi/beta/" + tenantsim.InlineTenantID + "/InvokeCommand"

func (c *simClient) Get(ctx context.Context, cmdlet string, params map[string]any) ([]json.RawMessage, error) {
	var rows []json.RawMessage
	for path := invoke; path != ""; {
		p, _, err := c.cmdlet(ctx, path, cmdlet, params)
		if err != nil {
			return nil, err
		}
		rows = append(rows, p.Value...)
		path = strings.TrimPrefix(p.Next, c.base)
	}
	return rows, nil
}

func (c *simClient) Do(ctx context.Context, cmdlet string, params map[string]any) (m365.Receipt, error) {
	p, a, err := c.cmdlet(ctx, invoke, cmdlet, params)
	if err != nil {
		return m365.Receipt{}, err
	}
	if len(p.Errors) > 0 {
		class := deprovision.Malformed
		if strings.Contains(p.Errors[0], "ManagementObjectNotFoundException") {
			class = deprovision.Gone
		}
		return m365.Receipt{}, &deprovision.Failure{Class: class, API: "exchange", Call: cmdlet, Status: 200, Err: errors.New(p.Errors[0])}
	}
	return receipt(ctx, cmdlet, a), nil
}

func (c *simClient) Cmdlets(ctx context.Context) ([]string, error) {
	token, err := c.token(ctx, "https://outlook.office365.com")
	if err != nil {
		return nil, err
	}
	a, err := c.do(ctx, "exchange", "EXOModuleFile", http.MethodGet, "/adminapi/v1.0/"+tenantsim.InlineTenantID+"/EXOModuleFile?Version=3.9.2", token, nil,
		map[string]string{"CommandName": "*"})
	if err != nil {
		return nil, err
	}
	var list struct {
		Value []struct {
			Exported string `json:"exportedCmdlets"`
		} `json:"value"`
	}
	if err := json.Unmarshal(a.body, &list); err != nil || len(list.Value) == 0 {
		return nil, fmt.Errorf("no module file: %w", err)
	}
	names := strings.Split(list.Value[0].Exported, ",")
	return slices.DeleteFunc(names, func(n string) bool { return n == c.mayNot }), nil
}

func receipt(ctx context.Context, call string, a answer) m365.Receipt {
	return m365.Receipt{Call: call, ClientID: m365.CallID(ctx), RequestID: a.header.Get("request-id")}
}

// Remove posts the hook of the product's console, signed by the Standard Webhooks scheme.
func (c *simClient) Remove(ctx context.Context, id string, account m365.ProductAccount) (m365.Receipt, error) {
	raw, err := json.Marshal(map[string]string{"tenantId": account.TenantID, "accountId": account.AccountID, "service": account.Service, "appId": account.AppID})
	if err != nil {
		return m365.Receipt{}, err
	}
	stamp := strconv.FormatInt(c.now().Unix(), 10)
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(tenantsim.HookSecret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + stamp + "." + string(raw)))
	a, err := c.do(ctx, "product", "remove", http.MethodPost, "/product/removals", "", raw, map[string]string{
		"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))})
	return receipt(ctx, "remove", a), err
}
