package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// WorkedOn is the fact that tells which account a request worked on, as [Identity] words it: a record can be written anew for another one.
const WorkedOn = "worked-on"

// mostTakenUp is how many requests back the chain of those that take each other up is followed.
const mostTakenUp = 32

// Identity tells an account from one that is set up anew under its name.
func Identity(a deprovision.Account) string {
	parts := map[string]string{}
	for _, p := range identity(a) {
		if p.value != "" {
			parts[p.key] = p.value
		}
	}
	text, err := json.Marshal(parts)
	if err != nil {
		return "" // texts alone can be written always
	}
	return string(text)
}

type part struct{ key, name, value string }

func identity(a deprovision.Account) []part {
	return []part{{"kind", "kind", string(a.Kind)}, {"appId", "App Id", a.AppID}, {"upn", "user principal name", a.UPN},
		{"productId", "id at the product", a.ProductID}, {"sharePointAppId", "App Identifier in SharePoint", a.SharePointAppID}}
}

// other tells in what an account is not the one that a request worked on; "" if it is, for all that is known: what was recorded later says nothing.
func other(p deprovision.Progress, account deprovision.Account) string {
	was := map[string]string{}
	if err := json.Unmarshal([]byte(p.Facts[WorkedOn]), &was); err != nil || was == nil {
		was = map[string]string{} // none, as of an older worker
	}
	if p.Request.AppID != "" {
		was["appId"] = p.Request.AppID
	}
	for _, now := range identity(account) {
		if before := was[now.key]; before != "" && now.value != "" && !strings.EqualFold(before, now.value) {
			return now.name
		}
	}
	return ""
}

// anew tells why an account is not the one whose removal is taken up, but one that was set up anew since; "" when it is. What an earlier request took
// away says nothing about it.
func (a *attempt) anew(ctx context.Context, r deprovision.Request, account deprovision.Account) (why string, err error) {
	chain, err := a.chain(ctx, r)
	if err != nil {
		return "", err
	}
	remedy := "ask for an ordinary removal, without resumeOf"
	if account.State == deprovision.AccountClosed {
		remedy = "take up request " + account.Closed + ", which closed it"
	}
	for _, p := range chain {
		if what := other(p, account); what != "" {
			return fmt.Sprintf("the service account %s was set up anew since request %s: its %s is another; %s", r.Account, p.Request.ID, what, remedy), nil
		}
	}
	closed := slices.IndexFunc(chain, a.closes)
	if closed < 0 {
		return "", nil
	}
	if same, err := a.sameLife(ctx, r, account, chain); same || err != nil {
		return "", err
	}
	return fmt.Sprintf("the service account %s was set up anew since request %s closed it: %s", r.Account, chain[closed].Request.ID, remedy), nil
}

// sameLife reports whether an account that a request of the chain closed is closed since: by one of them, or by one that takes up from them too.
func (a *attempt) sameLife(ctx context.Context, r deprovision.Request, account deprovision.Account, chain []deprovision.Progress) (bool, error) {
	if account.State != deprovision.AccountClosed {
		return false, nil
	}
	r.ResumeOf = account.Closed
	closers, err := a.chain(ctx, r)
	if err != nil || len(closers) == 0 { // nobody knows any more how it was closed
		return true, err
	}
	return slices.ContainsFunc(closers, func(p deprovision.Progress) bool {
		return slices.ContainsFunc(chain, func(q deprovision.Progress) bool { return p.Request.ID == q.Request.ID })
	}), nil
}

// closes reports whether a request has closed its account.
func (a *attempt) closes(p deprovision.Progress) bool {
	if len(p.Steps) == 0 {
		return false
	}
	last := p.Steps[len(p.Steps)-1]
	return last.State == deprovision.StepDone && slices.Contains(a.Steps.Closing(p.Request), last.Name)
}

// chain reads the request that another one takes up, what that took up, and so on, as far as the journal has them.
func (a *attempt) chain(ctx context.Context, r deprovision.Request) ([]deprovision.Progress, error) {
	var chain []deprovision.Progress
	for r.ResumeOf != "" && len(chain) < mostTakenUp {
		last, err := a.Journal.Last(ctx, earlier(r))
		if err != nil {
			return nil, err
		}
		if last.Revision == 0 {
			break
		}
		chain = append(chain, last.Progress)
		r.ResumeOf = last.Progress.Request.ResumeOf
	}
	return chain, nil
}
