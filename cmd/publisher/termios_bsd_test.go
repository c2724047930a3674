//go:build unix && !linux && !aix && !solaris

package main_test

import "golang.org/x/sys/unix"

const getTermios = unix.TIOCGETA
