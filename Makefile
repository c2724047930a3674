# Commands for people. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# Go caches what it compiles in two variants: plain (demo, build, bench) and with the race detector (test, lint, cover). Either
# compiles the Graph models once, which takes minutes and 5 GB of memory; after that both are a matter of seconds.

.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

.PHONY: demo
demo: ## watch a removal on this machine alone; nothing to install (first time: minutes, 5 GB)
	@.ci/heartbeat go build -o bin/ ./cmd/worker
	@bin/worker demo

.PHONY: dev
dev: ## try the page and the publisher on this machine alone, until you stop it (first time as demo)
	@.ci/heartbeat go build -o bin/ ./cmd/...
	@bin/worker dev

.PHONY: build
build: ## put worker and publisher into bin/ (first time: minutes, 5 GB; shared with demo)
	.ci/heartbeat go build -o bin/ ./cmd/...

.PHONY: test
test: deps ## run all tests with the race detector (first time: minutes, 5 GB; shared with lint)
	.ci/heartbeat go test -race -timeout 25m ./...

.PHONY: lint
lint: deps ## run the linters of docs/linters.md (installs them into bin/; first time as test)
	.ci/lint

.PHONY: fmt
fmt: ## format all Go files
	gofmt -w .

.PHONY: cover
cover: deps ## test, write coverage.out and print the total
	.ci/heartbeat go test -race -timeout 25m -coverprofile coverage.out ./...
	@go tool cover -func coverage.out | tail -n 1

.PHONY: screenshots
screenshots: deps ## make the pictures of the page's views in docs/screenshots
	rm -f docs/screenshots/*.png
	.ci/heartbeat go test -count=1 ./internal/web/page -run TestScreenshots -screenshots ../../../docs/screenshots

.PHONY: bench
bench: ## measure the worker against a bare loop and write docs/performance.md (a module of its own)
	cd bench && ../.ci/heartbeat go run .

.PHONY: bench-eta
bench-eta: ## measure how far the estimates of the time left are off, over 200 removals, and write it into docs/performance.md
	cd bench && ../.ci/heartbeat go run ./eta

.PHONY: bench-page
bench-page: deps ## measure how soon the page shows what is appended, and write it into docs/performance.md
	cd bench && ../.ci/heartbeat go run ./pixel

.PHONY: compose-check
compose-check: ## check docker-compose.yml and the Dockerfile without an engine (a module of its own)
	cd deploy/composecheck && ../../.ci/heartbeat go test -race ./...

.PHONY: test-beside
test-beside: deps compose-check ## test the modules beside the product's: the bench and the compose file (shared with test)
	cd bench && ../.ci/heartbeat go test -race ./...

.PHONY: deps
deps: ## install redis-server, chromium, prometheus and a C compiler where they are missing (apt)
	@.ci/deps

.PHONY: clean
clean: ## remove what these commands wrote; Go's build cache stays
	rm -rf bin coverage.out
