package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// flagOf names the flag that fills a field.
var flagOf = map[string]string{
	"id": "--id", "tenant": "--tenant", "service": "--service", "account": "--account", "appId": "--app-id", "requestedBy": "--by",
	"decidedBy": "--by", "reason": "--reason", "options.drain": "--drain", "stop": "--stop", "planDigest": "--plan",
	"credentialRef": "--credential", "names": "--name", "kind": "--kind", "upn": "--upn", "site": "--site", "productId": "--product-id",
	"recorded": "--recorded", "status": "--status", "limit": "--limit", "product": "--product", "sharePointAppId": "--sharepoint-app-id",
	"appCredential": "--app-credential", "options.plan": "--plan", "options.acknowledged": "--acknowledge", "options.approveByName": "--approve",
	"resumeOf": "--resume-of", "acknowledged": "--acknowledge",
}

// flagNamed is the flag that fills a field, or of which one value fills it, e.g. "names.folder[0]"; "" when there is none.
func flagNamed(field string) string {
	if flag := flagOf[field]; flag != "" {
		return flag
	}
	list, _, _ := strings.Cut(field, "[")
	if flag := flagOf[list]; flag != "" {
		return flag
	}
	whole, _, _ := strings.Cut(list, ".")
	return flagOf[whole]
}

// tell words an error for a person: what is wrong, and what to do.
func tell(err error) string {
	var usage *usageError
	var invalid *deprovision.Invalid
	var entry *client.EntryError
	var garbage *client.UnreadableError
	switch {
	case errors.As(err, &garbage):
		return oneLine(err.Error())
	case errors.As(err, &usage):
		return usage.Error() + "; see --help"
	case errors.As(err, &entry) && errors.As(err, &invalid):
		return fmt.Sprintf("nothing was imported: entry %d: %v", entry.Entry, invalid)
	case errors.As(err, &invalid) && flagNamed(invalid.Field) != "":
		told := *invalid
		told.Field = flagNamed(invalid.Field)
		return told.Error()
	case errors.Is(err, client.ErrNoAnswer):
		return err.Error() + "; a worker looks at it when one is there: see publisher show"
	case errors.Is(err, client.ErrNoWorker):
		return err.Error() + "; is one running? publisher show and watch read the journal without one"
	case errors.Is(err, client.ErrNotProvisioned), errors.Is(err, client.ErrNoPicture):
		return err.Error()
	case errors.Is(err, client.ErrUnreachable):
		return err.Error() + "; set --server or NATS_URL"
	case errors.Is(err, errNothingSent):
		return "interrupted; nothing was sent"
	case errors.Is(err, context.Canceled):
		return "interrupted; what was sent is kept, and the removal goes on"
	case errors.Is(err, context.DeadlineExceeded):
		return "the time was up (--timeout); what was sent is kept, and the removal goes on"
	}
	return err.Error()
}
