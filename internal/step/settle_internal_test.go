package step

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

type stoppedClock struct{ engine.Clock }

func (stoppedClock) Now() time.Time { return time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC) }

// everyReceiver answers that a receiver is there, wherever it is looked for.
type everyReceiver struct{ m365.SharePoint }

func (everyReceiver) Receivers(_ context.Context, web, _ string) ([]m365.Object, error) {
	id := web[strings.LastIndex(web, "/")+1:]
	return []m365.Object{{ID: id, Raw: fmt.Appendf(nil, `{"ReceiverId":%q,"ReceiverName":"r"}`, id)}}, nil
}

// TestPassOverLongAddressesFitsTheDocument finds everything still there, at addresses as long as SharePoint allows.
func TestPassOverLongAddressesFitsTheDocument(t *testing.T) {
	t.Parallel()
	products, err := footprint.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	service, ok := products.Service("", deprovision.SharePointOnline)
	if !ok {
		t.Fatal("no footprint")
	}
	plan := deprovision.Plan{}
	for i := range 3 * stretch {
		web := fmt.Sprintf("https://contoso.sharepoint.com/sites/%s/%036d", strings.Repeat("x", 300), i)
		plan.Artifacts = append(plan.Artifacts, deprovision.Artifact{Kind: footprint.EventReceiver, ID: fmt.Sprintf("%s#web#%036d", web, i),
			Name: web + ": r", Before: fmt.Appendf(nil, `{"inWeb":%q,"inScope":"web","ReceiverId":"%036d"}`, web, i)})
	}
	state := deprovision.Progress{Steps: []deprovision.StepProgress{{Name: VerifyRemoval}}}
	longest := 0
	advance := func(_ context.Context, _ engine.Way, change func(*deprovision.Progress), _ ...deprovision.Evidence) error {
		change(&state)
		longest = max(longest, len(state.Facts[VerifyRemoval]))
		return nil
	}
	work := engine.NewWork(func() deprovision.Progress { return state }, advance, nil, deprovision.Account{})
	j := &job{deps: Deps{Clock: stoppedClock{}}, name: VerifyRemoval, work: work, service: service, tenant: m365.Tenant{SharePoint: everyReceiver{}}}
	var s settling
	present, _, err := j.pass(t.Context(), plan, &s)
	if err != nil || len(present) != len(plan.Artifacts) {
		t.Fatalf("%d of %d are there: %v", len(present), len(plan.Artifacts), err)
	}
	j.wait(s, present, "still-there", "").Apply(&state)
	longest = max(longest, len(state.Facts[VerifyRemoval]))
	if longest == 0 || longest > 6<<10 {
		t.Errorf("the document keeps %d bytes of it", longest)
	}
}
