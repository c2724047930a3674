package footprint

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// literal writes a value as PowerShell has it.
func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "$null"
	case bool:
		return fmt.Sprintf("$%t", v)
	case string:
		return quote(v)
	case []any:
		items := make([]string, len(v))
		for i, e := range v {
			items[i] = literal(e)
		}
		return strings.Join(items, ",")
	case map[string]any:
		var pairs []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			pairs = append(pairs, quote(key)+"="+literal(v[key]))
		}
		return "@{" + strings.Join(pairs, ";") + "}"
	}
	return fmt.Sprint(v) // a number, as it was written
}

// quotes are what PowerShell takes for a single quote; inside a literal each is doubled.
// https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
var quotes = strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛")

// quote makes a PowerShell literal: nothing inside is expanded.
func quote(s string) string { return "'" + quotes.Replace(s) + "'" }
