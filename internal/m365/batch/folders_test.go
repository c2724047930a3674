package batch_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func folder(id string, children int) object {
	return object{"id": id, "displayName": "name of " + id, "isHidden": true, "childFolderCount": children}
}

// mailbox answers by path and query, in which the base address stands for $.
func mailboxes(f *fake, answers map[string]any) func(asked) said {
	return func(i asked) said {
		address := strings.NewReplacer("includeHiddenFolders=true&", "", "$top=250&", "",
			"$select=id,displayName,isHidden,parentFolderId,childFolderCount,totalItemCount,unreadItemCount", "").Replace(i.URL)
		a, ok := answers[strings.TrimSuffix(address, "?")]
		if !ok {
			return said{Status: http.StatusBadRequest, Body: object{"error": object{"code": "unexpected", "message": address}}}
		}
		if s, ok := a.(said); ok {
			return s
		}
		body, _ := json.Marshal(a)
		return said{Status: http.StatusOK, Body: json.RawMessage(strings.ReplaceAll(string(body), "$BASE", f.base+"/v1.0"))}
	}
}

func TestFoldersOfManyMailboxesAreReadWhole(t *testing.T) {
	t.Parallel()
	f := &fake{}
	search := folder("search", 3)
	search["@odata.type"] = "#microsoft.graph.mailSearchFolder"
	unknown := folder("k", 0)
	delete(unknown, "childFolderCount")
	answers := map[string]any{
		"/users/anna/mailFolders":                           listing("$BASE/users/anna/mailFolders?$skip=2", folder("b", 0), folder("a", 1)),
		"/users/anna/mailFolders?$skip=2":                   listing("", search, folder("b", 0), unknown),
		"/users/anna/mailFolders/a/childFolders":            listing("$BASE/users('anna')/mailFolders/a/childFolders?$skip=1", folder("a1", 0)),
		"/users('anna')/mailFolders/a/childFolders?$skip=1": listing("", folder("a2", 1)),
		"/users/anna/mailFolders/a2/childFolders":           listing("", folder("a2x", 0)),
		"/users/anna/mailFolders/k/childFolders":            listing(""),
		"/users/none/mailFolders":                           refusal(404, "MailboxNotEnabledForRESTAPI"),
		"/users/empty/mailFolders":                          listing(""),
		"/users/empty/mailFolders?$skip=9":                  listing(""),
		"/users/slow/mailFolders":                           said{Status: 429, Headers: map[string]string{"Retry-After": "1"}},
		"/users/moving/mailFolders":                         listing("", folder("m", 1)),
		"/users/moving/mailFolders/m/childFolders":          refusal(404, "ErrorItemNotFound"),
		"/users/looping/mailFolders":                        listing("$BASE/users/looping/mailFolders?$skip=1", folder("l", 0)),
		"/users/looping/mailFolders?$skip=1":                listing("$BASE/users/looping/mailFolders?$skip=1", folder("l", 0)),
		"/users/leaving/mailFolders":                        listing("https://elsewhere.example/v1.0/users/leaving/mailFolders", folder("l", 0)),
		"/users/mixing/mailFolders":                         listing("$BASE/users/empty/mailFolders?$skip=9", folder("l", 0)),
		"/users/beta/mailFolders":                           listing("/beta/users/beta/mailFolders", folder("l", 0)),
		"/users/odd/mailFolders":                            listing("", folder("..", 1)),
		"/users/nameless/mailFolders":                       listing("", object{"displayName": "x"}),
		"/users/nothing/mailFolders":                        object{},
		"/users/self/mailFolders":                           listing("", folder("s", 1)),
		"/users/self/mailFolders/s/childFolders":            listing("", folder("s", 1)),
	}
	f.item = mailboxes(f, answers)
	want := []struct {
		user, ids string
		class     deprovision.Class
	}{
		{"anna", "a a1 a2 a2x b k search", ""}, {"none", "", deprovision.Gone}, {"empty", "", ""}, {"slow", "", deprovision.Throttled},
		{"moving", "", deprovision.Transient}, {"looping", "", deprovision.Malformed}, {"leaving", "", deprovision.Malformed},
		{"mixing", "", deprovision.Malformed}, {"beta", "", deprovision.Malformed}, {"odd", "", deprovision.Malformed},
		{"nameless", "", deprovision.Malformed}, {"nothing", "", deprovision.Malformed}, {"self", "s", ""},
	}
	var users []string
	for _, w := range want {
		users = append(users, w.user)
	}
	got, err := f.start(t, transport.Options{}).Folders(t.Context(), users)
	if err != nil || len(got) != len(want) {
		t.Fatal(got, err)
	}
	for i, w := range want {
		if w.class != "" {
			if wantClass(t, got[i].Err, w.class); got[i].Objects != nil {
				t.Errorf("%s: a part of a listing", w.user)
			}
			continue
		}
		if got[i].Err != nil || ids(got[i].Objects) != w.ids {
			t.Errorf("%s: %q, %v", w.user, ids(got[i].Objects), got[i].Err)
		}
	}
	if o := got[0].Objects[0]; o.Name != "name of a" || !strings.Contains(string(o.Raw), `"isHidden":true`) {
		t.Errorf("%+v", o)
	}
	for _, b := range f.batches {
		for _, i := range b {
			if i.Headers["Prefer"] != `IdType="ImmutableId"` || i.Method != http.MethodGet {
				t.Errorf("%+v", i)
			}
		}
	}
}

func TestBatchesAreFilledFromAllMailboxes(t *testing.T) {
	t.Parallel()
	f := &fake{}
	f.item = func(i asked) said {
		if strings.Contains(i.URL, "childFolders") {
			return said{Status: 200, Body: listing("")}
		}
		var rows []object
		for n := range 5 {
			rows = append(rows, folder(fmt.Sprint("f", n), 1))
		}
		return said{Status: 200, Body: listing("", rows...)}
	}
	var users []string
	for i := range 8 {
		users = append(users, fmt.Sprint("user-", i))
	}
	answers, err := f.start(t, transport.Options{}).Folders(t.Context(), users)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range answers {
		if len(a.Objects) != 5 || a.Err != nil {
			t.Error(a)
		}
	}
	if len(f.batches) != 3 || len(f.batches[0]) != 8 || len(f.batches[1]) != 20 || len(f.batches[2]) != 20 {
		t.Errorf("%d batches", len(f.batches))
	}
}

func TestFoldersAreReadByTheirIds(t *testing.T) {
	t.Parallel()
	f := &fake{item: func(i asked) said {
		switch i.ID {
		case "0":
			return said{Status: 200, Body: folder("AAMk_0-=", 0)}
		case "1":
			return said{Status: 200, Body: folder("another", 0)}
		}
		return refusal(404, "ErrorItemNotFound")
	}}
	got, err := f.start(t, transport.Options{}).ReadFolders(t.Context(), targets(3))
	if err != nil || got[0].Err != nil || ids(got[0].Objects) != "AAMk_0-=" {
		t.Fatal(got, err)
	}
	wantClass(t, got[1].Err, deprovision.Malformed)
	wantClass(t, got[2].Err, deprovision.Gone)
	if u := f.batches[0][0].URL; !strings.HasPrefix(u, "/users/user-1/mailFolders/AAMk_0-=?includeHiddenFolders=true&") {
		t.Error(u)
	}
}
