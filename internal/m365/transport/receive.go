package transport

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxErrorBody is how much of the body of a refusal is read, in bytes.
const maxErrorBody = 64 << 10

var errTooLarge = errors.New("the answer is too large")

// receive reads the answer whole. It unzips by itself: what is labelled gzip is not always gzip, and then the status must survive.
func (c *chain) receive(req *http.Request, next send) (*http.Response, error) {
	resp, err := next(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	ok, limit := success(resp), c.MaxBody
	if !ok {
		limit = maxErrorBody
	}
	body, err := readAll(resp.Body, limit)
	if err == nil && strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		if plain, failed := unzip(body, limit); failed == nil || ok {
			body, err = plain, failed
		}
	}
	if err != nil && ok { // of a refusal, the status is enough
		return resp, fmt.Errorf("read the answer: %w", err)
	}
	resp.Header.Del("Content-Encoding")
	resp.Header.Del("Content-Length")
	resp.Body, resp.ContentLength, resp.Uncompressed = io.NopCloser(bytes.NewReader(body)), int64(len(body)), true
	if ok {
		callOf(req).Body = body
	}
	return resp, nil
}

func success(resp *http.Response) bool { return resp.StatusCode >= 200 && resp.StatusCode < 300 }

// readAll reads up to limit bytes; what was read comes back with an error too.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(body)) > limit {
		return body[:limit], fmt.Errorf("%w: more than %d bytes", errTooLarge, limit)
	}
	return body, err
}

// unzip unpacks gzip; nothing is unpacked to nothing.
func unzip(body []byte, limit int64) ([]byte, error) {
	if len(body) == 0 {
		return body, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("labelled gzip, but: %w", err)
	}
	return readAll(z, limit)
}
