package clock

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func ExampleFake() {
	fake := NewFake(start)
	lease := fake.After(30 * time.Second)
	fake.Advance(29 * time.Second)
	fmt.Println("ended:", len(lease) == 1)
	fake.Advance(time.Second)
	fmt.Println("ended:", (<-lease).Format(time.TimeOnly))
	// Output:
	// ended: false
	// ended: 03:04:35
}

func TestFakeFiresEachChannelAtItsOwnDeadline(t *testing.T) {
	t.Parallel()
	fake := NewFake(start)
	late, soon, now := fake.After(3*time.Second), fake.After(time.Second), fake.After(0)
	if got := <-now; !got.Equal(start) {
		t.Errorf("After(0) received %v", got)
	}
	fake.Advance(2 * time.Second)
	if got := <-soon; !got.Equal(start.Add(time.Second)) {
		t.Errorf("received %v", got)
	}
	if len(late) != 0 {
		t.Error("fired a second early")
	}
	fake.Advance(5 * time.Second)
	if got := <-late; !got.Equal(start.Add(3 * time.Second)) {
		t.Errorf("received %v", got)
	}
	if got := fake.Now(); !got.Equal(start.Add(7 * time.Second)) {
		t.Errorf("shows %v", got)
	}
}

func TestBlockUntilWaitsForTheWaiters(t *testing.T) {
	t.Parallel()
	fake := NewFake(start)
	seen := make(chan time.Time)
	for range 2 {
		go func() { seen <- <-fake.After(time.Minute) }()
	}
	if err := fake.BlockUntil(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	fake.Advance(time.Minute) // without the wait it could come before After, and nobody would ever be woken
	<-seen
	<-seen

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := fake.BlockUntil(ended, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
