package tenantsim

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
)

// control serves /_sim, from loopback only: calls, state, changes, faults,
// behaviour, reset. It is not logged.
func (s *Sim) control(w http.ResponseWriter, hr *http.Request, path string) {
	host, _, _ := net.SplitHostPort(hr.RemoteAddr)
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		http.Error(w, "the control surface answers loopback only", http.StatusForbidden)
		return
	}
	tenant := hr.URL.Query().Get("tenant")
	id, release := strings.CutSuffix(strings.TrimPrefix(path, "faults/"), "/release")
	switch {
	case hr.Method == http.MethodGet && path == "calls":
		s.writeCalls(w, hr)
	case hr.Method == http.MethodGet && path == "state":
		s.writeState(w, tenant)
	case hr.Method == http.MethodGet && path == "changes":
		writeJSON(w, http.StatusOK, s.Changes(tenant))
	case hr.Method == http.MethodGet && path == "tenants":
		writeJSON(w, http.StatusOK, s.Tenants())
	case hr.Method == http.MethodPost && path == "reset":
		writeError(w, http.StatusInternalServerError, s.Reset())
	case hr.Method == http.MethodPost && path == "behaviour":
		s.postBehaviour(w, hr, tenant)
	case hr.Method == http.MethodPost && path == "faults":
		s.postFault(w, hr)
	case hr.Method == http.MethodGet && path == "faults":
		s.writeFaults(w)
	case hr.Method == http.MethodDelete && path == "faults":
		s.Faults.Clear()
		w.WriteHeader(http.StatusNoContent)
	case hr.Method == http.MethodPost && release:
		s.releaseFault(w, id)
	default:
		http.NotFound(w, hr)
	}
}

// writeCalls answers with an array, or with one object per line if the client
// accepts application/x-ndjson.
func (s *Sim) writeCalls(w http.ResponseWriter, hr *http.Request) {
	calls := s.Calls()
	if hr.URL.Query().Get("destructive") == "true" {
		calls = s.Destructive()
	}
	if !strings.Contains(hr.Header.Get("Accept"), "ndjson") {
		writeJSON(w, http.StatusOK, calls)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	enc := json.NewEncoder(w)
	for _, c := range calls {
		if enc.Encode(c) != nil { // the client went away
			return
		}
	}
}

func (s *Sim) writeState(w http.ResponseWriter, tenant string) {
	out := map[string]any{}
	for _, id := range s.Tenants() {
		if tenant == "" || strings.EqualFold(tenant, id) {
			out[id] = s.State(id)
		}
	}
	writeJSON(w, http.StatusOK, out)
}

func (s *Sim) postBehaviour(w http.ResponseWriter, hr *http.Request, tenant string) {
	var b Behaviour
	if err := strict(hr, &b); err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	if tenant == "" && len(s.Tenants()) == 1 {
		tenant = s.Tenants()[0]
	}
	writeError(w, http.StatusNotFound, s.SetBehaviour(tenant, b))
}

func (s *Sim) postFault(w http.ResponseWriter, hr *http.Request) {
	var f Fault
	err := strict(hr, &f)
	var h *FaultHandle
	if err == nil {
		h, err = s.Faults.Add(f)
	}
	if err != nil {
		writeError(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, http.StatusCreated, map[string]any{"id": h.ID})
}

func (s *Sim) writeFaults(w http.ResponseWriter) {
	out := []map[string]any{}
	for _, h := range s.Faults.all() {
		out = append(out, map[string]any{"id": h.ID, "fault": h.fault, "hits": h.Hits()})
	}
	writeJSON(w, http.StatusOK, out)
}

func (s *Sim) releaseFault(w http.ResponseWriter, id string) {
	h, ok := s.Faults.Get(id)
	if !ok {
		http.Error(w, "no fault "+id, http.StatusNotFound)
		return
	}
	h.Release()
	w.WriteHeader(http.StatusNoContent)
}

func strict(hr *http.Request, into any) error {
	d := json.NewDecoder(hr.Body)
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func writeJSON(w http.ResponseWriter, status int, v any) { write(w, jsonReply(status, v)) }

// writeError answers 204 if there is no error.
func writeError(w http.ResponseWriter, status int, err error) {
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	writeJSON(w, status, map[string]string{"error": err.Error()})
}
