package step

import (
	"context"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// mailboxWalk looks into every mailbox for folders with the name that the record has. Without a name there is nothing to look for.
var mailboxWalk = walk{
	name: "mailboxes", size: 5 * m365.MostTargets, few: m365.MostTargets,
	serves: func(j *job) bool {
		return j.removes(footprint.QuarantineFolder) && len(j.account.Names[string(footprint.QuarantineFolder)]) > 0
	},
	places: func(ctx context.Context, j *job) ([]place, error) { return placesOf(j.tenant.Mail.Mailboxes(ctx)) },
	visit:  visitMailboxes,
}

// removes reports whether the removal is about artifacts of a kind.
func (j *job) removes(kind deprovision.ArtifactKind) bool {
	for _, e := range j.service.Artifacts {
		if e.Kind == kind {
			return true
		}
	}
	return false
}

func placesOf(objects []m365.Object, err error) ([]place, error) {
	out := make([]place, len(objects))
	for i, o := range objects {
		out[i] = place{id: o.ID, name: o.Name}
	}
	return out, err
}

func visitMailboxes(ctx context.Context, j *job, chunk []place) ([]visit, error) {
	visits := make([]visit, len(chunk))
	err := inBatches(len(chunk), func(from, to int) error {
		ids := make([]string, 0, to-from)
		for _, p := range chunk[from:to] {
			ids = append(ids, p.id)
		}
		answers, err := j.tenant.Mail.Folders(ctx, ids)
		if err != nil {
			return err
		}
		for i, a := range answers {
			visits[from+i] = foldersOf(chunk[from+i], a)
		}
		return nil
	})
	return visits, err
}

// foldersOf makes objects of a mailbox's folders. A mailbox that has none by now is not gone: it holds mail somewhere else.
func foldersOf(p place, a m365.Answer) visit {
	if f, ok := failureIn(a.Err); ok && f.Class == deprovision.Gone {
		skipped := *f
		skipped.Class = deprovision.Malformed
		return visit{err: &skipped}
	}
	if a.Err != nil {
		return visit{err: a.Err}
	}
	var v visit
	for _, o := range a.Objects {
		objects, err := placed(footprint.QuarantineFolder, "GET mailFolders", o, map[string]any{"inMailbox": p.id, "inAddress": p.name})
		if err != nil {
			return visit{err: err}
		}
		v.objects = append(v.objects, objects...)
	}
	return v
}
