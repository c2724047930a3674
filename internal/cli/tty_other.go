//go:build !unix

package cli

import (
	"errors"
	"os"
)

func foreground(*os.File) bool { return true }

// quiet is not known here: nobody is asked while a screen is drawn, and `publisher decide` does it.
func quiet(*os.File) (restore func(), err error) { return nil, errors.ErrUnsupported }
