package tenantsim

import "fmt"

// mailboxes gives one to every user whom Exchange has one for.
func (b *builder) mailboxes() {
	has := map[string]bool{}
	for _, m := range b.f.Exchange.Mailboxes {
		has[fold(m.Address)] = true
	}
	b.t.mail.boxes, b.t.mail.given = map[string]*mailbox{}, map[string]bool{}
	for _, u := range b.t.of(KindUser).all(nil) {
		if has[fold(u.str("userPrincipalName"))] || has[fold(u.str("mail"))] {
			b.t.mail.boxes[fold(u.id)] = &mailbox{owner: u.id}
		}
	}
	for i, d := range b.f.Mail.Denied {
		if box := b.box(fmt.Sprintf("mail.denied[%d].mailbox", i), d.Mailbox); box != nil {
			box.denied = append(box.denied, fold(d.App))
		}
	}
}

func (b *builder) box(field, user string) *mailbox {
	id := b.refer(field, user)
	box := b.t.mail.boxes[fold(id)]
	if box == nil && id != "" {
		b.fault(fmt.Errorf("fixture: %s: %s has no mailbox; exchange.mailboxes lists them", field, user))
	}
	return box
}

func (b *builder) mailFolder(at string, f *MailFolder) {
	box := b.box(at+"mailbox", f.Mailbox)
	if box == nil {
		return
	}
	parent := b.parentFolder(at, box, f.Parent)
	id := f.ID
	b.t.mail.given[id] = true
	if id == "" {
		id = folderID(box.owner, parent+" "+f.DisplayName+map[bool]string{true: " hidden"}[f.Hidden])
	}
	if _, twice := b.t.of(KindMailFolder).get(id); twice {
		b.fault(fmt.Errorf("fixture: %sdisplayName: %s has two such folders", at, f.Mailbox))
		return
	}
	props := map[string]any{
		"id": id, "displayName": f.DisplayName, "parentFolderId": parent, "isHidden": f.Hidden, "unreadItemCount": 0, "totalItemCount": f.Items,
		mailboxKey: box.owner, searchKey: f.Search,
	}
	b.put(&object{kind: KindMailFolder, id: id, name: f.DisplayName, props: props})
	b.t.places.add(KindMailFolder, parent, id)
	b.names[folderName(box, f.DisplayName)] = id
}

// folderName is how a later folder of the fixture names the one above it.
func folderName(box *mailbox, name string) string { return box.owner + "\x00folder " + fold(name) }

func (b *builder) parentFolder(at string, box *mailbox, name string) string {
	if name == "" {
		name = rootFolder
	}
	if o, ok := box.standard(name); ok {
		return o.id
	}
	if id, ok := b.names[folderName(box, name)]; ok {
		return id
	}
	if o, ok := b.t.of(KindMailFolder).get(name); ok {
		return o.id
	}
	b.fault(fmt.Errorf("fixture: %sparent: there is no folder %q before this one", at, name))
	return ""
}
