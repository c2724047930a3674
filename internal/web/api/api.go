package api

import (
	"context"
	"log/slog"
	"net/http"
	"path"
	"sync"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Base is where the API begins.
const Base = "/api/v1"

// Observer counts what the API does. Reason is one of [Reasons].
type Observer interface {
	APIRefused(reason string)
	APIStreams(open int)
}

// Options shape the API.
type Options struct {
	Client   *client.Client
	Tokens   []Token
	Ways     []Identity // further ways of finding out who calls, besides the tokens
	Tenants  []string   // aliases that the worker is configured for
	Loopback bool       // the listener is reached from this machine only: reading needs no token, and the Host header must be a loopback name
	Hosts    []string   // further names under which a loopback listener may be called
	Streams  int        // live streams at once; 0 means 200
	Reads    int        // calls at once that read through a stream of NATS, each with a consumer of its own; 0 means 50
	Budget   Budget     // of each tenant; the zero Budget sets no limit
	Observer Observer   // may be nil

	// Cautions are those that are known of every removal of such an account, before anybody looked; ok is false where no footprint describes it. May be nil.
	Cautions func(deprovision.Account) (list []deprovision.Caution, ok bool)

	Drawn     func(context.Context) (uint64, error) // the revision up to which the picture has everything; nil: it is never behind
	Standings Standings                             // how tenants stand with what all workers share; nil: nothing is told of it
	Log       *slog.Logger
	Now       func() time.Time // what every answer says the time is; nil means time.Now

	beat time.Duration // between two signs of life of a stream; 0 means 15 s
	slow time.Duration // that a reader may take for one event; 0 means 10 s
}

// API is the handler of everything below /api/. [API.Close] ends its streams.
type API struct {
	o       Options
	mux     *http.ServeMux
	ways    []Identity
	streams chan struct{} // one element for each that is open
	reads   chan struct{} // likewise
	closed  context.Context
	close   context.CancelFunc

	rosters map[string]*client.Roster // by tenant

	counting sync.Mutex
	open     int
}

// New makes the API.
func New(o Options) *API {
	if o.Streams == 0 {
		o.Streams = 200
	}
	if o.Reads == 0 {
		o.Reads = 50
	}
	if o.beat == 0 {
		o.beat = 15 * time.Second
	}
	if o.slow == 0 {
		o.slow = 10 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Observer == nil {
		o.Observer = nobody{}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	a := &API{o: o, mux: http.NewServeMux(), streams: make(chan struct{}, o.Streams), reads: make(chan struct{}, o.Reads)}
	a.rosters = make(map[string]*client.Roster, len(o.Tenants))
	for _, tenant := range o.Tenants {
		a.rosters[tenant] = o.Client.Roster(tenant)
	}
	a.ways = append([]Identity{tokens(o.Tokens)}, o.Ways...)
	a.closed, a.close = context.WithCancel(context.Background())
	a.mount()
	return a
}

// Close ends all streams, so that a server that shuts down has no call left to wait for.
func (a *API) Close() { a.close() }

// ServeHTTP answers one call. A path that is not clean leads nowhere: the mux would redirect it.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if at := r.URL.EscapedPath(); at != path.Clean(at) {
		a.answer(w, r, nil)
		return
	}
	a.mux.ServeHTTP(w, r)
}

type nobody struct{}

func (nobody) APIRefused(string) {}
func (nobody) APIStreams(int)    {}
