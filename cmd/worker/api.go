package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/config"
	"github.com/deprovisioner/deprovisioner/internal/m365/token"
	"github.com/deprovisioner/deprovisioner/internal/web/api"
	"github.com/deprovisioner/deprovisioner/internal/web/page"
	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// serveAPI puts the API, and the page that is drawn from it, beside health and metrics, over the worker's own connection.
func (w *worker) serveAPI(at net.Addr) error {
	c, err := client.New(w.nc, client.Options{})
	if err != nil {
		return err
	}
	tokens, err := apiTokens(w.cfg.HTTP)
	if err != nil {
		return usage{err}
	}
	tcp, ok := at.(*net.TCPAddr)
	a := api.New(api.Options{Client: c, Tokens: tokens, Tenants: slices.Collect(maps.Keys(w.cfg.Tenants)), Hosts: w.cfg.HTTP.Hosts,
		Loopback: ok && tcp.IP.IsLoopback(), Observer: w.metrics, Log: w.log, Drawn: w.journal.Drawn, Standings: standings{w},
		Budget: api.Budget(budget(w.cfg.Throttle)), Cautions: w.cautions})
	w.web.Handle("/api/", a, a.Close)
	for _, pattern := range page.Patterns() {
		w.web.Handle(pattern, page.Handler(), nil)
	}
	return nil
}

// cautions tells what the footprint of an account says beforehand.
func (w *worker) cautions(a deprovision.Account) ([]deprovision.Caution, bool) {
	s, ok := w.prints.Service(a.Product, a.Service)
	if !ok {
		return nil, false
	}
	return s.Beforehand(a), true
}

// apiTokens reads the tokens of the API. Two that are the same would make one of two names that of whoever calls.
func apiTokens(cfg config.HTTP) ([]api.Token, error) {
	var out []api.Token
	var faults []error
	for i, t := range cfg.Tokens {
		secret, err := token.ReadSecret(t.TokenEnv, t.TokenFile)
		if in, ok := errors.AsType[*deprovision.Invalid](err); ok { // it speaks of credentials
			err = &deprovision.Invalid{Field: strings.Replace(in.Field, "secret", "token", 1), Value: in.Value, Allowed: in.Allowed}
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("http.tokens[%d] (%s): %w", i, t.Name, err))
			continue
		}
		may := make([]api.Right, len(t.May))
		for i, right := range t.May {
			may[i] = api.Right(right)
		}
		made, err := api.NewToken(t.Name, secret, t.Tenants, may)
		if err == nil && slices.ContainsFunc(out, made.Same) {
			err = errors.New("another name has the same token")
		}
		if in, ok := errors.AsType[*deprovision.Invalid](err); ok && in.Field == "name" { // which may hold the token
			faults = append(faults, fmt.Errorf("http.tokens[%d]: %w", i, err))
			continue
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("http.tokens[%d] (%s): %w", i, t.Name, err))
			continue
		}
		out = append(out, made)
	}
	return out, errors.Join(faults...)
}

// keepToken makes a file with a token when it is not there; whoever can read it may do everything.
func keepToken(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("make a token for the API: %w", err)
	}
	_, err = fmt.Fprintln(f, rand.Text()+rand.Text())
	return errors.Join(err, f.Close())
}
