package progress_test

import (
	"context"
	"net"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/internal/redistest"
)

// slow stops before the first pipeline: the deletion of what a scan found.
type slow struct {
	reached, goOn chan struct{}
	once          atomic.Bool
}

func (s *slow) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}
func (s *slow) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }
func (s *slow) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if len(cmds) > 0 && cmds[0].Name() == "unlink" && s.once.CompareAndSwap(false, true) {
			close(s.reached)
			<-s.goOn
		}
		return next(ctx, cmds)
	}
}

func TestAnOvertakenRebuildWipesNothingOfTheOther(t *testing.T) {
	t.Parallel()
	url := redistest.Start(t).URL()
	hook := &slow{reached: make(chan struct{}), goOn: make(chan struct{})}
	slowly := connect(t, url)
	slowly.AddHook(hook)
	a, b := progress.New(slowly, progress.Options{}), progress.New(connect(t, url), progress.Options{})
	apply(t, b, 1, document(1, 1), document(2, 1))
	done := make(chan error, 1)
	go func() { done <- a.Reset(context.WithoutCancel(t.Context())) }()
	<-hook.reached
	rebuild(t, b, 2, document(1, 1), document(2, 1)) // another worker saw the same and was faster
	close(hook.goOn)
	t.Log("reset of the slow one:", <-done, "rebuilt:", a.Rebuilt(t.Context(), 2))
	revision, ok := watermark(t, b)
	_, found, err := b.Get(t.Context(), document(1, 0).Request.Ref())
	if err != nil {
		t.Fatal(err)
	}
	if ok && !found {
		t.Errorf("the watermark says complete up to %d, and request 1 is not there", revision)
	}
}
