// Command pixel measures how long it takes from an append to the journal until the page shows it: in a real browser, while other requests go on
// as well.
//
// rig.go puts NATS, Redis, the picture, the API and the page together in this process, as a worker does; load.go appends events of other
// requests; browser.go starts headless Chromium and notes in it when a number has been painted; measure.go appends the numbers, one at a time, and
// compares; report.go prints the table and puts it into docs/performance.md. Both clocks are this machine's.
package main
