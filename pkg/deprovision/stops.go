package deprovision

import "slices"

// The names of the stops.
const (
	StopInvalidAccount = "invalid-account"
	StopMissingRights  = "missing-rights"
	StopConfirm        = "confirm"
	StopDrift          = "drift"
	StopBrake          = "brake"
	StopNotArmed       = "not-armed"
	StopStillRerouting = "still-rerouting"
	StopStillThere     = "still-there"
	StopManual         = "manual"
	StopRecovered      = "recovered"
	StopFailed         = "failed"
)

// StopKind is what is known beforehand of a stop.
type StopKind struct {
	Name   string
	Why    string // when it opens, in a few words
	Offers []Verb // the decisions that it may offer; which of them it does offer, [Stop.Offers] says
}

// Stops lists the stops in the order in which a request may meet them.
func Stops() []StopKind {
	return []StopKind{
		{StopInvalidAccount, "the service account is missing, disabled or not as recorded", []Verb{Continue, Cancel, Force}},
		{StopMissingRights, "the worker's identity lacks rights that this removal needs", []Verb{Credentials, Retry, Cancel, Force}},
		{StopConfirm, "the plan is made, nothing is changed", []Verb{Confirm, Approve, Cancel, Force}},
		{StopDrift, "the tenant changed between the plan and its confirmation", []Verb{Confirm, Approve, Cancel, Force}},
		{StopBrake, "the plan would remove more than the policy allows at once", []Verb{Approve, Retry, Cancel, Force}},
		{StopNotArmed, "the policy does not let anything be removed", []Verb{Retry, Cancel, Force}},
		{StopStillRerouting, "a rule that sends mail to the product can still be read, or was made again", []Verb{Retry, Skip, Cancel, Force}},
		{StopStillThere, "something that was removed can still be read", []Verb{Retry, Skip, Cancel, Force}},
		{StopManual, "something only a person can do", []Verb{ManualDone, Skip, Cancel, Force}},
		{StopRecovered, "the journal was lost, and the picture's last state was given back", []Verb{Retry, Cancel, Force}},
		{StopFailed, "a call was refused, or failed for about a day", []Verb{Retry, Skip, Credentials, Cancel, Force}},
	}
}

// StopNamed returns the stop of this name; ok is false for a name that this version does not know.
func StopNamed(name string) (kind StopKind, ok bool) {
	all := Stops()
	i := slices.IndexFunc(all, func(s StopKind) bool { return s.Name == name })
	if i < 0 {
		return StopKind{}, false
	}
	return all[i], true
}
