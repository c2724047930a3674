package cli

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
	"github.com/deprovisioner/deprovisioner/pkg/event"
	"github.com/deprovisioner/deprovisioner/pkg/evidence"
)

// writeTo writes a file whole or not at all; - is the standard output.
func (a *app) writeTo(path string, write func(io.Writer) error) error {
	if path == "-" {
		return write(a.Out)
	}
	if there, err := os.Stat(path); path == "" || err == nil && !there.Mode().IsRegular() {
		return &deprovision.Invalid{Field: "--out", Value: path, Allowed: "the name of a file, new or to be replaced, or - for the standard output"}
	}
	out, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part") // for its owner alone
	if err != nil {
		return &usageError{err}
	}
	defer func() { _ = os.Remove(out.Name()) }() // gone already when all went well
	if err := errors.Join(write(out), out.Sync(), out.Close()); err != nil {
		return err
	}
	return os.Rename(out.Name(), path)
}

// same reports whether two names are of one file that is there.
func same(a, b string) bool {
	one, err := os.Stat(a)
	other, unknown := os.Stat(b)
	return err == nil && unknown == nil && os.SameFile(one, other)
}

// readFrom reads a file; - is the standard input.
func (a *app) readFrom(path string, read func(io.Reader) error) error {
	if path == "-" {
		return read(a.In)
	}
	in, err := os.Open(path)
	if err != nil {
		return &usageError{err}
	}
	return errors.Join(read(in), in.Close())
}

// notRead makes of a file that could not be read a mistake of who named it.
func notRead(path string, err error) error {
	var usage *usageError
	switch {
	case errors.As(err, &usage):
		return err
	case errors.Is(err, evidence.ErrNoBundle):
		return &deprovision.Invalid{Field: "file", Value: path,
			Allowed: "an evidence bundle, as publisher evidence get and worker archive write them (" + err.Error() + ")"}
	}
	return &usageError{err}
}

// publicKey reads an Ed25519 key as `openssl pkey -pubout` writes it.
func publicKey(path string) (ed25519.PublicKey, error) {
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, &usageError{fmt.Errorf("--key: %w", err)}
	}
	key, err := event.VerifyingKey(body)
	if err != nil {
		return nil, fmt.Errorf("--key %s: %w", path, err)
	}
	return key, nil
}
