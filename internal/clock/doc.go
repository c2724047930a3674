// Package clock tells the time for leases, parks and timestamps. [System] is the machine's; [Fake] stands still until a test moves it.
//
// A lease is safe only if its holder never believes that it has more time left than it has, and a finder never believes that it
// has waited longer than it has. So both errors of [System] go to the safe side: Now may run ahead, After may come late.
//
//	                        Now counts                                After counts
//	Linux                   CLOCK_BOOTTIME: also suspended time        likewise, up to a second late after a resume
//	other platforms         the monotonic clock, which may stand      the monotonic clock: late by the time suspended
//	                        still, and the wall clock's step forward
//
// A virtual machine that its host pauses stops every clock of the guest. There the step that sets the guest's wall clock right ends
// its leases, and until that step comes nothing in the guest can know: the compare-and-set on the journal is what still holds.
package clock
