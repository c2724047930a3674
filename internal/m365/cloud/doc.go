// Package cloud knows where Microsoft 365 lives: the worldwide cloud, the national ones, and addresses of one's own (a simulated tenant).
// A [Cloud] is three base addresses, and the scope of a token for each API.
package cloud
