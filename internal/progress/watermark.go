package progress

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// form is how the picture is kept. One of another form, which an older worker built, is built anew.
const form = "2"

// ErrOvertaken says that another worker began a rebuild after this one: its picture will be the complete one.
var ErrOvertaken = errors.New("another rebuild began meanwhile")

// Watermark returns the highest revision of the stream that was applied. ok is false when the picture has to be rebuilt: it is new or
// was wiped, it went back in time, an older worker built it, or it shows another incarnation of the stream. A watermark ahead of the
// stream's last revision means the same; one behind what the projector's consumer has acknowledged means that the server lost writes, and
// the same.
func (p *Picture) Watermark(ctx context.Context) (revision uint64, ok bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	mark, err := p.client.HMGet(ctx, p.keys.watermark(), "incarnation", "revision", "form").Result()
	if err != nil {
		return 0, false, fmt.Errorf("watermark: %w", err)
	}
	if incarnation, isText := mark[0].(string); !isText || incarnation != p.options.Incarnation || mark[2] != form {
		return 0, false, nil
	}
	text, _ := mark[1].(string)
	revision, err = strconv.ParseUint(text, 10, 64)
	return revision, err == nil, nil // an unreadable one is none
}

// Reset begins a rebuild: it takes the watermark away and wipes what the journal can give back, key by key, and nothing that is not
// ours. The tenants' gates stay. Afterwards bring every request's last event to [Picture.Apply], then call [Picture.Rebuilt]. The
// projector may go on meanwhile.
func (p *Picture) Reset(ctx context.Context) error {
	token := rand.Text()
	if err := p.bounded(ctx, beginScript, call{keys: []string{p.keys.watermark(), p.keys.rebuild()}, args: []any{token}}, nil); err != nil {
		return fmt.Errorf("reset: %w", err)
	}
	p.mu.Lock()
	p.token = token
	p.mu.Unlock()
	var err error
	if cluster, isCluster := p.client.(*redis.ClusterClient); isCluster {
		err = cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error { return p.wipe(ctx, node) })
	} else {
		err = p.wipe(ctx, p.client)
	}
	var alone any
	if voided := p.bounded(ctx, voidScript, call{keys: []string{p.keys.watermark(), p.keys.rebuild()}, args: []any{token}}, &alone); err == nil {
		err = voided
	}
	if err == nil && alone == int64(0) {
		err = ErrOvertaken
	}
	if err != nil {
		return fmt.Errorf("reset: %w", err)
	}
	return nil
}

// wipe deletes the picture's keys of one node, some at a time, so that others are served between.
func (p *Picture) wipe(ctx context.Context, node redis.Cmdable) error {
	for cursor := uint64(0); ; {
		found, next, err := node.Scan(ctx, cursor, p.keys.picture(), 500).Result()
		if err != nil {
			return fmt.Errorf("scan: %w", err)
		}
		pipe := node.Pipeline()
		for _, key := range found {
			if key != p.keys.rebuild() {
				pipe.Unlink(ctx, key) // one by one: in a cluster they may be of many slots
			}
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return fmt.Errorf("unlink: %w", err)
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}

// Rebuilt ends the rebuild that this Picture began: the journal was applied up to the revision. [ErrOvertaken] says that another one
// began later; look at the watermark again.
func (p *Picture) Rebuilt(ctx context.Context, revision uint64) error {
	p.mu.Lock()
	token := p.token
	p.mu.Unlock()
	var completed any
	err := p.bounded(ctx, completeScript, call{
		keys: []string{p.keys.watermark(), p.keys.rebuild()},
		args: []any{token, p.options.Incarnation, strconv.FormatUint(revision, 10), p.options.Clock.Now().UTC().Format(time.RFC3339Nano), form},
	}, &completed)
	if err == nil && completed == int64(0) {
		err = ErrOvertaken
	}
	if err != nil {
		return fmt.Errorf("rebuilt: %w", err)
	}
	return nil
}

// bounded runs a script within the time of one operation.
func (p *Picture) bounded(ctx context.Context, s script, c call, result *any) error {
	ctx, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	got, err := p.runner.run(ctx, s, c)
	if result != nil {
		*result = got
	}
	return err
}

// raise sets a to v unless it is higher already.
func raise(a *atomic.Uint64, v uint64) {
	for have := a.Load(); have < v && !a.CompareAndSwap(have, v); have = a.Load() {
	}
}
