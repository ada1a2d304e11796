# The targets a contributor needs. `make test` installs what it needs.
GO ?= go
NPM ?= npm

# The race detector watches our code, and the packages it calls, but not SQLite:
# that is one machine-made translation of C, whose memory it cannot see anyway,
# and watching it takes most of the time of the tests.
RACE = -race -gcflags='modernc.org/sqlite/lib=-race=false -d=checkptr=0'

.PHONY: build test quick peers vet race e2e bench docs fuzz soak clean

build:
	$(GO) build -o bin/matchseal ./cmd/matchseal

# Everything: static checks, unit tests with the race detector, vectors, and
# the end-to-end suites with separate processes and foreign clients.
test: vet peers
	MATCHSEAL_REQUIRE_POSTGRES=1 $(GO) test $(RACE) -timeout 20m $(shell $(GO) list ./... | grep -v /test/)
	MATCHSEAL_REQUIRE_POSTGRES=1 MATCHSEAL_E2E=1 $(GO) test -v -timeout 20m -count 1 ./test/...

# Without foreign clients and without the race detector: for every save.
quick: vet
	$(GO) test ./...

vet:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo 'gofmt would change these files'; exit 1; }
	$(GO) vet ./...

# Foreign programs the tests talk to; see scripts/peers.
peers:
	./scripts/peers

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./s2s ./ews ./internal/mailbox

# Pages that are generated from the code.
docs:
	$(GO) generate ./...

# Each fuzz target for a little while.
fuzz:
	./scripts/fuzz 30s

# Ten thousand rollovers of signing certificates under load, which takes hours.
soak:
	MATCHSEAL_REQUIRE_POSTGRES=1 MATCHSEAL_ROLLOVERS=10000 $(GO) test -v -timeout 24h -count 1 ./test/rollover

clean:
	rm -rf bin .matchseal
