package tenantsim

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
)

// postOffice knows who has a mailbox, who may not reach it, and how many calls
// to it are under way.
type postOffice struct {
	boxes  map[string]*mailbox // by object id of the user
	given  map[string]bool     // ids of folders that the fixture chose: well formed, whatever they look like
	flight sync.Map            // flightKey → *atomic.Int32
}

// mailbox is one user's. Its default folders are made when they are asked for.
type mailbox struct {
	owner  string   // object id of the user
	denied []string // App Ids, folded; "" is every app
}

type flightKey struct{ app, place string }

// enter counts a call to a mailbox for as long as it takes, delays included.
func (r *request) enter() (leave func()) {
	if r.tenant == nil || r.service() != ServiceOutlook {
		return func() {}
	}
	limit := r.tenant.behaviour.Load().Graph.MailboxConcurrency
	if limit <= 0 {
		return func() {}
	}
	v, _ := r.tenant.mail.flight.LoadOrStore(flightKey{r.call.AppID, r.place()}, new(atomic.Int32))
	n := v.(*atomic.Int32)
	r.crowd = n.Add(1) > int32(limit) //nolint:gosec // a handful
	return func() { n.Add(-1) }
}

// mailbox finds the mailbox of the user in the path, or says why not. The codes
// are Exchange's; https://learn.microsoft.com/graph/api/user-list-mailfolders
func (r *request) mailbox() (*mailbox, *reply) {
	refuse := func(p reply) (*mailbox, *reply) { return nil, &p }
	if r.crowd {
		p := r.graphError(http.StatusTooManyRequests, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.")
		return refuse(p.set("Retry-After", "1"))
	}
	key := r.params["id"]
	u, ok := r.tenant.of(KindUser).read(r.tenant.userID(key), r.now)
	if !ok {
		return refuse(r.graphNotFound("ErrorInvalidUser", "The requested user '"+key+"' is invalid."))
	}
	box, ok := r.tenant.mail.boxes[fold(u.id)]
	if !ok {
		return refuse(r.graphNotFound("MailboxNotEnabledForRESTAPI", "The user has no mailbox that this API reaches: none at all, or one elsewhere."))
	}
	for _, app := range box.denied {
		if app == "" || app == fold(r.call.AppID) {
			return refuse(r.graphError(http.StatusForbidden, "ErrorAccessDenied", "Access to OData is disabled: an application access policy excludes the mailbox."))
		}
	}
	return box, nil
}

// defaultFolder is a folder that every mailbox has.
type defaultFolder struct {
	wellKnown string // "" if Graph has no such name for it
	name      string
	hidden    bool
}

const (
	rootFolder    = "msgfolderroot"
	deletedFolder = "deleteditems"
)

// defaultFolders are the root and what is directly below it, see
// https://learn.microsoft.com/graph/api/resources/mailfolder
// With the hidden ones they fill one page of the default size.
var defaultFolders = []defaultFolder{
	{wellKnown: rootFolder, name: "Top of Information Store"},
	{wellKnown: "archive", name: "Archive"},
	{wellKnown: "conversationhistory", name: "Conversation History"},
	{wellKnown: deletedFolder, name: "Deleted Items"},
	{wellKnown: "drafts", name: "Drafts"},
	{wellKnown: "inbox", name: "Inbox"},
	{wellKnown: "junkemail", name: "Junk Email"},
	{wellKnown: "outbox", name: "Outbox"},
	{wellKnown: "sentitems", name: "Sent Items"},
	{name: "Conversation Action Settings", hidden: true},
	{name: "Quick Step Settings", hidden: true},
}

// folderID makes an id that looks like Exchange's: the mailbox is in it, and
// case matters.
func folderID(owner, seed string) string {
	sum := sha256.Sum256([]byte(owner + "\x00" + seed))
	raw := append([]byte("\x00\x03\x24\x00"+owner+"\x00"), sum[:24]...)
	return base64.URLEncoding.EncodeToString(raw)
}

func (d *defaultFolder) id(owner string) string { return folderID(owner, "default "+d.name) }

// isFolderID reports whether a text could be a folder's id.
func isFolderID(id string) bool {
	raw, err := base64.URLEncoding.DecodeString(id)
	return err == nil && len(raw) > 41 && strings.HasPrefix(id, "AAMk")
}

// folder makes the object of a default folder.
func (b *mailbox) folder(d *defaultFolder) *object {
	props := map[string]any{
		"id": d.id(b.owner), "displayName": d.name, "isHidden": d.hidden, "unreadItemCount": 0, "totalItemCount": 0,
		"parentFolderId": defaultFolders[0].id(b.owner), mailboxKey: b.owner, distinguishedKey: true,
	}
	if d.wellKnown == rootFolder {
		props["parentFolderId"] = folderID(b.owner, "store")
	}
	return &object{kind: KindMailFolder, id: d.id(b.owner), name: d.name, props: props}
}

// standard finds a default folder by id or well-known name.
func (b *mailbox) standard(key string) (*object, bool) {
	for i := range defaultFolders {
		d := &defaultFolders[i]
		if (d.wellKnown != "" && strings.EqualFold(d.wellKnown, key)) || d.id(b.owner) == key {
			return b.folder(d), true
		}
	}
	return nil, false
}

const (
	mailboxKey       = "_mailbox"       // object id of the user
	distinguishedKey = "_distinguished" // a default folder, which stays
	searchKey        = "_search"
)
