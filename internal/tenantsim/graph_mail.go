package tenantsim

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

var (
	// https://learn.microsoft.com/graph/api/user-list-mailfolders, mailfolder-get, mailfolder-list-childfolders
	readMail = []string{"Mail.ReadBasic.All", "Mail.Read", "Mail.ReadWrite"}
	// https://learn.microsoft.com/graph/api/mailfolder-delete, mailfolder-permanentdelete
	writeMail = []string{"Mail.ReadWrite"}
)

func mailRoutes() []route {
	return []route{
		{method: "GET", pattern: "/users/{id}/mailFolders", roles: readMail, handle: (*request).listMailFolders},
		{method: "GET", pattern: "/users/{id}/mailFolders/{child}", roles: readMail, handle: (*request).getMailFolder},
		{method: "GET", pattern: "/users/{id}/mailFolders/{child}/childFolders", roles: readMail, handle: (*request).listChildFolders},
		{method: "DELETE", pattern: "/users/{id}/mailFolders/{child}", roles: writeMail, handle: (*request).deleteMailFolder},
		{method: "POST", pattern: "/users/{id}/mailFolders/{child}/permanentDelete", roles: writeMail, handle: (*request).purgeMailFolder},
	}
}

// listMailFolders lists what is directly below the root, and hidden folders
// only on demand.
func (r *request) listMailFolders() reply {
	box, bad := r.mailbox()
	if bad != nil {
		return *bad
	}
	root, _ := box.standard(rootFolder)
	return r.folders(box, root, "users('"+r.params["id"]+"')/mailFolders")
}

func (r *request) listChildFolders() reply {
	box, o, bad := r.mailFolder()
	if bad != nil {
		return *bad
	}
	return r.folders(box, o, "users('"+r.params["id"]+"')/mailFolders('"+o.id+"')/childFolders")
}

func (r *request) getMailFolder() reply {
	_, o, bad := r.mailFolder()
	if bad != nil {
		return *bad
	}
	fields, bad := r.selected(KindMailFolder)
	if bad != nil {
		return *bad
	}
	v := r.folderView(o, fields)
	v["@odata.context"] = r.base + "/v1.0/$metadata#users('" + r.params["id"] + "')/mailFolders/$entity"
	return jsonReply(http.StatusOK, v)
}

// mailFolder finds the folder in the path as a reader does.
func (r *request) mailFolder() (*mailbox, *object, *reply) {
	return r.findFolder(func(id string) (*object, bool) { return r.tenant.of(KindMailFolder).read(id, r.now) })
}

func (r *request) findFolder(look func(id string) (*object, bool)) (*mailbox, *object, *reply) {
	box, bad := r.mailbox()
	if bad != nil {
		return nil, nil, bad
	}
	id := r.params["child"]
	o, ok := box.standard(id)
	if !ok {
		o, ok = look(id)
		ok = ok && o.id == id // case matters
	}
	switch {
	case ok && o.str(mailboxKey) == box.owner:
		r.about(o)
		return box, o, nil
	case ok || isFolderID(id) || r.tenant.mail.given[id]:
		p := r.graphNotFound("ErrorItemNotFound", "The specified object was not found in the store.")
		return nil, nil, &p
	default:
		p := r.graphError(http.StatusBadRequest, "ErrorInvalidIdMalformed", "Id is malformed.")
		return nil, nil, &p
	}
}

// Outlook's page sizes for folders. The largest is ours: the page names none.
const (
	folderPage        = 10
	largestFolderPage = 250
)

// folders answers with a page of the folders below one. Outlook counts pages
// by $skip: what is removed between two pages makes the second skip as many.
func (r *request) folders(box *mailbox, parent *object, context string) reply {
	fields, bad := r.selected(KindMailFolder)
	if bad != nil {
		return *bad
	}
	filter, bad := r.filter(KindMailFolder)
	if bad != nil {
		return *bad
	}
	size, bad := r.top(folderPage, largestFolderPage)
	if bad != nil {
		return *bad
	}
	skip, err := strconv.Atoi(r.query.Get("$skip"))
	if r.query.Has("$skip") && (err != nil || skip < 0) {
		return r.graphError(http.StatusBadRequest, "BadRequest", "Invalid value for the $skip query option.")
	}
	all := r.below(box, parent, filter)
	out := map[string]any{"@odata.context": r.base + "/v1.0/$metadata#" + context}
	if r.query.Get("$count") == "true" {
		out["@odata.count"] = len(all)
	}
	rest := all[min(skip, len(all)):]
	if len(rest) > size {
		rest = rest[:size]
		next := url.Values{}
		maps.Copy(next, r.query)
		next.Set("$skip", itoa(skip+size))
		out["@odata.nextLink"] = r.link(next.Encode())
	}
	values := make([]map[string]any, len(rest))
	for i, o := range rest {
		values[i] = r.folderView(o, fields)
	}
	out["value"] = values
	return jsonReply(http.StatusOK, out)
}

// below lists the folders directly below one, default folders first.
func (r *request) below(box *mailbox, parent *object, filter predicate) []*object {
	hidden := strings.EqualFold(r.query.Get("includeHiddenFolders"), "true")
	var out []*object
	add := func(o *object) {
		if (hidden || !o.bool("isHidden")) && (filter == nil || filter(o.props)) {
			out = append(out, o)
		}
	}
	if parent.id == defaultFolders[0].id(box.owner) {
		for i := range defaultFolders[1:] {
			add(box.folder(&defaultFolders[i+1]))
		}
	}
	for _, o := range r.tenant.seen(KindMailFolder, parent.id, r.now) {
		add(o)
	}
	return out
}

// folderView is a folder on the wire; how many are below it is counted now.
func (r *request) folderView(o *object, fields []string) map[string]any {
	v := view(o, fields)
	if fields == nil || slices.Contains(fields, "childFolderCount") {
		v["childFolderCount"] = r.childCount(o)
	}
	if o.bool(searchKey) {
		v["@odata.type"] = "#microsoft.graph.mailSearchFolder"
	}
	return v
}

func (r *request) childCount(o *object) int {
	uncounted := r.tenant.behaviour.Load().Graph.UncountedHidden
	n := 0
	if o.bool(distinguishedKey) && o.name == defaultFolders[0].name {
		for i := range defaultFolders[1:] {
			if !uncounted || !defaultFolders[i+1].hidden {
				n++
			}
		}
	}
	for _, c := range r.tenant.truly(KindMailFolder, o.id) {
		if !uncounted || !c.bool("isHidden") {
			n++
		}
	}
	return n
}
