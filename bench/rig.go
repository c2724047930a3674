package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/internal/journal"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
)

// rig is what both loops stand on: the servers, and a connection of its own to prepare turns and to count.
type rig struct {
	dir                 string
	nats, redis, tenant *part
	nc                  *nats.Conn
	js                  jetstream.JetStream
	journal             *journal.Journal
	picture             redis.UniversalClient
	turns               int // so far
	accounts            int // recorded so far
}

func newRig(ctx context.Context, sync bool) (r *rig, err error) {
	r = &rig{}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	if r.dir, err = os.MkdirTemp("", "deprovisioner-bench-"); err != nil {
		return r, err
	}
	stream := "nats"
	if sync {
		stream = "nats-s"
	}
	for name, p := range map[string]**part{stream: &r.nats, "redis": &r.redis, "tenant": &r.tenant} {
		dir := filepath.Join(r.dir, name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			return r, err
		}
		if *p, err = startPart(context.WithoutCancel(ctx), name, dir); err != nil { // they are stopped in their order, not by a signal
			return r, err
		}
	}
	if r.nc, err = connect(r.nats.address); err != nil {
		return r, err
	}
	if err = journal.Provision(ctx, r.nc, journal.Options{}); err != nil {
		return r, err
	}
	if r.journal, err = journal.Bind(ctx, r.nc); err != nil {
		return r, err
	}
	if r.js, err = jetstream.New(r.nc); err != nil {
		return r, err
	}
	r.picture, err = progress.Connect("redis://"+r.redis.address, "")
	return r, err
}

func connect(address string) (*nats.Conn, error) {
	return journal.Connect("nats://"+address, journal.Connection{Name: "bench", Log: complaints})
}

func (r *rig) close() error {
	var errs []error
	if r.picture != nil {
		errs = append(errs, r.picture.Close())
	}
	if r.nc != nil {
		r.nc.Close()
	}
	for _, p := range []*part{r.tenant, r.redis, r.nats} {
		if p != nil {
			errs = append(errs, p.stop())
		}
	}
	return errors.Join(append(errs, os.RemoveAll(r.dir))...)
}

// prepare empties the journal, the queue and the picture of the turn before, and queues the requests of the next.
func (r *rig) prepare(ctx context.Context, requests int) error {
	for _, name := range []string{journal.RequestStream, journal.EventStream} {
		stream, err := r.js.Stream(ctx, name)
		if err != nil {
			return err
		}
		if err := stream.Purge(ctx); err != nil {
			return err
		}
	}
	if err := r.picture.FlushAll(ctx).Err(); err != nil {
		return err
	}
	for ; r.accounts < requests; r.accounts++ {
		if _, err := r.journal.Accounts().Put(ctx, account(r.accounts), 0); err != nil {
			return err
		}
	}
	r.turns++
	acks := make([]jetstream.PubAckFuture, requests)
	for i := range acks {
		msg, err := event.EncodeRequest(request(r.turns, i), "")
		if err != nil {
			return err
		}
		if acks[i], err = r.js.PublishMsgAsync(msg); err != nil {
			return err
		}
	}
	for _, ack := range acks {
		select {
		case <-ack.Ok():
		case err := <-ack.Err():
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

const (
	alias = "contoso"
	appID = "8a3c1e52-5d0c-4c5e-9d5e-0b7a5c1f4e21"
)

func account(i int) deprovision.Account {
	return deprovision.Account{Tenant: alias, ID: fmt.Sprintf("account-%06d", i), Service: deprovision.ExchangeOnlineInline,
		Kind: deprovision.Authorized, AppID: appID, Site: "us", State: deprovision.AccountActive}
}

func request(turn, i int) deprovision.Request {
	return deprovision.Request{ID: fmt.Sprintf("turn-%04d-%06d", turn, i), Tenant: alias, Service: deprovision.ExchangeOnlineInline,
		Account: account(i).ID, AppID: appID, RequestedBy: "bench", Reason: "to see how long it takes"}
}

// count is what a turn left in the journal.
type count struct {
	Appends uint64 // per request, the same for each
	Bytes   uint64 // per request, as stored
}

// count looks at the journal's stream, not at what the loops say of themselves.
func (r *rig) count(ctx context.Context, requests int) (count, error) {
	stream, err := r.js.Stream(ctx, journal.EventStream)
	if err != nil {
		return count{}, err
	}
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(event.All(event.Events)))
	if err != nil {
		return count{}, err
	}
	c := count{Appends: info.State.Msgs / uint64(requests), Bytes: info.State.Bytes / uint64(requests)} //nolint:gosec // at least one
	if len(info.State.Subjects) != requests {
		return c, fmt.Errorf("%d requests were queued, %d are in the journal", requests, len(info.State.Subjects))
	}
	for subject, n := range info.State.Subjects {
		if n != c.Appends {
			return c, fmt.Errorf("%s took %d appends, others %d", subject, n, c.Appends)
		}
	}
	return c, nil
}

// appended is one append of the worker, as the bare loop repeats it.
type appended struct {
	header nats.Header
	data   []byte // the event
	state  []byte // the progress document in it
}

// sample reads what the worker appended for one request of the last turn.
func (r *rig) sample(ctx context.Context) ([]appended, error) {
	stream, err := r.js.Stream(ctx, journal.EventStream)
	if err != nil {
		return nil, err
	}
	subject := event.Subject(event.Events, request(r.turns, 0).Ref())
	var out []appended
	for seq := uint64(1); ; seq++ {
		msg, err := stream.GetMsg(ctx, seq, jetstream.WithGetMsgSubject(subject))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		seq = msg.Sequence
		var body struct {
			Progress json.RawMessage `json:"progress"`
		}
		if err := json.Unmarshal(msg.Data, &body); err != nil {
			return nil, err
		}
		maps.DeleteFunc(msg.Header, func(name string, _ []string) bool { return strings.HasPrefix(name, "Nats-") }) // the server's, and the sequence
		out = append(out, appended{header: msg.Header, data: msg.Data, state: body.Progress})
	}
}

// cpu is the processor time that the servers have used.
func (r *rig) cpu() time.Duration { return r.nats.cpu() + r.redis.cpu() + r.tenant.cpu() }
