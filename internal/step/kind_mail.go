package step

import (
	"context"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// mailFolder is a folder in a mailbox.
type mailFolder struct{}

func (mailFolder) targets(j *job, list []deprovision.Artifact) ([]m365.Target, error) {
	out := make([]m365.Target, len(list))
	for i, a := range list {
		w, err := whereIs(a)
		if err != nil {
			return nil, err
		}
		out[i] = j.target(a, w.InMailbox, "", w.ID)
	}
	return out, nil
}

func (m mailFolder) read(ctx context.Context, j *job, list []deprovision.Artifact) ([]reading, error) {
	targets, err := m.targets(j, list)
	if err != nil {
		return nil, err
	}
	answers, err := j.tenant.Mail.ReadFolders(ctx, targets)
	if err != nil {
		return nil, err
	}
	out := make([]reading, len(list))
	for i, a := range answers {
		var before struct{ InAddress string }
		if err := decode(list[i], &before); err != nil {
			return nil, err
		}
		out[i] = asOf(footprint.QuarantineFolder, "GET mailFolders/{id}", list[i], a, map[string]any{"inMailbox": targets[i].Place, "inAddress": before.InAddress})
	}
	return out, nil
}

func (m mailFolder) remove(ctx context.Context, j *job, list []deprovision.Artifact) ([]m365.Answer, error) {
	targets, err := m.targets(j, list)
	if err != nil {
		return nil, err
	}
	return j.tenant.Mail.DeleteFolders(ctx, targets, j.state.Request.Options.Purge)
}
