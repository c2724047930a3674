package batch_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// judged holds a failure to what every one promises.
func judged(t testing.TB, err error) *deprovision.Failure {
	t.Helper()
	f := wantFailure(t, err, deprovision.ClassOf(err))
	if text := f.Err.Error(); len(text) > 500 || deprovision.LooksSecret(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
		t.Fatalf("%q", text)
	}
	return f
}

// FuzzChangeIsDoneOnlyIfItsItemSaysSo: a receipt is given only to an item that was answered once, and by a success; what was not answered is
// unknown, never undone.
func FuzzChangeIsDoneOnlyIfItsItemSaysSo(f *testing.F) {
	for _, body := range []string{
		`{"responses":[{"id":"1","status":204},{"id":"0","status":404,"headers":{"request-id":"r"},"body":{"error":{"code":"ErrorItemNotFound","message":"m"}}}]}`,
		`{"responses":[{"id":"0","status":204},{"id":"0","status":204},{"id":"1","status":429,"headers":{"Retry-After":"2.128"}}]}`,
		`{"responses":[{"id":"0","status":503,"headers":{"Retry-After":7},"body":"c29tZXRoaW5n"},{"id":1,"status":204}]}`,
		`{"responses":[null,{"id":"0","status":"204"},{"id":"1","status":204.5},[]]}`, `{"responses":{}}`, `{"responses":null}`, `[]`, `null`, ``, `{"responses":[]}`,
		`{"responses":[{"id":"0","status":401,"body":{"error":{"code":"InvalidAuthenticationToken"}}},{"id":"1","status":403}]}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c := client(t, "https://graph.microsoft.com", transport.Options{Base: canned(body)})
		answers, err := c.DeleteFolders(t.Context(), targets(2), false)
		var said struct{ Responses []json.RawMessage }
		readable := json.Unmarshal(body, &said) == nil && said.Responses != nil
		if err != nil {
			if f := judged(t, err); readable || f.Class != deprovision.Unknown || answers != nil {
				t.Fatalf("%s: %v", body, err)
			}
			return
		}
		if !readable || len(answers) != 2 {
			t.Fatalf("%s is taken for an answer: %+v", body, answers)
		}
		for i, a := range answers {
			if a.Err != nil {
				if f := judged(t, a.Err); f.Status == 200 && f.Class != deprovision.Unknown || a.Receipt.Call != "" {
					t.Fatalf("%s: %+v", body, a)
				}
				continue
			}
			if a.Receipt.ClientID == "" || succeeded(said.Responses, []string{"0", "1"}[i]) != 1 {
				t.Fatalf("%s: item %d is taken for done: %+v", body, i, a)
			}
		}
	})
}

// succeeded counts the successes of an item.
func succeeded(responses []json.RawMessage, id string) int {
	n := 0
	for _, raw := range responses {
		var r struct {
			ID     string
			Status int
		}
		if json.Unmarshal(raw, &r) == nil && r.ID == id && r.Status >= 200 && r.Status <= 299 {
			n++
		}
	}
	return n
}

// FuzzFoldersAreWholeOrRefused: what a page says about folders is used whole, or the mailbox has an error; and it always ends.
func FuzzFoldersAreWholeOrRefused(f *testing.F) {
	for _, page := range []string{
		`{"value":[{"id":"a","displayName":"x","childFolderCount":0},{"id":"b","childFolderCount":2}]}`, `{"value":[]}`,
		`{"value":[{"id":"a","@odata.type":"#microsoft.graph.mailSearchFolder","childFolderCount":1}],"@odata.nextLink":"https://graph.microsoft.com/v1.0/users/u/mailFolders?$skip=1"}`,
		`{"value":[{"id":"a/b","childFolderCount":1}]}`, `{"value":[{"id":""}]}`, `{"value":[null]}`, `{"value":{}}`, `{}`, `null`, `[]`, `"x"`,
		`{"value":[],"@odata.nextLink":"//elsewhere.example/users/u"}`, `{"value":[{"id":"a","childFolderCount":"1"}]}`,
	} {
		f.Add([]byte(page))
	}
	f.Fuzz(func(t *testing.T, page []byte) {
		if !json.Valid(page) {
			page = []byte("null")
		}
		answer, err := json.Marshal(map[string]any{"responses": []any{map[string]any{"id": "0", "status": 200, "body": json.RawMessage(page)}}})
		if err != nil {
			t.Skip()
		}
		c := client(t, "https://graph.microsoft.com", transport.Options{Base: canned(answer)})
		got, err := c.Folders(t.Context(), []string{"u"})
		if err != nil || len(got) != 1 {
			_ = judged(t, err)
			return
		}
		var said struct {
			Value []struct{ ID string }
			Next  string `json:"@odata.nextLink"`
		}
		readable := json.Unmarshal(page, &said) == nil && said.Value != nil
		if got[0].Err != nil {
			if f := judged(t, got[0].Err); f.Class == deprovision.Unknown || got[0].Objects != nil {
				t.Fatalf("%s: %+v", page, got)
			}
			return
		}
		if !readable || said.Next != "" {
			t.Fatalf("%s is taken for whole: %s", page, ids(got[0].Objects))
		}
		checkWhole(t, said.Value, got[0].Objects)
	})
}

func checkWhole(t testing.TB, said []struct{ ID string }, got []m365.Object) {
	t.Helper()
	want := map[string]bool{}
	for _, o := range said {
		want[o.ID] = true
	}
	for _, o := range got {
		if !want[o.ID] || !json.Valid(o.Raw) {
			t.Fatalf("%+v", o)
		}
	}
	if len(want) != len(got) {
		t.Fatalf("%d folders, want %d", len(got), len(want))
	}
}
