package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
)

// TestTheSimulatorLeadsAClientThatKnowsMicrosoftsNamesOnly follows what the command prints, as a user would.
func TestTheSimulatorLeadsAClientThatKnowsMicrosoftsNamesOnly(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	said, say := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := simulation{listen: "127.0.0.1:0", tls: t.TempDir(), proxy: "127.0.0.1:0"}.serve(ctx, say)
		ended <- err
		_ = say.CloseWithError(io.EOF)
	}()
	var proxy, ca string
	for lines := bufio.NewScanner(said); proxy == "" && lines.Scan(); {
		for word := range strings.FieldsSeq(lines.Text()) {
			if v, ok := strings.CutPrefix(word, "HTTPS_PROXY="); ok {
				proxy = v
			}
			if v, ok := strings.CutPrefix(word, "SSL_CERT_FILE="); ok {
				ca = v
			}
		}
	}
	to, err := url.Parse(proxy)
	if err != nil || proxy == "" {
		t.Fatalf("it ended with %v, and the proxy is %q", <-ended, proxy)
	}
	text, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(to), DisableKeepAlives: true,
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://graph.microsoft.com/v1.0/users", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized {
		t.Errorf("%s", res.Status)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
