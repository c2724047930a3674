package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// The states of the table. The claim is event 3 by wake:2; the park and the stop are event 5.
func tableState(status deprovision.Status, at time.Time) deprovision.Progress {
	r := deprovision.Request{ID: "r1", Tenant: "contoso", Service: deprovision.ExchangeOnlineInline, Account: "inline", RequestedBy: "soc"}
	p := deprovision.Progress{Request: r, RequestDigest: r.Digest(), Seq: 5, Status: status,
		Claim: &deprovision.Claim{Worker: "w1", Trigger: "wake:2", Epoch: 2, Seq: 3}, Decisions: []string{"known"}, Refusals: []string{"refused"}}
	switch status {
	case deprovision.Parked:
		p.Park = &deprovision.Park{Seq: 5, Until: at}
	case deprovision.Waiting:
		p.Plan = &deprovision.PlanSummary{Digest: "sha256:plan"}
		p.Stop = &deprovision.Stop{Seq: 5, Name: "confirm", Offers: []deprovision.Verb{deprovision.Confirm, deprovision.Cancel}, Expires: &at}
	}
	return p
}

func decision(id string, verb deprovision.Verb, stop uint64) Trigger {
	return Trigger{Kind: DecisionTrigger, Decision: &deprovision.Decision{ID: id, Verb: verb, Stop: stop, PlanDigest: "sha256:plan"}}
}

// turnedDown is the policy of the table: it lets no decision count whose id says so.
func turnedDown(t Trigger) string {
	if t.Decision == nil || !strings.HasPrefix(t.Decision.ID, "denied") {
		return ""
	}
	return "the policy says no"
}

func TestTableOfTriggers(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	due, later := now.Add(-time.Second), now.Add(time.Minute)
	r := tableState(deprovision.Held, now).Request
	request := Trigger{Kind: RequestTrigger, Request: &r}
	other := r
	other.Account = "another"
	wake := func(seq uint64) Trigger { return Trigger{Kind: WakeTrigger, Seq: seq} }
	sweep := func(seq uint64) Trigger { return Trigger{Kind: SweepTrigger, Seq: seq} }
	aged := func(t Trigger, age time.Duration) Trigger { t.Age = age; return t }
	none := deprovision.Progress{}
	held, contested := tableState(deprovision.Held, now), tableState(deprovision.Contested, now)
	released := tableState(deprovision.Released, now)
	parked, overdue := tableState(deprovision.Parked, later), tableState(deprovision.Parked, due)
	waiting, expired := tableState(deprovision.Waiting, later), tableState(deprovision.Waiting, due)
	cautious := waiting.Clone()
	cautious.Plan.Cautions = []deprovision.Caution{{Code: "mail-unscanned"}, {Code: "known"}}
	cautious.Request.Options.Acknowledged = []string{"known"}
	over := tableState(deprovision.Succeeded, now)
	byDecision := tableState(deprovision.Held, now)
	byDecision.Claim.Trigger = "decision:known"
	wished := tableState(deprovision.Held, now)
	wished.Wish = &deprovision.Decision{ID: "w", Verb: deprovision.Cancel}
	byDenied, backFromDenied := tableState(deprovision.Held, now), tableState(deprovision.Released, now)
	byDenied.Claim.Trigger, backFromDenied.Claim.Trigger = "decision:denied", "decision:denied"
	manual := waiting.Clone()
	manual.Stop.Name, manual.Stop.Offers = deprovision.StopManual, []deprovision.Verb{deprovision.ManualDone}
	noted := decision("d", deprovision.ManualDone, 5)
	noted.Decision.Reason = "removed it in the console"
	blank := decision("d", deprovision.ManualDone, 5)
	blank.Decision.Reason = " \t"
	wrongPlan := decision("d", deprovision.Confirm, 5)
	wrongPlan.Decision.PlanDigest = "sha256:old"

	for name, tc := range map[string]struct {
		state   deprovision.Progress
		trigger Trigger
		want    act
		says    string // part of the reason, delay or text
	}{
		"none, the request: claim":                              {none, request, claimIt, ""},
		"none, another wake-up: ack":                            {none, wake(2), ackIt, ""},
		"none, the sweeper: ack":                                {none, sweep(2), ackIt, ""},
		"none, a decision in the grace time: nak":               {none, decision("d", deprovision.Cancel, 0), nakIt, "5s"},
		"none, a decision after the grace time: dead letter":    {none, aged(decision("d", deprovision.Cancel, 0), time.Hour), deadIt, "unknown request"},
		"held, the claim's own trigger: contest":                {held, wake(2), contestIt, ""},
		"held, the claim's own decision: contest":               {byDecision, decision("known", deprovision.Confirm, 2), contestIt, ""},
		"held, the request: ack":                                {held, request, ackIt, ""},
		"held, another wake-up: ack":                            {held, wake(1), ackIt, ""},
		"held, the sweeper names this claim: contest":           {held, sweep(3), contestIt, ""},
		"held, the sweeper names an older claim: ack":           {held, sweep(2), ackIt, ""},
		"held, cancel: wish":                                    {held, decision("d", deprovision.Cancel, 0), wishIt, ""},
		"held, force: wish":                                     {held, decision("d", deprovision.Force, 0), wishIt, ""},
		"held, a decision that names a stop: refuse":            {held, decision("d", deprovision.Confirm, 2), refuseIt, "only cancel and force"},
		"held, cancel that names a stop: refuse":                {held, decision("d", deprovision.Cancel, 2), refuseIt, "only cancel and force"},
		"held, a decision already in the journal: ack":          {held, decision("known", deprovision.Confirm, 2), ackIt, ""},
		"held, a decision refused already: ack":                 {held, decision("refused", deprovision.Confirm, 2), ackIt, "refused already"},
		"held with a wish, a second wish: refuse":               {wished, decision("d", deprovision.Force, 0), refuseIt, "decided already"},
		"contested counts as held, own trigger: contest":        {contested, wake(2), contestIt, ""},
		"contested counts as held, another wake-up: ack":        {contested, wake(1), ackIt, ""},
		"contested counts as held, the sweeper: contest":        {contested, sweep(3), contestIt, ""},
		"contested counts as held, cancel: wish":                {contested, decision("d", deprovision.Cancel, 0), wishIt, ""},
		"held, a cancel that the policy turns down: refuse":     {held, decision("denied", deprovision.Cancel, 0), refuseIt, "policy says no"},
		"held, its own decision, turned down since: contest":    {byDenied, decision("denied", deprovision.Confirm, 2), contestIt, ""},
		"released, a force that the policy turns down: refuse":  {released, decision("denied", deprovision.Force, 0), refuseIt, "policy says no"},
		"released, its own decision, turned down since: claim":  {backFromDenied, decision("denied", deprovision.Confirm, 2), claimIt, ""},
		"parked, a cancel that the policy turns down: refuse":   {parked, decision("denied", deprovision.Cancel, 0), refuseIt, "policy says no"},
		"waiting, one that the policy turns down: refuse":       {waiting, decision("denied", deprovision.Confirm, 5), refuseIt, "policy says no"},
		"waiting, a cancel that the policy turns down: refuse":  {waiting, decision("denied", deprovision.Cancel, 0), refuseIt, "policy says no"},
		"waiting, what is refused anyway says so: refuse":       {waiting, decision("denied", deprovision.Confirm, 4), refuseIt, "stop 4"},
		"waiting, a manual step done, with a note: claim":       {manual, noted, claimIt, ""},
		"waiting, a manual step done without a note: refuse":    {manual, decision("d", deprovision.ManualDone, 5), refuseIt, "reason"},
		"waiting, a manual step done, a blank note: refuse":     {manual, blank, refuseIt, "reason"},
		"terminal, one that the policy turns down: refuse":      {over, decision("denied", deprovision.Cancel, 0), refuseIt, "has ended"},
		"released, the claim's own trigger: claim":              {released, wake(2), claimIt, ""},
		"released, another wake-up: ack":                        {released, wake(1), ackIt, ""},
		"released, the request: ack":                            {released, request, ackIt, ""},
		"released, the sweeper names this claim: claim":         {released, sweep(3), claimIt, ""},
		"released, the sweeper names an older claim: ack":       {released, sweep(2), ackIt, ""},
		"released, a new cancel: claim":                         {released, decision("d", deprovision.Cancel, 0), claimIt, ""},
		"released, a decision already in the journal: ack":      {released, decision("known", deprovision.Cancel, 0), ackIt, ""},
		"released, one that names a stop: refuse":               {released, decision("d", deprovision.Retry, 2), refuseIt, "no stop"},
		"parked, not due, the request: rewake":                  {parked, request, rewakeIt, ""},
		"parked, not due, the claim's own trigger: rewake":      {parked, wake(2), rewakeIt, ""},
		"parked, not due, its own wake-up: nak until due":       {parked, wake(5), nakIt, "1m0s"},
		"parked, not due, another wake-up: rewake":              {parked, wake(4), rewakeIt, ""},
		"parked, not due, the sweeper: rewake":                  {parked, sweep(5), rewakeIt, ""},
		"parked, not due, cancel: claim":                        {parked, decision("d", deprovision.Cancel, 0), claimIt, ""},
		"parked, not due, force: claim":                         {parked, decision("d", deprovision.Force, 0), claimIt, ""},
		"parked, not due, one that names a stop: refuse":        {parked, decision("d", deprovision.Skip, 4), refuseIt, "no stop"},
		"parked, due, the request: rewake":                      {overdue, request, rewakeIt, ""},
		"parked, due, the claim's own trigger: rewake":          {overdue, wake(2), rewakeIt, ""},
		"parked, due, its own wake-up: claim":                   {overdue, wake(5), claimIt, ""},
		"parked, due, another wake-up: rewake":                  {overdue, wake(4), rewakeIt, ""},
		"parked, due, the sweeper: claim":                       {overdue, sweep(5), claimIt, ""},
		"parked, due, the sweeper names an older park: rewake":  {overdue, sweep(3), rewakeIt, ""},
		"parked, due, cancel: claim":                            {overdue, decision("d", deprovision.Cancel, 0), claimIt, ""},
		"parked, due, one that names a stop: refuse":            {overdue, decision("d", deprovision.Skip, 4), refuseIt, "no stop"},
		"waiting, the request: ack":                             {waiting, request, ackIt, ""},
		"waiting, the claim's own trigger: ack":                 {waiting, wake(2), ackIt, ""},
		"waiting, another wake-up: ack":                         {waiting, wake(4), ackIt, ""},
		"waiting, the stop's expiry: claim":                     {expired, wake(5), claimIt, ""},
		"waiting, the stop's expiry too early: nak until due":   {waiting, wake(5), nakIt, "1m0s"},
		"waiting, the sweeper after the expiry: claim":          {expired, sweep(5), claimIt, ""},
		"waiting, the sweeper before the expiry: ack":           {waiting, sweep(5), ackIt, ""},
		"waiting, the sweeper names an older stop: ack":         {expired, sweep(4), ackIt, ""},
		"waiting, a decision that names the stop: claim":        {waiting, decision("d", deprovision.Confirm, 5), claimIt, ""},
		"waiting, a decision that names an older stop: refuse":  {waiting, decision("d", deprovision.Confirm, 4), refuseIt, "stop 4"},
		"waiting, a verb that is not offered: refuse":           {waiting, decision("d", deprovision.Retry, 5), refuseIt, "not offered"},
		"waiting, a confirmation of an older plan: refuse":      {waiting, wrongPlan, refuseIt, "another plan"},
		"waiting, a confirmation without a caution: refuse":     {cautious, decision("d", deprovision.Confirm, 5), refuseIt, "mail-unscanned"},
		"waiting, a force after the expiry, of no stop: refuse": {expired, decision("d", deprovision.Force, 0), refuseIt, "expired"},
		"waiting, a cancel after the expiry, of no stop: claim": {expired, decision("d", deprovision.Cancel, 0), claimIt, ""},
		"waiting, a decision after the expiry: refuse":          {expired, decision("d", deprovision.Confirm, 5), refuseIt, "expired"},
		"waiting, cancel by name of the request: claim":         {waiting, decision("d", deprovision.Cancel, 0), claimIt, ""},
		"waiting, force by name of the request: claim":          {waiting, decision("d", deprovision.Force, 0), claimIt, ""},
		"waiting, the same decision twice: ack":                 {waiting, decision("known", deprovision.Confirm, 5), ackIt, ""},
		"terminal, the request: ack":                            {over, request, ackIt, ""},
		"terminal, a wake-up: ack":                              {over, wake(5), ackIt, ""},
		"terminal, the sweeper: ack":                            {over, sweep(5), ackIt, ""},
		"terminal, a decision: refuse":                          {over, decision("d", deprovision.Cancel, 0), refuseIt, "has ended"},
		"terminal, a decision already in the journal: ack":      {over, decision("known", deprovision.Cancel, 0), ackIt, ""},
		"the same id with another body, open: dead letter":      {held, Trigger{Kind: RequestTrigger, Request: &other}, deadIt, "another request"},
		"the same id with another body, ended: dead letter":     {over, Trigger{Kind: RequestTrigger, Request: &other}, deadIt, "another request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judge(tc.state, tc.trigger, now, 15*time.Minute, turnedDown(tc.trigger))
			if got.act != tc.want {
				t.Fatalf("got %s (%s), want %s", got.act, got.why, tc.want)
			}
			if said := got.why + got.delay.String(); !strings.Contains(said, tc.says) {
				t.Errorf("said %q, want %q in it", said, tc.says)
			}
		})
	}
}
