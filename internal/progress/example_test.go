package progress_test

import (
	"context"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func ExamplePicture() {
	server := miniredis.NewMiniRedis() // a worker's is a real one
	if err := server.Start(); err != nil {
		panic(err)
	}
	defer server.Close()
	client, err := progress.Connect("redis://"+server.Addr(), "")
	if err != nil {
		panic(err)
	}
	defer func() { _ = client.Close() }()
	ctx := context.Background()
	picture := progress.New(client, progress.Options{Incarnation: "2026-03-01T12:00:00Z"})

	if _, ok, _ := picture.Watermark(ctx); !ok { // new or wiped
		_ = picture.Reset(ctx)
		_ = picture.Apply(ctx, []progress.Update{{Revision: 1, Progress: document(1, 1)}}) // the last event of every request
		_ = picture.Rebuilt(ctx, 1)
	}
	_ = picture.Apply(ctx, []progress.Update{{Revision: 2, Progress: document(2, 1)}}) // what the projector brings
	_ = picture.Apply(ctx, []progress.Update{{Revision: 3, Progress: document(1, 2, status(deprovision.Parked))}})

	page, _ := picture.List(ctx, engine.Filter{Tenant: "contoso", Open: true})
	for _, r := range page.Requests {
		fmt.Println(r.Request.ID, r.Status)
	}
	revision, _, _ := picture.Watermark(ctx)
	fmt.Println("shows the journal up to revision", revision)
	// Output:
	// r2 held
	// r1 parked
	// shows the journal up to revision 3
}

func ExampleGate() {
	server := miniredis.NewMiniRedis()
	if err := server.Start(); err != nil {
		panic(err)
	}
	defer server.Close()
	client, err := progress.Connect("redis://"+server.Addr(), "")
	if err != nil {
		panic(err)
	}
	defer func() { _ = client.Close() }()
	ctx := context.Background()

	one, another := progress.NewGate(client, progress.GateOptions{}), progress.NewGate(client, progress.GateOptions{})
	one.Close(ctx, "contoso", 30*time.Second) // the tenant answered 429 with Retry-After: 30
	wait, _ := another.Wait(ctx, "contoso")
	fmt.Println(wait.Round(time.Second))
	// Output:
	// 30s
}
