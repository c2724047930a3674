package schema_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// Generators draw what is mostly valid, so that both answers are met.
var (
	tokens   = rapid.OneOf(rapid.StringMatching(`[A-Za-z0-9_-]{1,64}`), rapid.SampledFrom([]string{"r1", "", "a.b", "ä"}))
	services = rapid.OneOf(rapid.SampledFrom(deprovision.Services()), rapid.Just(deprovision.Service("yammer")))
	texts    = rapid.OneOf(rapid.StringN(1, 60, 300), rapid.SampledFrom([]string{"soc", "", "password: x", strings.Repeat("ä", 101), strings.Repeat("x", 1001)}))
	guids    = rapid.OneOf(rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), rapid.SampledFrom([]string{"", "42"}))
)

func requests(t *rapid.T) deprovision.Request {
	r := deprovision.Request{ID: tokens.Draw(t, "id"), Tenant: tokens.Draw(t, "tenant"), Service: services.Draw(t, "service"), Account: tokens.Draw(t, "account"),
		AppID: guids.Draw(t, "appId"), RequestedBy: texts.Draw(t, "requestedBy"), Reason: texts.Draw(t, "reason")}
	r.Options = deprovision.Options{DryRun: rapid.Bool().Draw(t, "dryRun"), Confirmed: rapid.Bool().Draw(t, "confirmed"),
		Acknowledged: rapid.SliceOfN(tokens, 0, 2).Draw(t, "acknowledged"), ApproveByName: rapid.SliceOfN(texts, 0, 3).Draw(t, "approveByName")}
	if rapid.Bool().Draw(t, "drains") {
		drain := deprovision.Duration(rapid.Int64Range(-int64(time.Second), int64(deprovision.MaxDrain)).Draw(t, "drain"))
		r.Options.Drain = &drain
	}
	return r
}

func decisions(t *rapid.T) deprovision.Decision {
	return deprovision.Decision{ID: tokens.Draw(t, "id"), Tenant: tokens.Draw(t, "tenant"), Service: services.Draw(t, "service"), Request: tokens.Draw(t, "request"),
		Verb: rapid.SampledFrom(append(deprovision.Verbs(), "maybe")).Draw(t, "verb"), Stop: rapid.Uint64Range(0, 3).Draw(t, "stop"),
		PlanDigest: texts.Draw(t, "planDigest"), Acknowledged: rapid.SliceOfN(texts, 0, 2).Draw(t, "acknowledged"), Names: rapid.SliceOfN(texts, 0, 2).Draw(t, "names"),
		CredentialRef: tokens.Draw(t, "credentialRef"), DecidedBy: texts.Draw(t, "decidedBy"), Reason: texts.Draw(t, "reason")}
}

func accounts(t *rapid.T) deprovision.Account {
	return deprovision.Account{Tenant: tokens.Draw(t, "tenant"), ID: tokens.Draw(t, "id"), Service: services.Draw(t, "service"),
		Kind:  rapid.SampledFrom([]deprovision.Kind{deprovision.Delegate, deprovision.Authorized, "robot"}).Draw(t, "kind"),
		AppID: guids.Draw(t, "appId"), UPN: texts.Draw(t, "upn"), Site: tokens.Draw(t, "site"), ProductID: texts.Draw(t, "productId"),
		Recorded: rapid.MapOfN(texts, texts, 0, 2).Draw(t, "recorded"),
		State:    rapid.SampledFrom([]deprovision.AccountState{deprovision.AccountActive, deprovision.AccountClosed, "gone"}).Draw(t, "state"),
		Open:     tokens.Draw(t, "open")}
}

func TestSchemaRefusesWhatValidationRefuses(t *testing.T) {
	t.Parallel()
	hold(t, "request.json", requests)
	hold(t, "decision.json", decisions)
	hold(t, "account.json", accounts)
}

// hold checks that what is valid is accepted, and what is refused is refused, but for what a schema can't count: bytes that are fewer
// characters, and the length of a duration.
func hold[T interface{ Validate() error }](t *testing.T, location string, draw func(*rapid.T) T) {
	t.Helper()
	s := compiled(t, location)
	var valid, invalid int
	rapid.Check(t, func(r *rapid.T) {
		value := draw(r)
		err, refusal := value.Validate(), s.Validate(plain(t, value))
		switch {
		case err == nil && refusal != nil:
			r.Fatalf("valid, but the schema refuses %+v: %v", value, refusal)
		case err != nil && refusal == nil && !strings.Contains(err.Error(), "bytes") && !strings.Contains(err.Error(), "options.drain"):
			r.Fatalf("the schema accepts what is refused: %v", err)
		case err == nil:
			valid++
		default:
			invalid++
		}
	})
	if valid == 0 || invalid == 0 {
		t.Errorf("%s: %d valid and %d invalid values prove nothing", location, valid, invalid)
	}
}
