package redistest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"
)

// StartCluster starts a server that is a Redis Cluster of one node: it holds every slot, and refuses what touches two of them at once.
func StartCluster(tb testing.TB) *Server {
	tb.Helper()
	s := Start(tb, "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(freePort(tb)))
	conn, err := (&net.Dialer{Timeout: startTime}).DialContext(tb.Context(), "tcp", s.Address())
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	deadline := time.Now().Add(startTime)
	if err := conn.SetDeadline(deadline); err != nil {
		tb.Fatal(err)
	}
	replies := bufio.NewReader(conn)
	if got := ask(tb, conn, replies, "CLUSTER ADDSLOTSRANGE 0 16383"); got != "+OK" {
		tb.Fatalf("CLUSTER ADDSLOTSRANGE: %s", got)
	}
	looks := time.NewTicker(20 * time.Millisecond) // a node that just started serves its slots after two seconds, and tells nobody
	defer looks.Stop()
	for !strings.Contains(ask(tb, conn, replies, "CLUSTER INFO"), "cluster_state:ok") {
		if <-looks.C; time.Now().After(deadline) {
			tb.Fatal("the cluster was not ready in time")
		}
	}
	return s
}

// ask sends one command and returns its reply, a bulk string or a line.
func ask(tb testing.TB, conn net.Conn, replies *bufio.Reader, command string) string {
	tb.Helper()
	if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
		tb.Fatal(err)
	}
	line, err := replies.ReadString('\n')
	if err != nil {
		tb.Fatal(err)
	}
	line = strings.TrimSpace(line)
	length, isBulk := strings.CutPrefix(line, "$")
	if !isBulk {
		return line
	}
	n, err := strconv.Atoi(length)
	if err != nil {
		tb.Fatal(err)
	}
	body := make([]byte, n+len("\r\n"))
	if _, err := io.ReadFull(replies, body); err != nil {
		tb.Fatal(err)
	}
	return string(body[:n])
}
