package schema_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Good values are allowed in every field of their kind, bad ones in few or none.
var (
	goodToken, badToken     = rapid.StringMatching(`[A-Za-z0-9_-]{1,64}`), rapid.SampledFrom([]string{"", "a.b", "ä", "*", strings.Repeat("x", 65)})
	goodService, badService = rapid.SampledFrom(deprovision.Services()), rapid.SampledFrom([]deprovision.Service{"", "yammer", "Teams"})
	goodText, badText       = rapid.StringN(1, 60, 200).Filter(harmless), rapid.SampledFrom([]string{"", "password: x", strings.Repeat("ä", 101), strings.Repeat("x", 1001)})
	goodGUID, badGUID       = rapid.StringMatching(`[0-9a-fA-F]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), rapid.SampledFrom([]string{"", "42", "not-a-guid"})
	goodDrain, badDrain     = rapid.Int64Range(0, int64(deprovision.MaxDrain)), rapid.SampledFrom([]int64{-1, -int64(time.Hour), int64(deprovision.MaxDrain) + 1})
)

func harmless(s string) bool { return !deprovision.LooksSecret(s) }

// spoiler draws good values, and bad ones in the one field that is to be spoiled.
type spoiler struct {
	t     *rapid.T
	spoil string
}

func draw[T any](s spoiler, field string, good, bad *rapid.Generator[T]) T {
	if field == s.spoil {
		return bad.Draw(s.t, field)
	}
	return good.Draw(s.t, field)
}

func list[T any](s spoiler, field string, good, bad *rapid.Generator[T], least int) []T {
	return draw(s, field, rapid.SliceOfN(good, least, 3), rapid.SliceOfN(bad, 0, 2))
}

func requests(s spoiler) deprovision.Request {
	drain := deprovision.Duration(draw(s, "drain", goodDrain, badDrain))
	return deprovision.Request{ID: draw(s, "id", goodToken, badToken), Tenant: draw(s, "tenant", goodToken, badToken), Service: draw(s, "service", goodService, badService),
		Account: draw(s, "account", goodToken, badToken), AppID: draw(s, "appId", goodGUID, badGUID), RequestedBy: draw(s, "requestedBy", goodText, badText),
		Reason: draw(s, "reason", goodText, badText), Options: deprovision.Options{Drain: &drain, DryRun: rapid.Bool().Draw(s.t, "dryRun"),
			Acknowledged: list(s, "acknowledged", goodToken, badToken, 0), ApproveByName: list(s, "approveByName", goodText, badText, 0)}}
}

func decisions(s spoiler) deprovision.Decision {
	return deprovision.Decision{ID: draw(s, "id", goodToken, badToken), Tenant: draw(s, "tenant", goodToken, badToken), Service: draw(s, "service", goodService, badService),
		Request: draw(s, "request", goodToken, badToken), Verb: draw(s, "verb", rapid.SampledFrom(deprovision.Verbs()), rapid.SampledFrom([]deprovision.Verb{"", "maybe"})),
		Stop: draw(s, "stop", rapid.Uint64Min(1), rapid.Just[uint64](0)), PlanDigest: draw(s, "planDigest", goodText, badText),
		Acknowledged: list(s, "acknowledged", goodText, badText, 0), Names: list(s, "names", goodText, badText, 1),
		CredentialRef: draw(s, "credentialRef", goodToken, badToken), DecidedBy: draw(s, "decidedBy", goodText, badText), Reason: draw(s, "reason", goodText, badText)}
}

func accounts(s spoiler) deprovision.Account {
	return deprovision.Account{Tenant: draw(s, "tenant", goodToken, badToken), ID: draw(s, "id", goodToken, badToken), Service: draw(s, "service", goodService, badService),
		Kind:  draw(s, "kind", rapid.SampledFrom([]deprovision.Kind{deprovision.Delegate, deprovision.Authorized}), rapid.Just(deprovision.Kind("robot"))),
		AppID: draw(s, "appId", goodGUID, badGUID), UPN: draw(s, "upn", goodText, badText), Site: draw(s, "site", goodToken, badToken),
		ProductID: draw(s, "productId", goodText, badText), Recorded: draw(s, "recorded", rapid.MapOfN(goodText, goodText, 0, 2), rapid.MapOfN(badText, badText, 1, 2)),
		State: draw(s, "state", rapid.SampledFrom([]deprovision.AccountState{deprovision.AccountActive, deprovision.AccountClosed}), rapid.Just(deprovision.AccountState(""))),
		Open:  draw(s, "open", goodToken, goodToken)}
}

func TestSchemaRefusesWhatValidationRefuses(t *testing.T) {
	t.Parallel()
	hold(t, "request.json", requests, "id", "tenant", "service", "account", "appId", "requestedBy", "reason", "drain", "acknowledged", "approveByName")
	hold(t, "decision.json", decisions, "id", "tenant", "service", "request", "verb", "stop", "planDigest", "acknowledged", "names", "credentialRef", "decidedBy", "reason")
	hold(t, "account.json", accounts, "tenant", "id", "service", "kind", "appId", "upn", "site", "productId", "recorded", "state")
}

// hold checks that what is valid is accepted, and what is refused is refused, but for what a schema can't count: bytes that are fewer
// characters, and the length of a duration. Its runs are not parallel, because generators must not be shared between goroutines.
func hold[T interface{ Validate() error }](t *testing.T, location string, values func(spoiler) T, fields ...string) {
	t.Helper()
	s := compiled(t, location)
	for _, spoil := range append(fields, "nothing") {
		t.Run(location+" with "+spoil+" spoiled", func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				value := values(spoiler{t, spoil})
				err, refusal := value.Validate(), s.Validate(plain(t, value))
				switch {
				case err == nil && refusal != nil:
					t.Fatalf("valid, but the schema refuses %+v: %v", value, refusal)
				case err != nil && spoil == "nothing":
					t.Fatalf("the generator spoils more than it should: %v", err)
				case err != nil && refusal == nil && !strings.Contains(err.Error(), "bytes") && !strings.Contains(err.Error(), "options.drain"):
					t.Fatalf("the schema accepts what is refused: %v", err)
				}
			})
		})
	}
}
