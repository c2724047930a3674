package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/config"
	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/internal/m365/tenants"
	"github.com/deprovisioner/deprovisioner/internal/step"
	"github.com/deprovisioner/deprovisioner/internal/throttle"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// known reports whether the configuration has the tenant.
func (w *worker) known(alias string) bool {
	_, ok := w.cfg.Tenants[alias]
	return ok
}

// permit tells why a sender may not ask for this removal in this tenant.
func (w *worker) permit(r deprovision.Request) string {
	p := w.cfg.Tenants[r.Tenant].Policy
	if len(p.Services) > 0 && !slices.Contains(p.Services, r.Service) {
		return fmt.Sprintf("service accounts of %s may not be removed in the tenant %s: see policy.services in the worker's configuration", r.Service, r.Tenant)
	}
	if guard.Matches(p.Askers, r.RequestedBy) {
		return ""
	}
	return fmt.Sprintf("%s may not ask for removals in the tenant %s: see policy.askers in the worker's configuration", r.RequestedBy, r.Tenant)
}

// mayDecide tells why a decision does not count in its tenant: it is of somebody who may not decide that, or names a credential that is not there.
func (w *worker) mayDecide(p deprovision.Progress, d deprovision.Decision) string {
	t := w.cfg.Tenants[p.Request.Tenant]
	if why := deciders(t.Policy).May(p.Request, d); why != "" {
		return why
	}
	if _, ok := t.Credentials[d.CredentialRef]; d.Verb == deprovision.Credentials && !ok {
		return fmt.Sprintf("the tenant %s has no credential %q in the worker's configuration; it has %s", p.Request.Tenant, d.CredentialRef,
			strings.Join(slices.Sorted(maps.Keys(t.Credentials)), ", "))
	}
	return ""
}

func deciders(p config.Policy) guard.Deciders {
	return guard.Deciders{Names: p.Deciders, SecondPerson: p.SecondPerson}
}

// expiry is how long a stop can be answered; 0 means for ever.
func (w *worker) expiry(r deprovision.Request, stop string) time.Duration {
	patience := w.cfg.Tenants[r.Tenant].Policy.StopsExpire
	if own, ok := patience[stop]; ok {
		return time.Duration(own)
	}
	return time.Duration(patience[config.AllStops])
}

func (w *worker) policy(alias string) step.Policy {
	t := w.cfg.Tenants[alias]
	p := t.Policy
	out := step.Policy{Spared: spared(t), Armed: p.Armed, ConfirmsItself: p.ConfirmsItself, ManualOwner: p.ManualOwner, ManualDue: time.Duration(p.ManualDue),
		Brake: guard.Brake(p.Brake), Deciders: deciders(p)}
	if p.Drain != nil {
		drain := time.Duration(*p.Drain)
		out.Drain = &drain
	}
	return out
}

// spared are the apps that the worker may run as, by reference; "" is the tenant's own.
func spared(t config.Tenant) map[string]string {
	apps := map[string]string{"": cmp.Or(t.ActingApp, t.Credentials[t.Credential].ClientID)}
	for ref, c := range t.Credentials {
		apps[ref] = c.ClientID
	}
	maps.DeleteFunc(apps, func(_, app string) bool { return app == "" })
	return apps
}

// drain is how long a drain takes that the request does not set.
func (w *worker) drain(alias string) time.Duration {
	if p := w.cfg.Tenants[alias].Policy; p.Drain != nil {
		return time.Duration(*p.Drain)
	}
	return 24 * time.Hour
}

// budget is what each tenant gets of calls.
func budget(t config.Throttle) throttle.Budget {
	if t.Calls == 0 {
		return throttle.Budget{}
	}
	return throttle.Budget{Calls: t.Calls, Per: time.Duration(t.Per), Burst: t.Burst}
}

// reach turns the configuration of the tenants into that of their clients.
func reach(cfg config.Config) tenants.Config {
	out := tenants.Config{Tenants: map[string]tenants.Tenant{}}
	for alias, t := range cfg.Tenants {
		credentials := map[string]tenants.Credential{}
		for ref, c := range t.Credentials {
			credentials[ref] = tenants.Credential(c)
		}
		out.Tenants[alias] = tenants.Tenant{ID: t.ID, Cloud: t.Cloud, Endpoints: tenants.Endpoints(t.Endpoints), SharePoint: t.SharePoint, CAFile: t.CAFile,
			ActingApp: t.ActingApp, Credential: t.Credential, Credentials: credentials, Product: tenants.Product(t.Product)}
	}
	return out
}
