# make          what there is to make
# make run      the quickstart
# make test     all that a change has to pass

GO        ?= go
SCENARIO  ?= quickstart
BENCH     ?= .
BENCHTIME ?= 1s
FUZZTIME  ?= 60s
LENGTH    ?= 10s
CROSS     ?= baseline-13
UNTIL     ?= 5s
HUNT      ?= 200
VERSION   := $(shell git describe --always --dirty --tags 2>/dev/null || echo unversioned)

# The canisters written in Go, as one module; sim embeds it. It goes into state hashes, so it is built the same everywhere:
# without paths, version control and debugging data, by the Go version that go.mod names.
MODULE         := canister/library/library.wasm
MODULE_SOURCES := $(shell find canister/library canister/cdk \( -name '*.go' -o -name '*.s' \) ! -name '*_test.go' 2>/dev/null) go.mod go.sum

# The directories with test code that matches $(1).
packages = $(shell grep -rlE --include='*_test.go' $(1) cmd scenarios sim protocol canister crypto metrics 2>/dev/null \
	| xargs -rn1 dirname | sort -u | sed 's,^,./,')

.DEFAULT_GOAL := help
.PHONY: help build run test lint bench fuzz race golden reality matrix cross hunt e2e clean

help: ## say what there is to make
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/make \1\t\2/p' Makefile

build: $(MODULE) ## build bin/icsim
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/icsim ./cmd/icsim

$(MODULE): $(MODULE_SOURCES)
	GOOS=wasip1 GOARCH=wasm $(GO) build -buildmode=c-shared -trimpath -buildvcs=false -ldflags '-s -w -buildid=' -o $@ ./canister/library/guest

run: build ## simulate two subnets for two minutes (SCENARIO=quickstart)
	bin/icsim run $(SCENARIO)

test: lint ## check everything that a change has to pass
	$(GO) test -timeout 10m ./...

lint: $(MODULE) ## vet, staticcheck and the house rules
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) run ./cmd/tidy

bench: $(MODULE) ## run benchmarks on one core (BENCH=pattern BENCHTIME=1s)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) -benchmem -cpu 1 $(call packages,'^func Benchmark')

fuzz: $(MODULE) ## run every fuzz target for FUZZTIME=60s
	@grep -rnoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed -E 's,^(.*)/[^/]*:func ,\1 ,' | sort | \
	while read -r package target; do \
		echo "$$package $$target"; \
		$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$package" </dev/null || exit 1; \
	done

race: $(MODULE) ## run the short tests under the race detector
	CGO_ENABLED=1 $(GO) test -race -short -timeout 20m ./...

golden: $(MODULE) ## rewrite the expected results of golden tests and scripts; read the diff like code
	$(GO) test -run 'Golden|Script' $(call packages,'flag.Bool."rewrite"|cockroachdb/datadriven"') -args -rewrite

reality: build ## compare predictions with what the real network was measured to do; fails if a figure is out of tolerance
	bin/icsim reality

matrix: $(MODULE) ## compare digests of all scenarios, computed in all ways (LENGTH=10s of each)
	ICSIM_MATRIX=$(LENGTH) $(GO) test -run TestDigests -timeout 90m -v ./scenarios

cross: build ## compare digests with arm64 under qemu (CROSS=scenario UNTIL=5s)
	@qemu=$$(command -v qemu-aarch64 || command -v qemu-aarch64-static) || \
		{ echo 'cross: qemu-aarch64 is missing; on Debian: apt-get install qemu-user' >&2; exit 1; }; \
	set -e; export CGO_ENABLED=0; \
	GOOS=linux GOARCH=arm64 $(GO) build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/icsim-arm64 ./cmd/icsim; \
	GOOS=linux GOARCH=arm64 $(GO) test -run Golden -exec "$$qemu" ./sim/rng ./sim/event; \
	for crypto in ideal bls; do \
		here=$$(bin/icsim run $(CROSS) --until $(UNTIL) --crypto $$crypto --json | sed -n 's/.*"digest": *"\([^"]*\)".*/\1/p'); \
		there=$$($$qemu bin/icsim-arm64 run $(CROSS) --until $(UNTIL) --crypto $$crypto --json | sed -n 's/.*"digest": *"\([^"]*\)".*/\1/p'); \
		echo "$(CROSS) $$crypto: $$here here, $$there on arm64"; \
		test -n "$$here" && test "$$here" = "$$there" || { echo 'cross: the digests differ' >&2; exit 1; }; \
	done

hunt: build ## count the seeds in which each planted bug is found, by sweeping and by guided search (HUNT=200 seeds each)
	bin/icsim hunt --seeds 1..$(HUNT) --out bin/hunt.jsonl

# Modules of other compilers, kept in a directory of their own: making them takes seconds, and needs Node and a rustc for wasm32.
# azle 0.13.2 brought two modules of mainnet's along.
E2E     := .e2e
NODE    := $(E2E)/node_modules/.package-lock.json
MOTOKO  := $(foreach width,32 64,$(patsubst canister/e2e/testdata/%.mo,$(E2E)/%-$(width).wasm,$(wildcard canister/e2e/testdata/*.mo)))
MAINNET := ledger/ledger.wasm ledger/ledger.private.did ledger/ledger.public.did \
	internet_identity/internet_identity_dummy.wasm internet_identity/internet_identity.did
COMPILE := canister/e2e/testdata/compile.mjs
CHROMIUM ?= /usr/bin/chromium
MADE    := $(MOTOKO) $(addprefix $(E2E)/,counter.wasm guests.wasm ledger.wasm)

# What agents and the official command line use against icsim serve: two canisters of Motoko, two of Go, and icp.
AGENTS  := $(addprefix $(E2E)/,visitor-32.wasm proxy-32.wasm hello.wasm.gz signer.wasm.gz signer.wasm icp)

e2e: build $(MADE) $(AGENTS) ## run canisters of other compilers, unmodified agents and the page in a browser (needs npm, rustc, chromium)
	E2E=$(CURDIR)/$(E2E) $(GO) test -count=1 -v ./canister/e2e
	E2E=$(CURDIR)/$(E2E) $(GO) test -count=1 -v -run Didc ./canister/candid
	E2E=$(CURDIR)/$(E2E) $(GO) test -count=1 -v -run ResponseVerification ./crypto/httpcert
	E2E=$(CURDIR)/$(E2E) $(GO) test -count=1 -v -run Motoko ./scenarios
	E2E=$(CURDIR)/$(E2E) $(GO) test -count=1 -v -run Client ./sim/gateway/pocketic
	@command -v $(CHROMIUM) >/dev/null || { echo 'e2e: no Chromium; on Debian: apt-get install chromium, or name one: CHROMIUM=path' >&2; exit 1; }
	CHROMIUM=$(CHROMIUM) E2E=$(CURDIR)/$(E2E) $(GO) test -count=1 -v -run Browser ./sim/gateway/page
	E2E=$(CURDIR)/$(E2E) $(GO) test -count=1 -timeout 60m -v ./sim/gateway/e2e
	E2E=$(CURDIR)/$(E2E) $(GO) test -count=1 -v -run Hostile ./sim/gateway
	ICSIM_MOTOKO='node $(CURDIR)/$(COMPILE) $(CURDIR)/$(E2E)' bin/icsim run canister/e2e/testdata/programs.yaml

$(E2E)/%-32.wasm: canister/e2e/testdata/%.mo $(COMPILE) $(NODE)
	node $(COMPILE) $(E2E) $< $@ 32

$(E2E)/%-32.wasm: sim/gateway/e2e/testdata/%.mo $(COMPILE) $(NODE)
	node $(COMPILE) $(E2E) $< $@ 32

$(E2E)/hello.wasm.gz: canister/cdk/testdata/hello/main.go $(MODULE) | build
	@mkdir -p $(E2E) && bin/icsim canister build ./$(<D) -o $@

$(E2E)/signer.wasm $(E2E)/signer.wasm.gz &: sim/gateway/e2e/testdata/signer/main.go $(MODULE) | build
	@mkdir -p $(E2E) && bin/icsim canister build ./$(<D) -o $(E2E)/signer.wasm && gzip -9nkf $(E2E)/signer.wasm

$(E2E)/icp: $(NODE)
	cd $(E2E) && npm pack --silent @icp-sdk/icp-cli-linux-x64@1.5.0
	tar -xzmf $(E2E)/icp-sdk-icp-cli-linux-x64-1.5.0.tgz -C $(E2E) --strip-components=2 package/bin/icp

$(E2E)/%-64.wasm: canister/e2e/testdata/%.mo $(COMPILE) $(NODE)
	node $(COMPILE) $(E2E) $< $@ 64

$(E2E)/counter.wasm: canister/e2e/testdata/counter.rs
	@mkdir -p $(E2E); for rustc in rustc /usr/bin/rustc; do \
		test -d "$$($$rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" || continue; \
		exec $$rustc --edition 2021 --target wasm32-unknown-unknown --crate-type cdylib -C opt-level=s -C panic=abort -C strip=symbols -o $@ $<; \
	done; \
	echo 'e2e: no rustc for wasm32-unknown-unknown; on Debian: apt-get install rustc libstd-rust-dev-wasm32 lld' >&2; exit 1

$(E2E)/guests.wasm: canister/e2e/testdata/guests.ts $(NODE)
	cp $< $(E2E) && echo '{"canisters": {"guests": {"type": "azle", "main": "guests.ts"}}}' >$(E2E)/dfx.json
	cd $(E2E) && CANISTER_CANDID_PATH=$(CURDIR)/$(E2E)/guests.did node_modules/.bin/azle build guests
	cp $(E2E)/.azle/guests/guests.wasm $@

$(E2E)/ledger.wasm: $(NODE)
	cd $(E2E) && npm pack --silent azle@0.13.2
	tar -xzmf $(E2E)/azle-0.13.2.tgz -C $(E2E) --strip-components=6 $(MAINNET:%=package/examples/motoko_examples/defi/src/%)

$(NODE): Makefile
	@command -v npm >/dev/null || { echo 'e2e: npm is missing; on Debian: apt-get install npm' >&2; exit 1; }
	mkdir -p $(E2E) && npm install --prefix $(E2E) --no-audit --no-fund --ignore-scripts motoko@4.10.0 @dfinity/didc@0.0.4 azle@0.33.0 \
		@dfinity/response-verification@3.0.3 playwright-core@1.50.0 @dfinity/pic@0.23.0 \
		@icp-sdk/core@6.1.0 $(addsuffix @2.4.1,$(addprefix @dfinity/,agent candid identity identity-secp256k1 principal))
	touch $@

clean: ## remove what was built
	rm -rf bin $(E2E) $(MODULE)
