//go:build unix

package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// foreground reports whether this process may read from its terminal: a job in the background would be stopped by it.
func foreground(file *os.File) bool {
	group, err := unix.IoctlGetInt(int(file.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// quiet has a terminal hand over each key as it is pressed, and print none by itself: what is typed while a screen is drawn would be drawn
// into it. Ctrl-c stays a signal; ctrl-z and ctrl-\ do not, for they would leave the terminal in this state. restore gives the terminal back as it was.
func quiet(file *os.File) (restore func(), err error) {
	fd := int(file.Fd())
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, err
	}
	keys := *before
	keys.Lflag &^= unix.ICANON | unix.ECHO
	keys.Cc[unix.VMIN], keys.Cc[unix.VTIME] = 1, 0
	keys.Cc[unix.VSUSP], keys.Cc[unix.VQUIT] = noCharacter, noCharacter
	if err := unix.IoctlSetTermios(fd, setTermios, &keys); err != nil {
		return nil, err
	}
	return func() { _ = unix.IoctlSetTermios(fd, setTermios, before) }, nil // a terminal that is gone needs no giving back
}
