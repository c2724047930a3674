package tenantsim

import "net/http"

// deleteMailFolder moves a folder, with all below it, to where the mailbox keeps
// deleted items; see https://learn.microsoft.com/graph/api/mailfolder-delete
// There it has another id, as every folder that is moved. What lies there
// already goes out of sight.
func (r *request) deleteMailFolder() reply {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	box, o, bad := r.folderForWrite()
	if bad != nil {
		return *bad
	}
	tree := r.tenant.tree(o)
	keep := !r.tenant.behaviour.Load().Graph.RecoverableDelete && !r.tenant.isDeleted(box, o)
	r.dropFolders(tree)
	if keep {
		r.tenant.moveToDeleted(box, tree, r)
	}
	return noContent()
}

// purgeMailFolder removes a folder for good, see
// https://learn.microsoft.com/graph/api/mailfolder-permanentdelete
func (r *request) purgeMailFolder() reply {
	if r.tenant.behaviour.Load().Graph.NationalCloud {
		return r.graphError(http.StatusBadRequest, "BadRequest", "Resource not found for the segment 'permanentDelete'.")
	}
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	_, o, bad := r.folderForWrite()
	if bad != nil {
		return *bad
	}
	r.dropFolders(r.tenant.tree(o))
	return noContent()
}

// folderForWrite finds the folder in the truth and keeps default folders.
func (r *request) folderForWrite() (*mailbox, *object, *reply) {
	box, o, bad := r.findFolder(r.tenant.of(KindMailFolder).get)
	if bad != nil {
		return nil, nil, bad
	}
	if o.bool(distinguishedKey) {
		p := r.graphError(http.StatusBadRequest, "ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted.")
		return nil, nil, &p
	}
	return box, o, nil
}

// tree lists a folder and all below it, parents first.
func (t *tenant) tree(o *object) []*object {
	out := []*object{o}
	for i := 0; i < len(out); i++ {
		out = append(out, t.truly(KindMailFolder, out[i].id)...)
	}
	return out
}

func (r *request) dropFolders(tree []*object) {
	for _, o := range tree {
		r.tenant.drop(o, r.now)
	}
	r.removed(tree[0], tree[1:]...)
}

// isDeleted reports whether a folder lies below Deleted Items.
func (t *tenant) isDeleted(box *mailbox, o *object) bool {
	bin, _ := box.standard(deletedFolder)
	for {
		parent := o.str("parentFolderId")
		if parent == bin.id {
			return true
		}
		above, ok := t.of(KindMailFolder).get(parent)
		if !ok {
			return false
		}
		o = above
	}
}

// moveToDeleted makes the folders anew below Deleted Items; the caller holds
// write.
func (t *tenant) moveToDeleted(box *mailbox, tree []*object, r *request) {
	bin, _ := box.standard(deletedFolder)
	moved := map[string]string{tree[0].str("parentFolderId"): bin.id}
	for _, was := range tree {
		id, parent := folderID(box.owner, "moved "+was.id), moved[was.str("parentFolderId")]
		moved[was.id] = id
		is := was.with(map[string]any{"id": id, "parentFolderId": parent})
		is.id, is.ord = id, 0
		t.create(is, r.now)
		t.places.add(KindMailFolder, parent, id)
	}
}
