package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// apiDoor is the JSON API of the office's worker. Whoever speaks has a token of their own.
type apiDoor struct{ *office }

func (d apiDoor) in(t *testing.T) doorway { return apiDoor{d.with(t)} }

// call makes one call and returns its status and body.
func (d apiDoor) call(method, path, token string, body any, header ...string) (int, string) {
	d.t.Helper()
	r := d.newCall(method, path, token, body, header...)
	resp, err := d.http.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func (d apiDoor) newCall(method, path, token string, body any, header ...string) *http.Request {
	d.t.Helper()
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			d.t.Fatal(err)
		}
		sent = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(d.ctx, method, d.api+path, sent)
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// read is what a call answers that has to succeed.
func (d apiDoor) read(path string, into any) {
	d.t.Helper()
	status, text := d.call(http.MethodGet, path, tokenOf(whoDecides), nil)
	if status != http.StatusOK {
		d.t.Fatalf("GET %s: %d %s", path, status, text)
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		d.t.Fatalf("GET %s: %v in %s", path, err, text)
	}
}

func (d apiDoor) accounts(tenant string) []deprovision.Account {
	d.t.Helper()
	var page struct{ Accounts []deprovision.Account }
	d.read("/tenants/"+tenant+"/accounts", &page)
	return slices.DeleteFunc(page.Accounts, func(a deprovision.Account) bool { return a.State == deprovision.AccountClosed })
}

func (d apiDoor) account(tenant, id string) (a deprovision.Account) {
	d.t.Helper()
	d.read("/tenants/"+tenant+"/accounts/"+id, &a)
	return a
}

func (d apiDoor) ask(r deprovision.Request) answered {
	d.t.Helper()
	status, text := d.call(http.MethodPost, "/requests", tokenOf(r.RequestedBy), r)
	return answered{status == http.StatusAccepted, text}
}

func (d apiDoor) decide(x deprovision.Decision) answered {
	d.t.Helper()
	if x.ID == "" {
		x.ID = client.NewID()
	}
	bound := x.Verb == deprovision.Confirm || x.Verb == deprovision.Approve
	if x.Stop == 0 && !x.Verb.Anytime() || bound && x.PlanDigest == "" {
		p := d.show(x.Ref())
		if x.Stop == 0 && p.Stop != nil {
			x.Stop = p.Stop.Seq
		}
		if bound && x.PlanDigest == "" && p.Plan != nil {
			x.PlanDigest = p.Plan.Digest
		}
	}
	body := map[string]any{"id": x.ID, "verb": x.Verb, "stop": x.Stop, "planDigest": x.PlanDigest, "acknowledged": x.Acknowledged, "names": x.Names,
		"credentialRef": x.CredentialRef, "decidedBy": x.DecidedBy, "reason": x.Reason} // the path has the rest
	maps.DeleteFunc(body, func(_ string, v any) bool { return reflect.ValueOf(v).IsZero() })
	status, text := d.call(http.MethodPost, pathOf(x.Ref())+"/decisions", tokenOf(x.DecidedBy), body)
	return answered{status == http.StatusOK, text}
}

func (d apiDoor) show(ref deprovision.Ref) deprovision.Progress {
	d.t.Helper()
	var state struct{ Progress deprovision.Progress }
	d.read(pathOf(ref), &state)
	return state.Progress
}

func (d apiDoor) plan(ref deprovision.Ref) (p deprovision.Plan) {
	d.t.Helper()
	d.read(pathOf(ref)+"/plan", &p)
	return p
}

// watch reads the stream of server-sent events until the request ends or waits; it comes behind the event before.
func (d apiDoor) watch(ref deprovision.Ref, from uint64) []deprovision.Event {
	d.t.Helper()
	resp, err := d.http.Do(d.newCall(http.MethodGet, pathOf(ref)+"/events", tokenOf(whoDecides), nil, "Accept", "text/event-stream", "Last-Event-ID", fmt.Sprint(from-1)))
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		d.t.Fatalf("the stream of %s: %s", ref.Tokens(), resp.Status)
	}
	var events []deprovision.Event
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: {\"progress\"")
		if !ok {
			continue
		}
		var e client.Entry
		if err := json.Unmarshal([]byte(`{"progress"`+data), &e); err != nil {
			d.t.Fatal(err)
		}
		events = append(events, e.Event)
		if p := e.Progress; p.Status.Terminal() || p.Status == deprovision.Waiting && d.show(ref).Seq == p.Seq {
			return events
		}
	}
	d.t.Fatalf("the stream of %s ended behind event %d: %v", ref.Tokens(), from-1+uint64(len(events)), lines.Err())
	return nil
}

func (d apiDoor) evidence(ref deprovision.Ref) []deprovision.Evidence {
	d.t.Helper()
	var all []deprovision.Evidence
	for at := pathOf(ref) + "/artifacts?limit=100"; at != ""; {
		var page struct {
			Evidence []deprovision.Evidence
			Next     string
		}
		d.read(at, &page)
		all = append(all, page.Evidence...)
		at = ""
		if page.Next != "" {
			at = pathOf(ref) + "/artifacts?limit=100&after=" + page.Next
		}
	}
	return all
}

func (d apiDoor) bundle(ref deprovision.Ref) string {
	d.t.Helper()
	status, text := d.call(http.MethodGet, pathOf(ref)+"/evidence", tokenOf(whoDecides), nil)
	if status != http.StatusOK {
		d.t.Fatalf("the evidence of %s: %d %s", ref.Tokens(), status, text)
	}
	path := filepath.Join(d.dir, ref.Tokens()+".api.jsonl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return path
}

func pathOf(ref deprovision.Ref) string {
	return "/requests/" + ref.Tenant + "/" + string(ref.Service) + "/" + ref.Request
}
