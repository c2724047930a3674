# Commands for people. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

.PHONY: help deps test lint fmt cover
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

deps: ## install redis-server where it is missing (apt)
	@.ci/deps

test: deps ## run all tests with the race detector (the first build may take minutes and 5 GB)
	.ci/heartbeat go test -race -timeout 25m ./...

lint: ## check formatting and vet
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'run make fmt'; exit 1; }
	.ci/heartbeat go vet ./...

fmt: ## format all Go files
	gofmt -w .

cover: deps ## write coverage.out
	.ci/heartbeat go test -coverprofile coverage.out ./...
