package client_test

import (
	"iter"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// firstError returns the first error that is yielded.
func firstError[T any](seq iter.Seq2[T, error]) error {
	for _, err := range seq {
		if err != nil {
			return err
		}
	}
	return nil
}

// all returns what is yielded before the first error.
func all[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var out []T
	for v, err := range seq {
		if err != nil {
			return out, err
		}
		out = append(out, v)
	}
	return out, nil
}

func cancelling() deprovision.Decision {
	return deprovision.Decision{ID: "d1", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Request: "r1", Verb: deprovision.Cancel,
		DecidedBy: "admin"}
}
