package tenantsim

import (
	"slices"
	"strings"
)

// HostileNames are texts that somebody could type as a name in a tenant, each
// of which does harm where a name is taken for more than a name: by a browser, a
// terminal, a shell, a spreadsheet, a filter, a path, a key of an object, or an
// eye. None has more than 300 bytes, and none is there twice.
func HostileNames() []string {
	return []string{
		// a page
		"<script>alert(1)</script>",
		"<img src=x onerror=alert(1)>",
		"\"><svg onload=alert(1)>",
		"' autofocus onfocus='alert(1)",
		"</title></style></textarea></script><!--",
		"<iframe srcdoc=\"<script>alert(1)</script>\">",
		"<a href=https://phish.example>confirm here</a>",
		"javascript:alert(1)",
		"data:text/html,<script>alert(1)</script>",
		"&lt;script&gt;alert(1)&lt;/script&gt;",
		"{{constructor.constructor('alert(1)')()}}",
		"${alert(1)}",
		"<%= 7 * 7 %>",
		"-->]]>*/",
		// keys of objects, and what is no name in one language or another
		"__proto__",
		"constructor",
		"hasOwnProperty",
		"undefined",
		"null",
		"NaN",
		"0",
		" ",
		// a terminal and a log
		"\x1b[31mred\x1b[0m\x1b]0;title\x07",
		"\x1b[2J\x1b[1;1Hall removed",
		"two\nlines, the second one says: succeeded\tand a tab",
		"over\rwritten",
		"\u2028line and \u2029paragraph",
		// a shell, PowerShell, a spreadsheet
		"$(touch hostile)`touch hostile`; touch hostile #",
		"'; Remove-Mailbox -Identity * -Confirm:$false #",
		"=cmd|'/c calc'!A1",
		"+HYPERLINK(\"https://phish.example\")",
		"@SUM(1+1)",
		"a,b;\"c\"",
		// filters, paths, subjects, addresses
		"' or 1 eq 1 or '",
		"it's ''quoted''",
		"x')/items(1",
		"../../../../etc/passwd",
		"..\\..\\windows\\win.ini",
		"%00%2e%2e%2f%0d%0a",
		"?a=b&c=d#e+f%20",
		"deprovision.event.contoso.*.>",
		"*",
		// the eye
		"\u202egnihtemos esrever",
		"\u2066isolated\u2069\u200f\u061c",
		"zero\u200bwidth\u2060\ufeff\u00ad",
		"Z\u0351\u036b\u0343a\u035b\u0347\u0316l\u0358\u0322\u0334g\u0321\u0327\u0489o" + strings.Repeat("\u0336\u0357\u0489", 20),
		"Caf\u00e9", // and the same, composed in another way
		"Cafe\u0301",
		"\u0421\u043e\u043dt\u043es\u043e", // Cyrillic letters between Latin ones
		"\u212aelvin and \u0130stanbul, \ufb01",
		"\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466\U0001f3f4\u200d\u2620\ufe0f\U0001f1e9\U0001f1ea",
		"\u4e2d\u6587\u0627\u0644\u0639\u0631\u0628\u064a\u0629\u05e2\u05d1\u05e8\u05d9\u05ea",
		"\ufffd\ufffe\uffff\ue000",
		strings.Repeat("W", 300),
		strings.Repeat("\u00e4", 150),
		"password: hunter2", // looks like a secret, and is only a name
	}
}

// lookAlikes are names that are not the given one, and hardly anybody sees it.
func lookAlikes(name string) []string {
	all := []string{
		"\u202d" + name, name + "\u200b", name + "\u00a0", strings.Replace(name, "A", "\u0410", 1), strings.Replace(name, "o", "\u043e", 1),
		strings.Replace(name, "e", "\u0435", 1), strings.Replace(name, " ", "  ", 1), strings.Replace(name, "i", "i\u0307", 1),
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == name })
}
