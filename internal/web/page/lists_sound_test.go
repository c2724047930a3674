package page_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// full is a world in which every list has something to show.
func full(t *testing.T) *world {
	w := newWorld(t)
	w.crowd(60)
	w.duty("over", -time.Hour, "Open the console.\n1. Remove the account.")
	w.duty("soon", time.Hour, "Call somebody.")
	for i, end := range []deprovision.Status{deprovision.Succeeded, deprovision.Failed, deprovision.SucceededWithRemainder, deprovision.Refused, ""} {
		s := w.request(w.account(contoso, fmt.Sprintf("a%d", i), deprovision.Teams), fmt.Sprintf("r%d", i))
		s.claims()
		switch end {
		case "":
			s.stops(deprovision.StopConfirm, "the plan removes 10 objects")
		case deprovision.SucceededWithRemainder:
			s.ends(end, deprovision.Remainder{Name: "generated data", Instructions: "Ask the vendor.", Link: "https://console.example/"})
		default:
			s.ends(end)
		}
	}
	w.requestLetter(deadRequest("d1"))
	w.gate.Close(t.Context(), contoso, time.Hour)
	w.drawn()
	return w
}

func TestListsCanBeReadAndUsedByEverybody(t *testing.T) {
	t.Parallel()
	w := full(t)
	p := w.opened("/requests", operator)
	dated(p)
	seen := []browsertest.Rule{browsertest.Contrast, browsertest.Width, browsertest.Targets}
	narrow := append([]browsertest.Rule{browsertest.Names, browsertest.Structure}, seen...)
	for _, view := range []struct{ hash, shows string }{
		{"/requests", "First page: "}, {"/manual", "2 manual steps and 1 decision wait"}, {"/tenants", "throttled"},
		{"/tenants/contoso", "were open in these 24 hours"}, {"/dead-letters", "Unknown tenant"},
	} {
		goes(p, view.hash)
		for _, look := range []struct {
			name          string
			width, height int
			dark          bool
			rules         []browsertest.Rule // all when none is named
		}{
			{"light", 1280, 800, false, nil}, {"dark", 1280, 800, true, seen}, {"tablet", 820, 1000, false, seen},
			{"phone", 360, 780, false, narrow}, {"phone in the dark", 360, 780, true, seen}, {"at 400 %", 320, 256, false, seen},
		} {
			p.Viewport(look.width, look.height, look.width <= 360, false)
			p.Dark(look.dark)
			p.See(view.shows)
			for _, f := range p.Audit(look.rules...) {
				t.Errorf("%s, %s: %s", view.hash, look.name, f)
			}
		}
	}
}
