//go:build unix && !linux && !aix && !solaris

package cli

import "golang.org/x/sys/unix"

const (
	getTermios = unix.TIOCGETA
	setTermios = unix.TIOCSETA

	noCharacter = 0xff // _POSIX_VDISABLE: no key sends the signal
)
