package main

import (
	_ "embed" // the page
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"strconv"

	"github.com/deprovisioner/deprovisioner/pkg/client"
)

//go:embed page.html
var page []byte

// pages serves the page, and to the page its events: a browser that comes again names the last one it has seen, and gets what came behind it.
func pages(c *client.Client, s client.Scope) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(page) })
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		scope, stream := s, http.NewResponseController(w)
		if last, err := strconv.ParseUint(r.Header.Get("Last-Event-ID"), 10, 64); err == nil {
			scope.After = last
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_ = stream.Flush() // the page learns that it is connected before the first event
		for e, err := range c.WatchAll(r.Context(), scope) {
			data, cannot := json.Marshal(e)
			if err = errors.Join(err, cannot); err == nil {
				_, err = fmt.Fprintf(w, "id: %d\ndata: %s\n\n", e.Revision, data)
			}
			if err = errors.Join(err, stream.Flush()); err != nil {
				log.Print("a page's events end: ", err)
				return
			}
		}
	})
	return mux
}
