package cli

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

var digestForm = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// checkDigest refuses what can be no digest of a plan and no seal, such as one that was cut off while copying: a worker would find that the tenant changed.
func checkDigest(field, digest string) error {
	if digest == "" || digestForm.MatchString(digest) {
		return nil
	}
	return &deprovision.Invalid{Field: field, Value: digest, Allowed: "the whole of it: sha256: and 64 hexadecimal digits"}
}

// namedKinds are the kinds of artifact that workers look for by names of an account's record (docs/services/README.md).
var namedKinds = []string{"event-receiver", "installed-app", "list-webhook", "quarantine-folder", "quarantine-library"}

// warnOfNames tells on the standard error which names of a record no worker of this version looks at. They are kept: a newer worker may.
func (a *app) warnOfNames(record deprovision.Account) error {
	for _, kind := range slices.Sorted(maps.Keys(record.Names)) {
		if slices.Contains(namedKinds, kind) {
			continue
		}
		if _, err := fmt.Fprintf(a.Err, "account %s.%s: nothing is looked for by names of the kind %s; that is done for %s\n",
			record.Tenant, record.ID, quote(kind), strings.Join(namedKinds, ", ")); err != nil {
			return err
		}
	}
	return nil
}
