# run · test · check · bench · fmt. `make help` lists them.
GO ?= go

.PHONY: help run test quick check bench fmt

help: ## what each target does
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: ## the demonstration town on http://localhost:8053
	$(GO) run ./cmd/lancar demo

test: ## everything: installs PostgreSQL, Chromium, poppler-utils and axe-core, then runs all tests with no skips
	test/setup.sh
	test/with-postgres.sh env LANCAR_TEST_NO_SKIP=1 LANCAR_TEST_AXE=$(CURDIR)/test/browser/node_modules/axe-core/axe.min.js $(GO) test -timeout 30m ./...
	cd test/interop && LANCAR_TEST_NO_SKIP=1 $(GO) test -count=1 ./...

quick: ## what needs nothing installed, under two minutes
	$(GO) test ./...

check: ## vet, format, static analysis, the public services
	test -z "$$(gofmt -l .)"
	$(GO) vet ./...
	$(GO) run -modfile=test/tools.mod honnef.co/go/tools/cmd/staticcheck ./...
	$(GO) run ./cmd/lancar service check services

bench: ## our figures beside their limits, on both engines
	test/setup.sh
	DURABLE=1 test/with-postgres.sh $(GO) run ./bench

fmt: ## format all Go code
	gofmt -w .
