package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// loop carries out the queued requests.
type loop interface {
	// open gets ready for one turn, and takes no request yet.
	open(ctx context.Context, inFlight, requests int) (turn, error)
}

// turn is one run of a loop over all queued requests.
type turn interface {
	run(ctx context.Context, w *watch) error
	close() error
}

// plan says what is measured.
type plan struct {
	rounds   int
	inFlight []int
	requests map[int]int // of one turn, by how many are in flight
	profile  string      // a directory for profiles; "" for none
	progress io.Writer
}

// loops are the three that take turns.
type loops struct{ plain, graph, bare loop }

// mixed is one round's samples: two turns of each loop.
type mixed struct{ plain, graph, bare [2]sample }

// series is everything that was measured with so many requests in flight.
type series struct {
	InFlight, Requests       int
	Plain, Graph, Bare       count
	rounds                   []mixed
	PlainResult, GraphResult result
}

// measure runs all rounds.
func measure(ctx context.Context, r *rig, p plan) ([]series, error) {
	l := loops{plain: &workerLoop{rig: r}, graph: &workerLoop{rig: r, graph: true}}
	first := p.requests[p.inFlight[0]]
	if _, _, err := r.turn(ctx, l.plain, 1, min(first, 50), nil); err != nil { // what the bare loop repeats
		return nil, fmt.Errorf("warm up: %w", err)
	}
	appends, err := r.sample(ctx)
	if err != nil {
		return nil, err
	}
	l.bare = &bareLoop{rig: r, appends: appends}
	var all []series
	for _, inFlight := range p.inFlight {
		s, err := r.series(ctx, p, l, inFlight)
		if err != nil {
			return nil, fmt.Errorf("%d in flight: %w", inFlight, err)
		}
		all = append(all, s)
		if p.profile != "" {
			if err := r.profiles(ctx, p, l, inFlight); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// series warms each loop up and runs the rounds. A round is a palindrome: what gets slower or faster steadily meets all loops alike.
func (r *rig) series(ctx context.Context, p plan, l loops, inFlight int) (series, error) {
	s := series{InFlight: inFlight, Requests: p.requests[inFlight]}
	for _, one := range []loop{l.plain, l.graph, l.bare} {
		if _, _, err := r.turn(ctx, one, inFlight, max(s.Requests/5, 1), nil); err != nil {
			return s, fmt.Errorf("warm up: %w", err)
		}
	}
	for round := range p.rounds {
		var m mixed
		for _, one := range []struct {
			loop   loop
			sample *sample
			count  *count
		}{
			{l.plain, &m.plain[0], &s.Plain}, {l.graph, &m.graph[0], &s.Graph}, {l.bare, &m.bare[0], &s.Bare},
			{l.bare, &m.bare[1], &s.Bare}, {l.graph, &m.graph[1], &s.Graph}, {l.plain, &m.plain[1], &s.Plain},
		} {
			var err error
			if *one.sample, *one.count, err = r.turn(ctx, one.loop, inFlight, s.Requests, nil); err != nil {
				return s, err
			}
		}
		if err := s.equal(); err != nil {
			return s, err
		}
		s.rounds = append(s.rounds, m)
		_, _ = fmt.Fprintf(p.progress, "%d in flight, round %d of %d: plain %.2f, Graph SDK %.2f of the bare loop's %.0f requests/s\n", inFlight, round+1, p.rounds,
			ratio(m.plain, m.bare), ratio(m.graph, m.bare), rate(m.bare, s.Requests))
	}
	s.PlainResult, s.GraphResult = s.result(func(m mixed) [2]sample { return m.plain }), s.result(func(m mixed) [2]sample { return m.graph })
	return s, nil
}

// equal holds the loops to the same number of appends: a ratio of unlike things says nothing.
func (s *series) equal() error {
	if s.Plain.Appends != s.Bare.Appends || s.Graph.Appends != s.Bare.Appends {
		return fmt.Errorf("appends per request differ: worker %d, with the Graph SDK %d, bare loop %d", s.Plain.Appends, s.Graph.Appends, s.Bare.Appends)
	}
	return nil
}

// turn runs one turn of a loop.
func (r *rig) turn(ctx context.Context, l loop, inFlight, requests int, profile *os.File) (sample, count, error) {
	if err := r.prepare(ctx, requests); err != nil {
		return sample{}, count{}, fmt.Errorf("prepare a turn: %w", err)
	}
	t, err := l.open(ctx, inFlight, requests)
	if err != nil {
		return sample{}, count{}, err
	}
	runtime.GC() // what other turns left is not this one's to clear away
	w := &watch{servers: r.cpu, profile: profile}
	err = errors.Join(t.run(ctx, w), t.close(), w.failed)
	if err != nil {
		return sample{}, count{}, err
	}
	c, err := r.count(ctx, requests)
	return w.sample, c, err
}

// profiles runs each loop once more, beside the rounds, and writes where its processor time goes.
func (r *rig) profiles(ctx context.Context, p plan, l loops, inFlight int) error {
	for name, one := range map[string]loop{"plain": l.plain, "graph": l.graph, "bare": l.bare} {
		f, err := os.Create(filepath.Join(p.profile, fmt.Sprintf("%s-%d.pprof", name, inFlight)))
		if err != nil {
			return err
		}
		_, _, err = r.turn(ctx, one, inFlight, 3*p.requests[inFlight], f)
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("profile of %s: %w", name, err)
		}
	}
	return nil
}
