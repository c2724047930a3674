package tenantsim

// Journal rules copy mail to an address outside of the mailboxes that it belongs to, see
// https://learn.microsoft.com/exchange/security-and-compliance/journaling/journaling

func journalCmdlets() []cmdlet {
	return []cmdlet{
		{"Get-JournalRule", accessRead, byIdentity, (*request).getJournalRule},
		{"New-JournalRule", accessWrite, []string{"Name", "JournalEmailAddress", "Recipient", "Scope", "Enabled"}, (*request).newJournalRule},
		{"Remove-JournalRule", accessWrite, byIdentity, (*request).removeJournalRule},
	}
}

func (r *request) getJournalRule(in *cmdletInput) (result, *exError) {
	return r.get(in, KindJournalRule, nil)
}

// newJournalRule makes a rule that is off unless the caller switches it on, see
// https://learn.microsoft.com/powershell/module/exchangepowershell/new-journalrule
func (r *request) newJournalRule(in *cmdletInput) (result, *exError) {
	if in.str("JournalEmailAddress") == "" {
		return result{}, exMissing("JournalEmailAddress")
	}
	return r.make(in, KindJournalRule, map[string]any{"Scope": journalGlobal, "Recipient": nil, "Enabled": false})
}

func (r *request) removeJournalRule(in *cmdletInput) (result, *exError) {
	return r.remove(in, KindJournalRule, nil)
}

// journalGlobal is the scope of all mail.
const journalGlobal = "Global"

// JournalRule sends a copy of mail to an address.
type JournalRule struct {
	ID                  string `yaml:"id"`
	Name                string `yaml:"name"`
	JournalEmailAddress string `yaml:"journalEmailAddress"`
	Scope               string `yaml:"scope"`     // Global, Internal or External; "" is Global
	Recipient           string `yaml:"recipient"` // "" is everybody
	Enabled             *bool  `yaml:"enabled"`   // nil is on
}

func (b *builder) journalRules(x *ExchangeOrg) {
	for _, o := range x.JournalRules {
		props := map[string]any{"JournalEmailAddress": o.JournalEmailAddress, "Scope": o.Scope, "Recipient": nil, "Enabled": o.Enabled == nil || *o.Enabled}
		if o.Scope == "" {
			props["Scope"] = journalGlobal
		}
		if o.Recipient != "" {
			props["Recipient"] = o.Recipient
		}
		b.exo(KindJournalRule, o.ID, o.Name, props, nil)
	}
}
