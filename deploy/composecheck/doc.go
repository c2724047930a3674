// Package composecheck has no code, only tests: they read docker-compose.yml and deploy/Dockerfile with the parsers of Compose and
// BuildKit, so that both can be checked without a container engine. It is a module of its own: the parsers are no dependency of the
// product.
package composecheck
