package tenantsim

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"time"
)

// maxBody is the most the simulator reads of one request, in bytes.
const maxBody = 4 << 20

// Handler serves all front doors: /{tenant}/oauth2 (login), /v1.0 (Graph),
// /adminapi (Exchange), /sharepoint (SharePoint), /product (the vendor's console)
// and /_sim (control); and the real host names, where the Host header has one.
func (s *Sim) Handler() http.Handler { return http.HandlerFunc(s.serve) }

func (s *Sim) serve(w http.ResponseWriter, hr *http.Request) {
	if rest, ok := strings.CutPrefix(hr.URL.Path, "/_sim/"); ok && hostAPI(hostName(hr.Host)) == "" {
		s.control(w, hr, rest)
		return
	}
	d, ok := doorOf(hr)
	if !ok {
		http.NotFound(w, hr)
		return
	}
	r := s.newRequest(hr, d.api, d.path)
	r.sp = d.sp
	body, err := readBody(w, hr)
	r.body = body
	var p reply
	if err != nil {
		r.identify()
		p = r.finish(r.apiError(http.StatusBadRequest, "BadRequest", err.Error()))
	} else {
		p = s.handle(r)
	}
	write(w, p)
}

// frontDoor tells which API a path belongs to, and the path inside it.
func frontDoor(path string) (API, string, bool) {
	switch rest, graph := strings.CutPrefix(path, "/v1.0/"); {
	case graph:
		return APIGraph, "/" + rest, true
	case strings.HasPrefix(path, "/adminapi/"):
		return APIExchange, path, true
	case strings.HasPrefix(path, "/product/"):
		return APIProduct, path, true
	case strings.Contains(path, "/oauth2/"), strings.HasSuffix(path, "/.well-known/openid-configuration"), path == "/common/discovery/instance":
		return APILogin, path, true
	}
	return "", "", false
}

func (s *Sim) newRequest(hr *http.Request, api API, path string) *request {
	scheme := "http://"
	if hr.TLS != nil {
		scheme = "https://"
	}
	now := s.now()
	return &request{
		sim: s, method: hr.Method, path: path, query: hr.URL.Query(), header: hr.Header,
		base: scheme + hr.Host, now: now,
		call: &Call{Time: now, API: api, Method: hr.Method, Path: hr.URL.Path, Query: hr.URL.RawQuery, Effect: EffectNone,
			RequestID: randomID(), ClientRequestID: hr.Header.Get("client-request-id")},
	}
}

// readBody reads the request and unpacks gzip. A body that is labelled gzip
// and is not is refused, as the real service does.
func readBody(w http.ResponseWriter, hr *http.Request) ([]byte, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, hr.Body, maxBody))
	if err != nil {
		return nil, errors.New("the request body could not be read or is too large")
	}
	if !strings.EqualFold(hr.Header.Get("Content-Encoding"), "gzip") {
		return raw, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, errors.New("the request body is labelled gzip but is not gzip")
	}
	out, err := io.ReadAll(io.LimitReader(z, maxBody))
	if err != nil {
		return nil, errors.New("the request body is labelled gzip but is damaged")
	}
	return out, nil
}

// handle takes one request through faults, latency, sign-in, throttling and
// the API itself, and logs it.
func (s *Sim) handle(r *request) reply {
	refusal := r.identify()
	defer r.enter()()
	if h := s.Faults.pick(r); h != nil {
		if p, stop := r.fail(h); stop {
			return r.finish(p)
		}
		if h.fault.Do == FaultResetAfterCommit {
			r.run(refusal)
			return r.finish(reply{cut: true})
		}
	}
	return r.finish(r.run(refusal))
}

func (r *request) run(refusal *reply) reply {
	if r.tenant != nil && r.call.Batch == "" { // a batch takes as long as one call: its items run side by side
		if d := r.tenant.behaviour.Load().latency(r.call.API); d > 0 {
			r.sim.pause(d)
		}
	}
	if refusal != nil {
		return *refusal
	}
	switch r.call.API {
	case APIGraph:
		return r.graph()
	case APIExchange:
		return r.exchange()
	case APIProduct:
		return r.product()
	case APISharePoint:
		return r.sharePoint()
	default:
		return r.login()
	}
}

// pause waits in real time, but no longer than the simulator lives.
func (s *Sim) pause(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-s.closed:
	}
}

// finish adds the headers every answer has and logs the call.
func (r *request) finish(p reply) reply {
	client := r.call.ClientRequestID
	if client == "" {
		client = r.call.RequestID
	}
	p = p.set("request-id", r.call.RequestID).set("client-request-id", client)
	if !p.cut {
		r.call.Status = p.status
	}
	r.sim.log.add(*r.call)
	return p
}

func write(w http.ResponseWriter, p reply) {
	if p.cut {
		cut(w)
		return
	}
	maps.Copy(w.Header(), p.header)
	w.WriteHeader(p.status)
	_, _ = w.Write(p.body) // the client may be gone
}

// cut closes the connection so that the client sees a reset, not an answer.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 cannot be hijacked: abort the stream
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // send RST instead of FIN
	}
	_ = conn.Close()
}
