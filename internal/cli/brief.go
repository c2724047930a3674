package cli

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// telling are the fields of an object's state that tell a person most, as Exchange, Graph and SharePoint name them: whether it works at all, where
// it sends to or belongs to, and how much is in it. The order is that of the table.
var telling = []string{
	"State", "Enabled", "accountEnabled", "Mode", "Priority", "SmartHosts", "SenderIPAddresses", "SenderDomains", "TlsSenderCertificateName",
	"RouteMessageOutboundConnector", "JournalEmailAddress", "SpoofedUser", "SendingInfrastructure", "Action", "userPrincipalName", "appId", "roleDefinitionId",
	"scope", "appRoleId", "resourceDisplayName", "isHidden", "Hidden", "totalItemCount", "ItemCount", "ReceiverUrl", "notificationUrl", "expirationDateTime",
	"resource", "Url", "webUrl",
}

const (
	briefFields = 3  // shown of one object
	briefText   = 60 // characters of one value
)

// brief is the state of an object in a few words for a table, e.g. "State=Enabled Priority=3"; "" where it has none of the fields that tell.
// The whole state is in the JSON.
func brief(before json.RawMessage) string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(before, &fields) != nil {
		return ""
	}
	var out []string
	for _, name := range telling {
		if value := short(fields[name]); value != "" && len(out) < briefFields {
			out = append(out, name+"="+value)
		}
	}
	return strings.Join(out, " ")
}

// short words one value: text and numbers as they are, lists by their members, objects by how much they hold.
func short(value json.RawMessage) string {
	var v any
	if len(value) == 0 || json.Unmarshal(value, &v) != nil {
		return ""
	}
	switch v := v.(type) {
	case string:
		return clip(v)
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return clip(string(value))
	case []any:
		words := make([]string, len(v))
		for i, one := range v {
			words[i] = fmt.Sprint(one)
		}
		return clip(strings.Join(words, ","))
	case map[string]any:
		return "{" + number(len(v), "field") + "}"
	}
	return ""
}

func clip(s string) string {
	if utf8.RuneCountInString(s) <= briefText {
		return s
	}
	return string([]rune(s)[:briefText]) + "…"
}
