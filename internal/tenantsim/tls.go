package tenantsim

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// caFile is the name of the certificate to trust.
const caFile = "ca.pem"

// servedNames are the names and addresses that the simulator's certificate is
// for: loopback, and every host of the real service that it stands in for.
func servedNames() []string {
	names := append([]string{"localhost", "127.0.0.1", "::1"}, loginHosts...)
	names = append(names, slices.Sorted(maps.Keys(resourceHosts))...)
	for _, suffix := range sharePointSuffixes {
		names = append(names, "*"+suffix)
	}
	return names
}

// WriteCA writes the certificate to trust, in PEM, to ca.pem in a directory,
// which it makes if need be, and returns the file's path. The key stays in
// memory: every simulator has a CA of its own. It fails without Options.TLS.
func (s *Sim) WriteCA(dir string) (string, error) {
	if s.ca == nil {
		return "", errors.New("tenantsim: there is no CA without TLS")
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", fmt.Errorf("tenantsim: %w", err)
	}
	path := filepath.Join(dir, caFile)
	if err := os.WriteFile(path, s.ca.pem, 0o644); err != nil { //nolint:gosec // a certificate is public, and others are to read it
		return "", fmt.Errorf("tenantsim: %w", err)
	}
	return path, nil
}
