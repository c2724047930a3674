// Package cli is the command tree of the publisher. Everything it does goes through pkg/client: it adds flags, words and exit codes.
//
// Start at run.go; exit.go holds every exit code, why.go answers "why is it not moving?" in one line, and there is one file a command.
package cli
