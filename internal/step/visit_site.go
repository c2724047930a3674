package step

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/footprint"
	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// visitSite reads what the footprint may have on a site collection, from where it was left.
func (j *job) visitSite(ctx context.Context, p place) visit {
	s := siteVisit{job: j, site: p.id, from: p.inside}
	if s.from == nil {
		if j.account.Kind == deprovision.Delegate && j.removes(footprint.SiteAdmin) {
			s.keep(footprint.SiteAdmin, "GET siteusers", map[string]any{"inWeb": p.id, "Id": nil})(j.tenant.SharePoint.Admins(ctx, p.id))
		}
		s.receivers(ctx, p.id, m365.OnSite, "")
	}
	s.web(ctx, p.id, 0)
	return visit{objects: s.objects, err: s.err, inside: s.at, whole: s.whole}
}

// siteVisit is one site's visit under way. What fails ends it; a web or a list that was deleted meanwhile took along only what lay in it.
type siteVisit struct {
	*job
	site    string
	from    *bookmark // where an earlier visit left off; nil for the beginning
	at      *bookmark // how far this one came; nil for no further
	objects []footprint.Object
	whole   int // objects read when it came there
	err     error
}

// deepest is how deep webs may lie within each other.
const deepest = 20

// web reads a web, and those below it in the order of their addresses.
func (s *siteVisit) web(ctx context.Context, web string, depth int) {
	if !s.from.below(web) {
		s.lists(ctx, web)
	}
	if s.err != nil {
		return
	}
	below, err := s.tenant.SharePoint.Webs(ctx, web)
	if s.err = err; depth == deepest && len(below) > 0 {
		s.err = unreadable("GET webs", fmt.Errorf("webs lie more than %d deep within each other", deepest))
		return
	}
	slices.SortFunc(below, func(a, b m365.Object) int { return inOrder(a.Name, b.Name) })
	for _, w := range below {
		if address := strings.TrimSuffix(w.Name, "/"); !s.from.behind(address) {
			s.web(ctx, address, depth+1)
			s.passGone()
		}
	}
}

// lists reads what a web holds itself, and its lists in the order of their ids.
func (s *siteVisit) lists(ctx context.Context, web string) {
	begun, last := s.from.within(web)
	if !begun {
		s.receivers(ctx, web, m365.OnWeb, "")
	}
	if s.err != nil {
		return
	}
	lists, err := s.tenant.SharePoint.Lists(ctx, web)
	if s.err = err; !begun {
		s.keep(footprint.QuarantineLibrary, "GET lists", map[string]any{"inWeb": web})(lists, err)
		s.reach(web, "")
	}
	slices.SortFunc(lists, func(a, b m365.Object) int { return strings.Compare(a.ID, b.ID) })
	for _, l := range lists {
		if begun && l.ID <= last {
			continue
		}
		s.list(ctx, web, l)
		s.passGone()
		s.reach(web, l.ID)
	}
}

func (s *siteVisit) list(ctx context.Context, web string, l m365.Object) {
	s.receivers(ctx, web, l.ID, l.Name)
	if s.err == nil && s.removes(footprint.ListWebhook) {
		s.keep(footprint.ListWebhook, "GET subscriptions", map[string]any{"inWeb": web, "inList": l.ID, "inTitle": l.Name, "clientState": nil})(
			s.tenant.SharePoint.Webhooks(ctx, web, l.ID))
	}
}

// reach notes that everything up to here was read.
func (s *siteVisit) reach(web, list string) {
	if s.err == nil {
		s.at, s.whole = &bookmark{s.site, web, list}, len(s.objects)
	}
}

// passGone goes on behind something that is there no more.
func (s *siteVisit) passGone() {
	if gone(s.err) {
		s.err = nil
	}
}

func (s *siteVisit) receivers(ctx context.Context, web, scope, title string) {
	if s.err != nil {
		return
	}
	s.keep(footprint.EventReceiver, "GET eventreceivers", map[string]any{"inWeb": web, "inScope": scope, "inTitle": title})(
		s.tenant.SharePoint.Receivers(ctx, web, scope))
}

// keep returns what takes in an answer.
func (s *siteVisit) keep(kind deprovision.ArtifactKind, call string, more map[string]any) func([]m365.Object, error) {
	return func(objects []m365.Object, err error) {
		if s.err = err; err != nil {
			return
		}
		for _, o := range objects {
			made, err := placed(kind, call, o, more)
			if err != nil {
				s.err = err
				return
			}
			s.objects = append(s.objects, made...)
		}
	}
}
