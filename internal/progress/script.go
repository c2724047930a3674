package progress

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

//go:embed lua/*.lua
var sources embed.FS

// script is one Lua file, in the two forms that servers understand. The shebang line makes Redis refuse the whole script, before it
// starts, when it is out of memory; without the line a script would stop half done. The embedded server does not know the line.
type script struct {
	name        string
	full, plain *redis.Script
}

var (
	documentScript = load("document")
	indexScript    = load("index")
	beginScript    = load("begin")
	completeScript = load("complete")
	voidScript     = load("void")
	listScript     = load("list")
	closeScript    = load("close")
	admitScript    = load("admit")
	lookScript     = load("look")
	tallyScript    = load("tally")
)

func load(name string) script {
	source, err := sources.ReadFile("lua/" + name + ".lua")
	if err != nil {
		panic(err) // it is embedded
	}
	_, plain, _ := strings.Cut(string(source), "\n")
	return script{name: name, full: redis.NewScript(string(source)), plain: redis.NewScript(plain)}
}

// runner runs scripts on one server.
type runner struct {
	client redis.UniversalClient
	knows  atomic.Pointer[bool] // whether the server knows the shebang line; nil until it was asked
}

// call is what one run of a script is given.
type call struct {
	keys []string
	args []any
}

// run runs a script by its name, and by its text where the server has forgotten it.
func (r *runner) run(ctx context.Context, s script, c call) (any, error) {
	results, err := r.batch(ctx, s, []call{c})
	if err != nil {
		return nil, err
	}
	return results[0], nil
}

// batch runs a script for each call in one pipeline. The first error is returned; the calls that did not fail have been carried out.
// Nothing is repeated but what the server said it did not know.
func (r *runner) batch(ctx context.Context, s script, calls []call) ([]any, error) {
	f, err := r.form(ctx, s)
	if err != nil {
		return nil, err
	}
	results := make([]any, len(calls))
	unknown, err := r.pipeline(ctx, calls, results, nil, func(p redis.Pipeliner, c call) *redis.Cmd { return f.EvalSha(ctx, p, c.keys, c.args...) })
	if err == nil && len(unknown) > 0 {
		unknown, err = r.pipeline(ctx, calls, results, unknown,
			func(p redis.Pipeliner, c call) *redis.Cmd { return f.Eval(ctx, p, c.keys, c.args...) })
	}
	if err == nil && len(unknown) > 0 {
		err = errors.New("the server does not keep it")
	}
	if err != nil {
		return nil, fmt.Errorf("script %s: %w", s.name, err)
	}
	return results, nil
}

// pipeline queues the calls with these places (nil: all) and fills their results in. It returns the places whose script the server
// does not know.
func (r *runner) pipeline(ctx context.Context, calls []call, results []any, places []int,
	queue func(redis.Pipeliner, call) *redis.Cmd) (unknown []int, err error) {
	if places == nil {
		places = make([]int, len(calls))
		for i := range places {
			places[i] = i
		}
	}
	pipe := r.client.Pipeline()
	commands := make([]*redis.Cmd, len(places))
	for i, place := range places {
		commands[i] = queue(pipe, calls[place])
	}
	_, _ = pipe.Exec(ctx) // each command has its own error
	for i, c := range commands {
		result, failed := c.Result()
		if redis.HasErrorPrefix(failed, "NOSCRIPT") {
			unknown = append(unknown, places[i])
			continue
		}
		results[places[i]] = result
		if err == nil {
			err = failed
		}
	}
	return unknown, err
}

// form asks the server once which form it understands.
func (r *runner) form(ctx context.Context, s script) (*redis.Script, error) {
	knows := r.knows.Load()
	if knows == nil {
		err := r.client.Eval(ctx, "#!lua flags=no-writes\nreturn 1", nil).Err()
		if err != nil && !strings.Contains(err.Error(), "compiling script") {
			return nil, fmt.Errorf("script %s: %w", s.name, err)
		}
		knows = new(bool)
		*knows = err == nil
		r.knows.Store(knows)
	}
	if *knows {
		return s.full, nil
	}
	return s.plain, nil
}
