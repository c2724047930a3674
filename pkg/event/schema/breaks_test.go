package schema_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// onlyInput names the messages that are only sent to the workers: nobody relies on what is in them.
var onlyInput = map[string]bool{"request": true, "decision": true}

// breaks says what a change of the contract takes away from those who rely on it: from senders, whose messages must stay valid, from
// subscribers, who must find what they were promised, and from messages that are kept for years.
func breaks(before, now contract) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(before.Messages)) {
		if now.Messages[name] != before.Messages[name] {
			out = append(out, fmt.Sprintf("%s: type and subject were %+v and are %+v", name, before.Messages[name], now.Messages[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before.Schemas)) {
		if now.Schemas[name] == nil {
			out = append(out, name+": the schema is gone")
			continue
		}
		for _, broken := range breaksOf(before.Schemas[name], now.Schemas[name], onlyInput[name]) {
			out = append(out, name+": "+broken)
		}
	}
	return out
}

func breaksOf(before, now flat, input bool) []string {
	var out []string
	for _, path := range slices.Sorted(maps.Keys(before)) {
		n, ok := now[path]
		if !ok {
			out = append(out, path+" is gone")
			continue
		}
		for _, broken := range breaksAt(before[path], n, input) {
			out = append(out, path+" "+broken)
		}
	}
	return out
}

func breaksAt(before, now node, input bool) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if !slices.Equal(before.Type, now.Type) {
		say("was of the type %v and is %v", before.Type, now.Type)
	}
	for _, name := range missing(now.Required, before.Required) {
		say("requires %s, which older messages do not have", name)
	}
	for _, name := range missing(before.Required, now.Required) {
		if !input {
			say("no longer promises %s", name)
		}
	}
	if len(now.Enum) > 0 {
		for _, value := range missing(before.Enum, now.Enum) {
			say("no longer allows %q", value)
		}
		if len(before.Enum) == 0 {
			say("allows only %s", strings.Join(now.Enum, ", "))
		}
	}
	for _, keyword := range slices.Sorted(maps.Keys(now.AtLeast)) {
		if limit, ok := before.AtLeast[keyword]; now.AtLeast[keyword] > limit || !ok && now.AtLeast[keyword] > 0 {
			say("has a higher %s, %v", keyword, now.AtLeast[keyword])
		}
	}
	for _, keyword := range slices.Sorted(maps.Keys(now.AtMost)) {
		if limit, ok := before.AtMost[keyword]; !ok || now.AtMost[keyword] < limit {
			say("has a lower %s, %v", keyword, now.AtMost[keyword])
		}
	}
	for _, rule := range missing(now.Rules, before.Rules) {
		say("has the new rule %s", rule)
	}
	return out
}

// missing returns what is in a and not in b.
func missing(a, b []string) []string {
	var out []string
	for _, value := range a {
		if !slices.Contains(b, value) {
			out = append(out, value)
		}
	}
	return out
}
