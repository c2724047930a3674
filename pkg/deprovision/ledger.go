package deprovision

import "time"

// Ledger is what the removals of one tenant have reserved of its blast radius: a plan reserves all that it removes before anything goes.
type Ledger struct {
	Tenant  string        `json:"tenant"`
	Entries []Reservation `json:"entries,omitempty"`
}

// Reservation is what one plan of one request reserved.
type Reservation struct {
	Request  string    `json:"request"`            // "<tenant>.<service>.<request>"
	Plan     string    `json:"plan"`               // digest of the plan
	Count    int       `json:"count"`              // artifacts that it removes
	At       time.Time `json:"at"`                 // when it was made
	Approved string    `json:"approved,omitempty"` // who approved that it passes the limit
}

// Validate returns an [Invalid] when the tenant is no alias. What the entries say is judged by who counts them.
func (l Ledger) Validate() error { return checkToken("tenant", l.Tenant) }
