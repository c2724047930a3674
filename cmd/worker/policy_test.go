package main

import (
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/config"
	"github.com/deprovisioner/deprovisioner/internal/guard"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestPolicySaysWhoMayAskForWhichService(t *testing.T) {
	t.Parallel()
	some := config.Policy{Askers: []string{"*@contoso.example"}, Services: []deprovision.Service{deprovision.Teams, deprovision.TeamsChat}}
	all := config.Policy{Askers: some.Askers}
	w := &worker{cfg: config.Config{Tenants: map[string]config.Tenant{"some": {Policy: some}, "all": {Policy: all}, "none": {}}}}
	for _, tc := range []struct {
		tenant  string
		service deprovision.Service
		by      string
		says    string // "" means that it is permitted
	}{
		{"some", deprovision.Teams, "SOC@contoso.example", ""},
		{"some", deprovision.TeamsChat, "soc@contoso.example", ""},
		{"some", deprovision.OneDrive, "soc@contoso.example", "service accounts of onedrive may not be removed in the tenant some: see policy.services"},
		{"some", deprovision.Teams, "soc@fabrikam.example", "see policy.askers"},
		{"all", deprovision.OneDrive, "soc@contoso.example", ""},
		{"none", deprovision.OneDrive, "soc@contoso.example", "see policy.askers"},
		{"unlisted", deprovision.OneDrive, "soc@contoso.example", "see policy.askers"},
	} {
		got := w.permit(deprovision.Request{Tenant: tc.tenant, Service: tc.service, RequestedBy: tc.by})
		if (got == "") != (tc.says == "") || !strings.Contains(got, tc.says) {
			t.Errorf("%s in %s by %s: %q", tc.service, tc.tenant, tc.by, got)
		}
	}
}

func TestPolicyOfAStepHasTheTenantsBrake(t *testing.T) {
	t.Parallel()
	w := &worker{cfg: config.Config{Tenants: map[string]config.Tenant{"a": {Policy: config.Policy{Brake: config.Brake{PerHour: 7, Share: 0.1}}}}}}
	if b := w.policy("a").Brake; b != (guard.Brake{PerHour: 7, Share: 0.1}) {
		t.Errorf("%+v", b)
	}
	if b := w.policy("b"); b.Armed || b.Brake.Limit() != guard.DefaultPerHour {
		t.Errorf("%+v", b)
	}
}

func TestPolicySaysHowLongAStopCanBeAnswered(t *testing.T) {
	t.Parallel()
	hours := func(n int) deprovision.Duration { return deprovision.Duration(time.Duration(n) * time.Hour) }
	w := &worker{cfg: config.Config{Tenants: map[string]config.Tenant{
		"some": {Policy: config.Policy{StopsExpire: map[string]deprovision.Duration{deprovision.StopConfirm: hours(72)}}},
		"all":  {Policy: config.Policy{StopsExpire: map[string]deprovision.Duration{deprovision.StopConfirm: hours(72), "*": hours(1)}}},
		"none": {},
	}}}
	for _, tc := range []struct {
		tenant, stop string
		want         time.Duration
	}{
		{"some", deprovision.StopConfirm, 72 * time.Hour}, {"some", deprovision.StopFailed, 0}, {"all", deprovision.StopConfirm, 72 * time.Hour},
		{"all", deprovision.StopFailed, time.Hour}, {"none", deprovision.StopConfirm, 0}, {"unlisted", deprovision.StopConfirm, 0},
	} {
		if got := w.expiry(deprovision.Request{Tenant: tc.tenant}, tc.stop); got != tc.want {
			t.Errorf("%s in %s: %s", tc.stop, tc.tenant, got)
		}
	}
}

func TestPolicyOfAStepHasTheTenantsDeciders(t *testing.T) {
	t.Parallel()
	w := &worker{cfg: config.Config{Tenants: map[string]config.Tenant{"a": {Policy: config.Policy{Deciders: []string{"x"}, SecondPerson: true}}}}}
	if d := w.policy("a").Deciders; !d.SecondPerson || len(d.Names) != 1 {
		t.Errorf("%+v", d)
	}
}
