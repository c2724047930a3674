package batch

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/m365"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
)

// Mailboxes lists the members of the tenant who have an address. Whether there is a mailbox behind it, only the mailbox can tell.
// https://learn.microsoft.com/graph/api/user-list
func (c *Client) Mailboxes(ctx context.Context) ([]m365.Object, error) {
	return c.all(ctx, "GET /users", "/users?$select=id,userPrincipalName,mail,userType&$top=999", func(r row) (string, bool) {
		return r.Mail, r.Mail != "" && !strings.EqualFold(r.UserType, "Guest")
	})
}

const (
	folderFields = "$select=id,displayName,isHidden,parentFolderId,childFolderCount,totalItemCount,unreadItemCount"
	hiddenToo    = "includeHiddenFolders=true"
	searchFolder = "#microsoft.graph.mailSearchFolder" // shows what lies elsewhere
)

// lasting asks for folder ids that stay when a folder moves; every call about folders has to say so, for the two kinds of id do not mix.
// https://learn.microsoft.com/graph/outlook-immutable-id
func lasting() map[string]string { return map[string]string{"Prefer": `IdType="ImmutableId"`} }

// folders is the walk over all folders of mailboxes. The service lists one level at a time, and hidden folders only if asked to.
var folders = walk{
	name:   "GET /users/{id}/mailFolders",
	header: lasting(),
	first: func(mailbox string) string {
		return "/users/" + escape(mailbox) + "/mailFolders?" + hiddenToo + "&$top=250&" + folderFields
	},
	below: func(mailbox string, r row) string {
		if r.Type == searchFolder || r.Children != nil && *r.Children == 0 {
			return ""
		}
		return "/users/" + escape(mailbox) + "/mailFolders/" + escape(r.ID) + "/childFolders?" + hiddenToo + "&$top=250&" + folderFields
	},
	label:  func(r row) string { return r.DisplayName },
	absent: []string{"MailboxNotEnabledForRESTAPI", "MailboxNotSupportedForRESTAPI", "ErrorInvalidUser"},
}

// Folders lists all folders of each mailbox, by id; search folders too, which have nothing below them. A user without a mailbox in the
// cloud: class gone. https://learn.microsoft.com/graph/api/user-list-mailfolders
func (c *Client) Folders(ctx context.Context, mailboxes []string) ([]m365.Answer, error) {
	return folders.over(ctx, c, mailboxes)
}

// ReadFolders reads folders by id. Absent: class gone. https://learn.microsoft.com/graph/api/mailfolder-get
func (c *Client) ReadFolders(ctx context.Context, folders []m365.Target) ([]m365.Answer, error) {
	const name = "GET /users/{id}/mailFolders/{id}"
	results, err := c.targets(ctx, name, false, folders, func(t m365.Target) item {
		return read(folderAddress(t)+"?"+hiddenToo+"&"+folderFields, lasting())
	})
	if err != nil {
		return nil, err
	}
	out := make([]m365.Answer, len(results))
	for i, r := range results {
		if out[i].Err = r.err; r.err != nil {
			continue
		}
		folder, err := readRow(r.body)
		if err == nil && folder.ID != folders[i].ID {
			err = errors.New("the answer is another folder")
		}
		if err != nil {
			out[i].Err = transport.Malformed(API, &transport.Call{Name: name}, "the answer cannot be read: %w", err)
			continue
		}
		out[i].Objects = []m365.Object{folder.object(folder.DisplayName)}
	}
	return out, nil
}

// DeleteFolders moves folders, with what is in them, to the deleted items of their mailbox; purge takes them away for good, past what the
// mailbox keeps for recovery. https://learn.microsoft.com/graph/api/mailfolder-delete and …/mailfolder-permanentdelete
func (c *Client) DeleteFolders(ctx context.Context, folders []m365.Target, purge bool) ([]m365.Answer, error) {
	name, method, leaf := "DELETE /users/{id}/mailFolders/{id}", http.MethodDelete, ""
	if purge {
		name, method, leaf = "POST /users/{id}/mailFolders/{id}/permanentDelete", http.MethodPost, "/permanentDelete"
	}
	results, err := c.targets(ctx, name, true, folders, func(t m365.Target) item {
		return change(method, folderAddress(t)+leaf, lasting(), t.CallID)
	})
	if err != nil {
		return nil, err
	}
	out := make([]m365.Answer, len(results))
	for i, r := range results {
		out[i] = m365.Answer{Receipt: r.receipt, Err: r.err}
	}
	return out, nil
}

func folderAddress(t m365.Target) string {
	return "/users/" + escape(t.Place) + "/mailFolders/" + escape(t.ID)
}

// targets makes one batch of an item for each target.
func (c *Client) targets(ctx context.Context, name string, changes bool, list []m365.Target, itemOf func(m365.Target) item) ([]result, error) {
	ids := func(i int) []string { return []string{list[i].Place, list[i].ID} }
	if err := few(&transport.Call{Name: name, Changes: changes}, len(list), ids); err != nil {
		return nil, err
	}
	var items []item
	for _, t := range list {
		items = append(items, itemOf(t))
	}
	return c.run(ctx, name, changes, items)
}
