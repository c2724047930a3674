package main

import (
	"os"
	"runtime/pprof"
	"syscall"
	"time"
)

// watch measures one turn: from its start to the moment when all is done, without what it takes to get ready and to leave.
type watch struct {
	servers func() time.Duration // processor time that the servers have used
	profile *os.File             // where a profile goes; nil: none is made

	began      time.Time
	own, other time.Duration // processor time at the start
	sample
	failed error
}

// sample is what one turn took.
type sample struct {
	Took    time.Duration
	Own     time.Duration // processor time of this process, in which the loops run
	Servers time.Duration // processor time of the servers
}

func (w *watch) start() {
	if w.profile != nil {
		w.failed = pprof.StartCPUProfile(w.profile)
	}
	w.own, w.other, w.began = ownTime(), w.servers(), time.Now()
}

func (w *watch) stop() {
	w.sample = sample{Took: time.Since(w.began), Own: ownTime() - w.own, Servers: w.servers() - w.other}
	if w.profile != nil && w.failed == nil {
		pprof.StopCPUProfile()
	}
}

// ownTime is the processor time that this process has used.
func ownTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
