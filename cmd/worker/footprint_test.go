package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ownFootprint is one of one's own, right in everything.
const ownFootprint = `
product: mail-guard
name: Mail Guard
console: https://console.example/
help: https://help.example/
services:
  exchange-online-inline:
    title: Mail Guard inline
    drain: 2h
    steps: [stop-policies, remove-rules, drain, remove-role]
    artifacts:
      - {kind: transport-rule, step: remove-rules, names: [Mail Guard reroute]}
      - {kind: role-assignment, step: remove-role, roles: {29232cdf-9323-42fd-ade2-1d097af3e4de: Exchange Administrator}}
    manual:
      - {step: stop-policies, name: policies, instructions: Stop them in the console.}
    rights:
      - {call: Get-TransportRule, cmdlet: Get-TransportRule}
      - {call: Remove-TransportRule, cmdlet: Remove-TransportRule}
      - {call: "DELETE /roleManagement/directory/roleAssignments/{id}", permissions: [RoleManagement.ReadWrite.Directory]}
instructions:
  transport-rule: "Remove-TransportRule -Identity {id}"
  role-assignment: "Entra admin center > Roles & admins"
limits: {transport-rule: 2, role-assignment: 1}
`

// own writes the footprint with one text replaced.
func own(t *testing.T, old, now string) string {
	t.Helper()
	if !strings.Contains(ownFootprint, old) {
		t.Fatalf("the footprint does not hold %q", old)
	}
	path := filepath.Join(t.TempDir(), "mail-guard.yaml")
	if err := os.WriteFile(path, []byte(strings.Replace(ownFootprint, old, now, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var brokenFootprints = map[string]struct{ old, now, field, allowed string }{
	"an unknown kind":         {"{kind: transport-rule,", "{kind: mail-rule,", `services.exchange-online-inline.artifacts[0].kind "mail-rule"`, "journal-rule"},
	"missing instructions":    {`  transport-rule: "Remove-TransportRule -Identity {id}"`, "", "artifacts[0].kind", "a kind with instructions"},
	"a step that nobody does": {"[stop-policies, remove-rules,", "[stop-policies, remove-rules, remove-mailbox,", `steps[2] "remove-mailbox"`, "steps that an entry of artifacts or of manual names"},
	"an id that is none":      {"29232cdf-9323-42fd-ade2-1d097af3e4de", "29232cdf", `artifacts[1].roles "29232cdf"`, "GUIDs"},
	"a call without a right":  {"      - {call: Remove-TransportRule, cmdlet: Remove-TransportRule}\n", "", "artifacts[0].kind", "a kind whose call has a right: Remove-TransportRule"},
	"an unknown key":          {"drain: 2h", "drains: 2h", `unknown field "drains"`, "mail-guard.yaml"},
}

func TestBrokenFootprintStopsTheWorkerAtItsStart(t *testing.T) {
	t.Parallel()
	for name, tc := range brokenFootprints {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := own(t, tc.old, tc.now)
			config := withSecrets(t)
			body, err := os.ReadFile(config)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(config, fmt.Appendf(body, "\nfootprints: [%q]\n", path), 0o600); err != nil {
				t.Fatal(err)
			}
			_, run := execute(t.Context(), "run", "--config", config, "--nats", "nats://"+freePort(t))
			_, check := execute(t.Context(), "footprint", "check", path)
			for command, err := range map[string]error{"run": run, "check": check} {
				if err == nil || code(err) != exitUsage {
					t.Fatalf("%s says %v", command, err)
				}
				for _, want := range []string{path, tc.field, tc.allowed} {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("%s: no word about %s: %v", command, want, err)
					}
				}
			}
		})
	}
}

func TestFootprintCheckPrintsServicesStepsAndKinds(t *testing.T) {
	t.Parallel()
	out, err := execute(t.Context(), "footprint", "check", own(t, "", ""), filepath.Join("..", "..", "internal", "footprint", "trend-micro-cas.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	squeezed := strings.Join(strings.Fields(out), " ")
	for _, want := range []string{"mail-guard (Mail Guard); sites: none", "exchange-online-inline Mail Guard inline", "stop-policies by hand: policies",
		"remove-rules transport-rule", "drain waits 2h", "remove-role role-assignment", "trend-micro-cas (Trend Micro Cloud App Security); sites: au, ca",
		"announce-api-stop tells who uses what stops", "remove-add-in by hand:"} {
		if !strings.Contains(squeezed, want) {
			t.Errorf("it does not print %q:\n%s", want, out)
		}
	}
	if _, err := execute(t.Context(), "footprint", "check"); err == nil || code(err) != exitUsage {
		t.Errorf("of nothing: %v", err)
	}
}

func TestFootprintOfOnesOwnIsKnownToTheWorker(t *testing.T) {
	t.Parallel()
	config := withSecrets(t)
	body, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, fmt.Appendf(body, "\nfootprints: [%q]\n", own(t, "", "")), 0o600); err != nil {
		t.Fatal(err)
	}
	s := settings{file: config}
	cfg, _, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	known, err := footprints(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(known.Products(), " "); got != "check-point-harmony mail-guard trend-micro-cas" {
		t.Error(got)
	}
}
