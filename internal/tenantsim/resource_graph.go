package tenantsim

// serviceRoles are Graph's permissions for mailboxes, Teams, sites and what an
// app may be told of by change notifications, with the ids of
// https://learn.microsoft.com/graph/permissions-reference
var serviceRoles = []appRole{
	{"AppCatalog.Read.All", "e12dae10-5a57-4817-b79d-dfbec5348930"},
	{"AppCatalog.ReadWrite.All", "dc149144-f292-421e-b185-5953f2e98d7f"},
	{"Calendars.Read", "798ee544-9d2d-430c-a058-570e29e34338"},
	{"ChannelMessage.Read.All", "7b2449af-6ccd-4f4d-9f78-e550c193f0d1"},
	{"Chat.Read.All", "6b7d71aa-70aa-4810-a8d9-5d9fb2830017"},
	{"Chat.ReadBasic.All", "b2e060da-3baf-4687-9611-f4ebc0f0cbde"},
	{"Chat.ReadWrite.All", "294ce7c9-31ba-490a-ad7d-97a7d075e4ed"},
	{"Chat.UpdatePolicyViolation.All", "7e847308-e030-4183-9899-5235d7270f58"},
	{"Contacts.Read", "089fe4d0-434a-44c5-8827-41ba8a0b17f5"},
	{"Files.Read.All", "01d4889c-1287-42c6-ac1f-5d1e02578ef6"},
	{"Files.ReadWrite.All", "75359482-378d-4052-8f01-80520e7db3cd"},
	{"Mail.Read", "810c84a8-4a9e-49e6-bf7d-12d183f40d01"},
	{"Mail.ReadBasic", "6be147d2-ea4f-4b5a-a3fa-3eab6f3c140a"},
	{"Mail.ReadBasic.All", "693c5e45-0940-467d-9b8a-1022fb9d42ef"},
	{"Member.Read.Hidden", "658aa5d8-239f-45c4-aa12-864f4fc7e490"},
	{"RoleManagement.Read.All", "c7fbd983-d9aa-4fa7-84b8-17382c103bc4"},
	{"Sites.Manage.All", "0c0bf378-bf22-4481-8f81-9e89a9b4960a"},
	{"Sites.Read.All", "332a536c-c7ef-4017-ab91-336970924f0d"},
	{"Sites.ReadWrite.All", "9492366f-7969-46a4-8d15-ed1a20078fff"},
	{"Sites.Selected", "883ea226-0bf2-4a8f-9f9d-92c9162a727d"},
	{"Team.ReadBasic.All", "2280dda6-0bfd-44ee-a2f4-cb867cfc4c1e"},
	{"TeamsAppInstallation.ReadForChat.All", "cc7e7635-2586-41d6-adaa-a8d3bcad5ee5"},
	{"TeamsAppInstallation.ReadForTeam.All", "1f615aea-6bf9-4b05-84bd-46388e138537"},
	{"TeamsAppInstallation.ReadForUser.All", "9ce09611-f4f7-4abd-a629-a05450422a97"},
	{"TeamsAppInstallation.ReadWriteForChat.All", "9e19bae1-2623-4c4f-ab6e-2664615ff9a0"},
	{"TeamsAppInstallation.ReadWriteForTeam.All", "5dad17ba-f6cc-4954-a5a2-a0dcc95154f0"},
	{"TeamsAppInstallation.ReadWriteForUser.All", "74ef0291-ca83-4d02-8c7e-d2391e6a444f"},
	{"TeamsAppInstallation.ReadWriteSelfForChat.All", "73a45059-f39c-4baf-9182-4954ac0e55cf"},
	{"TeamsAppInstallation.ReadWriteSelfForTeam.All", "9f67436c-5415-4e7f-8ac1-3014a7132630"},
	{"TeamsAppInstallation.ReadWriteSelfForUser.All", "908de74d-f8b2-4d6b-a9ed-2a17b3b78179"},
}
