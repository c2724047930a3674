package client

import "context"

type traceKey struct{}

// WithTrace sets the W3C traceparent that travels with what is submitted or decided under the context.
func WithTrace(ctx context.Context, traceparent string) context.Context {
	return context.WithValue(ctx, traceKey{}, traceparent)
}

func trace(ctx context.Context) string {
	parent, _ := ctx.Value(traceKey{}).(string)
	return parent
}
