package token

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Options says where and how to sign in.
type Options struct {
	TenantID string             // the tenant's GUID
	Login    string             // base address of the token endpoint
	Observer transport.Observer // nil: nobody counts
	Base     http.RoundTripper  // sends; nil means transport.NewBase
	Now      func() time.Time   // nil means time.Now
}

// Source is one credential of one tenant. It is safe for concurrent use.
type Source struct {
	credential Credential
	options    Options
	client     *http.Client // to the token endpoint

	mu     sync.Mutex
	issuer issuer // nil until needed, and after a refusal
	scopes map[string]*Scoped
}

// issuer fetches a token.
type issuer interface {
	fetch(ctx context.Context, scope string) (grant, error)
}

// grant is a token and its time.
type grant struct {
	token           string
	fetched, expiry time.Time
}

// New makes a source. It reads no secret and calls nobody. It fails with a [deprovision.Invalid] when the credential lacks what its
// type needs, or when a token endpoint without TLS is to be asked in another way than with a client secret on loopback.
func New(c Credential, o Options) (*Source, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	if !deprovision.ValidAppID(o.TenantID) {
		return nil, &deprovision.Invalid{Field: "id", Value: o.TenantID, Allowed: "the tenant's GUID"}
	}
	login, err := transport.ParseService("login", o.Login)
	if err != nil {
		return nil, err
	}
	if login.Scheme == "http" && c.Type != ClientSecret && c.Type != ManagedIdentity {
		return nil, &deprovision.Invalid{Field: "type", Value: c.Type, Allowed: "client-secret, for a token endpoint without TLS"}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	t := transport.Options{API: "login", Observer: o.Observer, Base: o.Base, Timeout: 30 * time.Second, MaxBody: 1 << 20}
	if direct(c, login) {
		t.Service = o.Login
	}
	client, err := transport.New(t)
	if err != nil {
		return nil, err
	}
	return &Source{credential: c, options: o, client: client, scopes: map[string]*Scoped{}}, nil
}

// direct reports whether the token endpoint is asked without azidentity.
func direct(c Credential, login *url.URL) bool {
	return login.Scheme == "http" && c.Type == ClientSecret
}

// For returns the tokens for one scope, always the same.
func (s *Source) For(scope string) *Scoped {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.scopes[scope] == nil {
		s.scopes[scope] = &Scoped{source: s, scope: scope, turn: make(chan struct{}, 1)}
	}
	return s.scopes[scope]
}

// current returns the issuer, made anew after a refusal.
func (s *Source) current() (issuer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.issuer != nil {
		return s.issuer, nil
	}
	made, err := s.open()
	if err != nil {
		return nil, &deprovision.Failure{Class: deprovision.Forbidden, API: "login", Call: "open the credential", Err: err}
	}
	s.issuer = made
	return made, nil
}

// open reads what the credential refers to.
func (s *Source) open() (issuer, error) {
	login, err := url.Parse(s.options.Login)
	if err != nil {
		return nil, err
	}
	if direct(s.credential, login) {
		secret, err := ReadSecret(s.credential.SecretEnv, s.credential.SecretFile)
		if err != nil {
			return nil, err
		}
		endpoint := strings.TrimSuffix(s.options.Login, "/") + "/" + s.options.TenantID + "/oauth2/v2.0/token"
		return &directIssuer{client: s.client, endpoint: endpoint, clientID: s.credential.ClientID, secret: secret, now: s.options.Now}, nil
	}
	return openAzure(s.credential, s.options, s.client)
}

// drop makes the next fetch read the secret again.
func (s *Source) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issuer = nil
}

// fetch gets a new token; a refusal drops the issuer.
func (s *Source) fetch(ctx context.Context, scope string) (grant, error) {
	from, err := s.current()
	if err != nil {
		return grant{}, err
	}
	g, err := from.fetch(ctx, scope)
	if err == nil && g.token == "" {
		err = errors.New("the token endpoint answered without a token")
	}
	if err == nil {
		g.fetched = s.options.Now()
		return g, nil
	}
	var f *deprovision.Failure
	if !errors.As(err, &f) {
		f = &deprovision.Failure{Class: deprovision.Malformed, Err: fmt.Errorf("%s", transport.Printable(err.Error()))}
	}
	if f.Class == deprovision.Forbidden || f.Class == deprovision.Malformed {
		s.drop()
	}
	named := *f
	named.API, named.Call = "login", "sign in with "+s.credential.Type+" for "+scope
	return grant{}, &named
}
