package client_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/deprovisioner/deprovisioner/pkg/client"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// The records of an import are checked before anything is written; the error names the entry, and what is allowed there.
func ExampleReadAccounts() {
	records, err := client.ReadAccounts(strings.NewReader(`[
		{"tenant":"contoso","id":"sp","service":"sharepoint-online","kind":"delegate","upn":"svc@contoso.example"},
		{"tenant":"contoso","id":"inline","service":"exchange-online-inline","kind":"authorized","appId":"b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001"}
	]`))
	must(err)
	for _, a := range records {
		fmt.Println(a.ID, a.Kind, a.State)
	}
	_, err = client.ReadAccounts(strings.NewReader(`{"tenant":"contoso","id":"teams","service":"teams","kind":"authorized"}`))
	var entry *client.EntryError
	fmt.Println(errors.As(err, &entry), err)
	// Output:
	// sp delegate active
	// inline authorized active
	// true entry 1: appId is missing or not allowed: required for an authorized account: the App Id (a GUID) shown in the product's console
}

func ExampleClient_Account() {
	c, _, done := stage()
	defer done()
	_, err := c.Account(context.Background(), "contoso", "onedrive")
	fmt.Println(errors.Is(err, client.ErrUnknownAccount))
	_, err = c.PutAccount(context.Background(), deprovision.Account{Tenant: "contoso", ID: "onedrive", Service: deprovision.OneDrive,
		Kind: deprovision.Delegate, UPN: "svc@contoso.example"}, false)
	must(err)
	a, err := c.Account(context.Background(), "contoso", "onedrive")
	fmt.Println(a.UPN, a.Open == "", err) // no request is open on it
	// Output:
	// true
	// svc@contoso.example true <nil>
}

// The accounts of one tenant, or of all, stand in the order of their names, whenever they were written.
func ExampleClient_Accounts() {
	c, _, done := stage()
	defer done()
	for _, name := range []string{"contoso.teams", "fabrikam.main", "contoso.chat"} {
		tenant, id, _ := strings.Cut(name, ".")
		_, err := c.PutAccount(context.Background(), deprovision.Account{Tenant: tenant, ID: id, Service: deprovision.Teams,
			Kind: deprovision.Authorized, AppID: "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001"}, false)
		must(err)
	}
	for _, tenant := range []string{"contoso", ""} {
		list, err := c.Accounts(context.Background(), tenant)
		must(err)
		fmt.Printf("of %q:\n", tenant)
		for _, a := range list {
			fmt.Println(a.Tenant + "." + a.ID)
		}
	}
	// Output:
	// of "contoso":
	// contoso.chat
	// contoso.teams
	// of "":
	// contoso.chat
	// contoso.teams
	// fabrikam.main
}

// What is there already and differs is left as it is, and the error says what to do.
func ExampleConflictError_Error() {
	c, _, done := stage()
	defer done()
	a := deprovision.Account{Tenant: "contoso", ID: "sp", Service: deprovision.SharePointOnline, Kind: deprovision.Delegate, UPN: "svc@contoso.example"}
	_, err := c.PutAccount(context.Background(), a, false)
	must(err)
	a.UPN = "other@contoso.example"
	_, err = c.PutAccount(context.Background(), a, false)
	fmt.Println(err)
	// Output: account contoso.sp: it is there already and differs; it is overwritten only by an update
}

func ExampleEntryError_Error() {
	_, err := client.ReadAccounts(strings.NewReader(`tenant;id;service`))
	fmt.Println(err)
	// Output: entry 1: json is missing or not allowed: a JSON array of objects, or one JSON object a line
}

// The cause tells a program which field of the entry is wrong.
func ExampleEntryError_Unwrap() {
	_, err := client.ReadAccounts(strings.NewReader(`{"tenant":"contoso","id":"sp","servcie":"teams"}`))
	if invalid, ok := errors.AsType[*deprovision.Invalid](err); ok {
		fmt.Println(invalid.Field)
	}
	// Output: servcie
}

// Whoever looks often keeps a roster: a look at it reads only what was written since the one before.
func ExampleClient_Roster() {
	c, _, done := stage()
	defer done()
	roster := c.Roster("contoso")
	for _, id := range []string{"teams", "chat"} {
		_, err := c.PutAccount(context.Background(), deprovision.Account{Tenant: "contoso", ID: id, Service: deprovision.Teams,
			Kind: deprovision.Authorized, AppID: "b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001"}, false)
		must(err)
		list, err := roster.Accounts(context.Background())
		must(err)
		for _, a := range list {
			fmt.Println(len(list), a.ID)
		}
	}
	// Output:
	// 1 teams
	// 2 chat
	// 2 teams
}
