package step

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// job is one run of one step.
type job struct {
	deps    Deps
	name    string
	work    *engine.Work
	state   deprovision.Progress // as it was when the run began
	account deprovision.Account  // likewise
	service *footprint.Service
	policy  Policy
	tenant  m365.Tenant // after open

	sp      *m365.ServicePrincipal // after principal
	looked  bool
	planned string   // App Id of the plan
	marked  []string // what the account's record says that it has let go of

	passed string // the fact that the plan passed the brake, when this run made its reservation

	blind bool // after eyes: nobody can see the subscriptions of the account's app any more
	proof bool // after eyes: they were seen gone before that

	resumed *before // after earlier

	user   *m365.Object // after delegate
	sought bool
}

// open reaches the tenant, with the credential that a decision named or else with the tenant's own.
func (j *job) open(ctx context.Context) (err error) {
	j.tenant, err = j.deps.Tenants(ctx, j.state.Request.Tenant, j.state.Credential)
	return err
}

func (j *job) now() time.Time { return j.deps.Clock.Now() }

// answered reports whether the stop of this step was answered with the verb.
func (j *job) answered(verb deprovision.Verb) bool {
	return j.state.Answer != nil && j.state.Answer.Verb == verb
}

// principal reads the service principal of the account's App Id once per run; nil when there is none.
func (j *job) principal(ctx context.Context) (*m365.ServicePrincipal, error) {
	if j.looked || j.account.AppID == "" {
		return j.sp, nil
	}
	sp, err := j.tenant.Directory.ServicePrincipalByAppID(ctx, j.account.AppID)
	if err != nil && !gone(err) {
		return nil, err
	}
	if err == nil {
		j.sp = &sp
	}
	j.looked = true
	return j.sp, nil
}

// ofPrincipal lists what the account's service principal has of a kind.
func (j *job) ofPrincipal(ctx context.Context, name deprovision.ArtifactKind, list lister) ([]footprint.Object, error) {
	sp, err := j.principal(ctx)
	if sp == nil || err != nil {
		return nil, err
	}
	objects, err := list(ctx, sp.ID)
	if gone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parseAll(name, "GET "+string(name), objects)
}

// stop makes a stop whose text the footprint words; detail says what this one is about.
func (j *job) stop(name, detail string, offers ...deprovision.Verb) engine.Result {
	if text := j.service.Stops[name]; text != "" {
		detail = join(text, detail)
	}
	return engine.Result{Stop: &deprovision.Stop{Name: name, Detail: detail, Offers: offers}, Detail: detail}
}

func join(text, more string) string {
	if more == "" {
		return text
	}
	return text + " " + more
}

// note writes a fact into the document.
func note(key, value string) func(*deprovision.Progress) {
	return func(p *deprovision.Progress) {
		p.Facts = maps.Clone(p.Facts)
		if p.Facts == nil {
			p.Facts = map[string]string{}
		}
		p.Facts[key] = value
	}
}

// leave adds to the remainder what is not in it yet.
func leave(left ...deprovision.Remainder) func(*deprovision.Progress) {
	return func(p *deprovision.Progress) {
		for _, r := range left {
			if !slices.Contains(p.Remainder, r) {
				p.Remainder = append(slices.Clip(p.Remainder), r)
			}
		}
	}
}

// all does several changes as one.
func all(changes ...func(*deprovision.Progress)) func(*deprovision.Progress) {
	return func(p *deprovision.Progress) {
		for _, change := range changes {
			if change != nil {
				change(p)
			}
		}
	}
}
