package query

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/pkg/event/query"
)

const answerIn = 3 * time.Second // one look at the picture

// Serve answers questions from the view until stop is called or the connection is closed. The version is shown to who discovers the
// service; one that is no semantic version is kept as the metadata "build".
func Serve(nc *nats.Conn, view engine.View, version string) (stop func() error, err error) {
	config := micro.Config{Name: query.Service, Version: strings.TrimPrefix(version, "v"), Description: "Answers questions about removal requests"}
	if !semantic.MatchString(config.Version) {
		config.Version, config.Metadata = "0.0.0", map[string]string{"build": version}
	}
	service, err := micro.AddService(nc, config)
	if err != nil {
		return nil, fmt.Errorf("serve queries: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	stop = func() error {
		cancel()
		return service.Stop()
	}
	a := answerer{view: view, limit: int(nc.MaxPayload())}
	for verb, answer := range map[query.Verb]answer{query.Get: a.get, query.List: a.list, query.Plan: a.plan} {
		handler := micro.ContextHandler(ctx, func(ctx context.Context, r micro.Request) { respond(ctx, r, answer) })
		if err := service.AddEndpoint(string(verb), handler, micro.WithEndpointSubject(query.Wildcard(verb))); err != nil {
			_ = stop() // the first error is the one to tell
			return nil, fmt.Errorf("serve query %s: %w", verb, err)
		}
	}
	return stop, nil
}

var semantic = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)
