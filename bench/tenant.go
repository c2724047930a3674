package main

import (
	"context"
	"net"
	"net/http"
	"os"
	"time"
)

// tenantServer is the least that a step can be pointed at: it answers a deletion at once, and hands out a token.
type tenantServer struct {
	http *http.Server
	addr string
}

func startTenant() (server, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("DELETE /v1.0/servicePrincipals/{id}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("request-id", "00000000-0000-0000-0000-000000000001")
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("POST /{tenant}/oauth2/v2.0/token", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"token_type":"Bearer","expires_in":3600,"access_token":"opens-nothing"}`)) // else the caller sees no token
	})
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.Serve(l) }() // ends with ErrServerClosed
	return tenantServer{http: s, addr: l.Addr().String()}, nil
}

func (t tenantServer) address() string { return t.addr }
func (tenantServer) pid() int          { return os.Getpid() }
func (t tenantServer) stop()           { _ = t.http.Close() }
