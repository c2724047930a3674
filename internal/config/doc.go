// Package config is what a worker is told at start: one struct, [Config], filled from a YAML file, then from environment variables
// that begin with DEPROVISIONER_, and last from the command's flags by the caller.
//
// A file with a key that nobody knows is refused with its line. A configuration holds references to secrets (the name of an
// environment variable, the path of a file), never a secret: a value shaped like one is refused and not repeated.
package config
