// Package redistest starts real redis-server processes for tests: on a free port of the loopback, with every write on disk before its
// answer, their data in the test's temporary directory. A server can be killed, restarted on the same port and data, and wiped.
//
// Where the program redis-server is not installed the test is skipped, and says how to install it; everything else that goes wrong
// fails the test.
package redistest
