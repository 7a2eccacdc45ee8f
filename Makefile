# Everything a person does with this repository. `make help` lists it.
#
# A fresh machine needs rustup, a C compiler, Node with npm, and make. Each target sets up what it needs, says so, and
# skips what is there already. Tools are kept outside the repository, one folder a version, shared by all clones.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

CARGO_LEPTOS_VERSION := 0.3.10
WASM_BINDGEN_VERSION := 0.2.130
BINARYEN_VERSION := 132.0.0
CARGO_DEB_VERSION := 3.6.2
LIGHTHOUSE_VERSION := 12.8.2
PUPPETEER_VERSION := 24.43.1

TOOLS ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/chorus-tools
CARGO_LEPTOS := $(TOOLS)/cargo-leptos-$(CARGO_LEPTOS_VERSION)/bin/cargo-leptos
WASM_BINDGEN := $(TOOLS)/wasm-bindgen-$(WASM_BINDGEN_VERSION)/bin/wasm-bindgen
WASM_OPT := $(TOOLS)/binaryen-$(BINARYEN_VERSION)/node_modules/.bin/wasm-opt
CARGO_DEB := $(TOOLS)/cargo-deb-$(CARGO_DEB_VERSION)/bin/cargo-deb
LIGHTHOUSE := $(TOOLS)/lighthouse-$(LIGHTHOUSE_VERSION)/node_modules/.bin/lighthouse
PUPPETEER := $(TOOLS)/puppeteer-core-$(PUPPETEER_VERSION)/node_modules/puppeteer-core/package.json
PATH := $(dir $(CARGO_LEPTOS)):$(dir $(WASM_BINDGEN)):$(dir $(WASM_OPT)):$(dir $(CARGO_DEB)):$(PATH)
export PATH

# Where the pinned toolchain is missing, a stable one of the same version serves as well.
RUST_VERSION := $(shell sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
ifndef RUSTUP_TOOLCHAIN
ifeq ($(shell rustup toolchain list | grep -c '^$(RUST_VERSION)-')$(shell rustc +stable --version 2>/dev/null | cut -d' ' -f2),0$(RUST_VERSION))
export RUSTUP_TOOLCHAIN := stable
endif
endif

PAGE := target/page-is-built

# These tools only lead others, so they are built fast rather than fast-running; both share one build folder.
INSTALL = CARGO_PROFILE_DEV_DEBUG=0 CARGO_TARGET_DIR=$(TOOLS)/build cargo install --quiet --debug --root
BIOME := end2end/node_modules/.bin/biome
# The browser's half is checked with the flags it is built with, so its dependencies are built once.
WASM := --features split --profile wasm-release --target wasm32-unknown-unknown --target-dir target/front

.PHONY: help
help: ## List these targets
	@echo "Chorus. Set-up is part of each target."
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Build and serve on http://127.0.0.1:3000, with a database under data/
	target/release/chorus serve

.PHONY: build
build: $(PAGE) ## Build the one executable, target/release/chorus, with the page inside it
	@echo "==> Building the server around the page"
	cargo build --release --locked --bin chorus

# Newer sources make the page anew, and so does whatever else wrote into its folder (cargo leptos watch).
PAGE_SOURCES := $(shell find app/src frontend/src style public -type f) $(wildcard target/site/pkg/*) \
  Cargo.toml Cargo.lock app/Cargo.toml frontend/Cargo.toml
BUILD_PAGE = rm -rf target/site \
  && $(1) cargo leptos build --release --split --lib-features split --precompress --frontend-only

$(PAGE): $(PAGE_SOURCES) | setup-build
	@echo "==> Building the page (WebAssembly, styles), compressed and with hashed names"
	@$(call BUILD_PAGE,)
	@touch $@

.PHONY: dev
dev: setup-build ## Develop: rebuild and reload on every change (cargo leptos watch)
	cargo leptos watch

.PHONY: test
test: lint build unit crash-test cluster-test attacked browser ## Run every check: format, clippy, unit, integration, crash, cluster, attack and browser tests

.PHONY: check
check: setup-rust ## The loop of a minute: format, clippy of what changed, unit tests of the app and the server
	cargo fmt --all
	cargo clippy --profile quick --locked --all-targets -- -D warnings
	cargo clippy $(WASM) --locked -p frontend -- -D warnings
	INSTA_UPDATE=no cargo test --profile quick --locked --quiet -p app --features ssr
	INSTA_UPDATE=no cargo test --profile quick --locked --quiet -p server --lib

.PHONY: format
format: setup-rust setup-browser ## Format Rust, TypeScript, JavaScript and CSS, and apply safe fixes of the linter
	cargo fmt --all
	$(BIOME) check --write .

.PHONY: lint
lint: setup-rust setup-browser ## Check the format, and lint Rust (native and wasm), TypeScript, CSS and shell; warnings are errors
	@echo "==> Format"
	cargo fmt --all --check
	@echo "==> TypeScript, JavaScript and CSS"
	$(BIOME) ci --error-on-warnings .
	cd end2end && npx tsc --noEmit
	@echo "==> Shell (skipped where there is no shellcheck)"
	! command -v shellcheck >/dev/null || shellcheck .ci/run $$(git ls-files '*.sh')
	@echo "==> Documents name what exists"
	node docs/check.mjs
	@echo "==> Licences, bans and sources of dependencies (skipped where there is no cargo-deny)"
	! command -v cargo-deny >/dev/null || cargo deny --log-level error check bans licenses sources
	@echo "==> Clippy: server"
	cargo clippy --profile quick --locked --all-targets -- -D warnings
	cargo clippy --profile quick --locked -p volatile-disk --all-targets -- -D warnings
	@echo "==> Clippy: the wire and the model, for clients without Leptos"
	cargo clippy --profile quick --locked -p app --all-targets -- -D warnings
	@tree=$$(cargo tree --locked -p bench -e no-dev --prefix none) && ! echo "$$tree" | grep '^leptos'
	@echo "==> Clippy: browser"
	cargo clippy $(WASM) --locked -p frontend -- -D warnings

.PHONY: measures
measures: ## Print measures of the code's readability; LIST=1 prints where each number comes from
	@node docs/measures.mjs $(if $(LIST),--list)

.PHONY: unit
unit: setup-rust ## Run the unit and integration tests
	@echo "==> Unit and integration tests"
	INSTA_UPDATE=no cargo test --profile quick --locked --tests
	@echo "==> server/tests/it/both_databases once more, against PostgreSQL (skipped, and said, where there is none)"
	CHORUS_TEST_DATABASE=postgres cargo test --profile quick --locked --test it -- --quiet both_databases::
	@echo "==> and against two servers on one PostgreSQL database, which clients use in turn"
	CHORUS_TEST_DATABASE=postgres CHORUS_TEST_NODES=2 cargo test --profile quick --locked --test it -- --quiet both_databases::

# Commits that freeze need PostgreSQL; without it they are skipped, and said.
.PHONY: crash-test
crash-test: build ## Kill the built executable under load, KILLS times, restore and move its files, and look for what was lost (see docs/RELIABILITY.md)
	@echo "==> Crash test"
	cargo build --release --locked --example crash
	target/release/examples/crash --kills $(or $(KILLS),20) $(CRASH)
	target/release/examples/crash --restores --kills 4
	target/release/examples/crash --moves --kills 3
	target/release/examples/crash --freezes --kills 6
	target/release/examples/crash --upgrade restart
	cargo test --quiet --profile quick --locked -p volatile-disk
	cargo build --release --locked -p volatile-disk
	target/release/examples/crash --power-cuts --kills 20
	target/release/examples/crash --power-cuts --kills 20 --sync normal

# Skipped, and said, without PostgreSQL; the second run also without nats-server.
.PHONY: cluster-test
cluster-test: build ## Break three nodes on one PostgreSQL, their links and their broker under load, SECONDS long, and compare the nodes
	@echo "==> Cluster test"
	cargo build --release --locked --example crash
	target/release/examples/crash --nodes 3 --seconds $(or $(SECONDS),60) $(CLUSTER)
	target/release/examples/crash --nodes 3 --seconds $(or $(SECONDS),60) --hints nats $(CLUSTER)

# One of the ways, `nodes`, is skipped, and said, without PostgreSQL.
.PHONY: upgrade-test
upgrade-test: build ## Upgrade OLD=path-to-old-executable to the built one under load, and go back, in three WAYS (without OLD it plays both parts)
	@echo "==> Upgrade test"
	cargo build --release --locked --example crash
	for way in $(or $(WAYS),restart socket nodes); do \
	  target/release/examples/crash --upgrade $$way --rollback --readers $(or $(READERS),20) $(if $(OLD),--old $(abspath $(OLD))) $(UPGRADE) \
	    || exit 1; \
	done

.PHONY: power-test
power-test: build ## Cut the power of the disk under the built executable, CUTS times (Linux, FUSE, root; see docs/RELIABILITY.md)
	cargo build --release --locked --example crash
	cargo build --release --locked -p volatile-disk
	target/release/examples/crash --power-cuts --kills $(or $(CUTS),200) $(CRASH)
	target/release/examples/crash --power-cuts --kills $(or $(CUTS),200) --sync normal $(CRASH)

.PHONY: hostile
hostile: build ## Attack the built executable from one address, and print what others feel meanwhile (4 minutes)
	cargo build --release --locked --example hostile
	target/release/examples/hostile --p99-ms 250 $(HOSTILE)

# The same for a second each, without a verdict on times: a busy machine is no fault of the server.
.PHONY: attacked
attacked: build
	@echo "==> Attacks"
	cargo build --release --locked --example hostile
	target/release/examples/hostile --seconds 1

# The parsers of untrusted input, under cargo-fuzz. Inputs that it finds beside the seeds in fuzz/corpus stay in fuzz/found.
FUZZ_TARGETS ?= frames json_lite markup search_query
FUZZ_SECONDS ?= 60

.PHONY: fuzz
fuzz: ## Fuzz each parser of FUZZ_TARGETS for FUZZ_SECONDS (60); needs nightly Rust and cargo-fuzz
	@cargo +nightly fuzz --version >/dev/null 2>&1 \
	  || { echo "make fuzz needs: rustup toolchain install nightly; cargo install cargo-fuzz"; exit 1; }
	@cp Cargo.lock fuzz/Cargo.lock
	@cd fuzz && for target in $(FUZZ_TARGETS); do \
	  echo "==> Fuzzing $$target for $(FUZZ_SECONDS) seconds"; mkdir -p found/$$target; \
	  cargo +nightly fuzz run $$target found/$$target corpus/$$target -- -max_total_time=$(FUZZ_SECONDS) -timeout=10 -max_len=16384 || exit 1; \
	done

.PHONY: browser
browser: build setup-browser ## Run the browser tests against the built executable
	@echo "==> Browser tests"
	@cd end2end && CHROMIUM="$$(./chromium.sh)" npx playwright test

# Firefox needs puppeteer-core, whose packages `make test` does without.
.PHONY: engines
engines: build setup-browser $(if $(shell command -v firefox-esr || command -v firefox),$(PUPPETEER)) ## Tell a story in Firefox and in WebKit (skipped, and said, where they are missing)
	@cd end2end && PUPPETEER=$(TOOLS)/puppeteer-core-$(PUPPETEER_VERSION) npx playwright test --config engines.config.ts

.PHONY: visual
visual: build setup-browser ## Check the layout of each state of the page on all screens, and take pictures of them
	@cd end2end && CHROMIUM="$$(./chromium.sh)" npx playwright test --config visual.config.ts

.PHONY: dev-test
dev-test: setup-build setup-browser ## Check that `cargo leptos watch`, as it is, serves the page
	end2end/dev-test.sh

.PHONY: pictures
pictures: build setup-browser ## Take the pictures in docs/pictures, of the built executable
	@cd end2end && CHROMIUM="$$(./chromium.sh)" npx playwright test --config pictures.config.ts

.PHONY: bench
bench: setup-bench ## Measure the built executable beside its peers and print tables (Linux; BENCH="--rounds 1 --seconds 2 …")
	target/release/bench $(BENCH)

.PHONY: benchmarks
benchmarks: setup-bench setup-build setup-browser ## The same, the store's and the page's tables too, and write all into docs/BENCHMARKS.md
	target/release/bench --document docs/BENCHMARKS.md $(BENCH)
	cargo build --release --locked --example store
	for part in publish scale; do printf '`target/release/examples/store %s`\n\n' $$part; target/release/examples/store $$part; echo; done \
	  | bench/write.sh store
	$(MAKE) -s lighthouse | sed -n '/^Lighthouse/,$$p' | bench/write.sh lighthouse
	$(MAKE) bench-page
	bench/write.sh page <end2end/test-results/.page.md
	bench/watch.sh | bench/write.sh watch

.PHONY: bench-cluster
bench-cluster: build ## Measure several nodes on one PostgreSQL, and what PostgreSQL and NATS do alone (BENCH="--rounds 1 …")
	cargo build --release --locked --bin bench --bin load
	target/release/bench --parts cluster --document docs/BENCHMARKS.md $(BENCH)

.PHONY: rolling-restart
rolling-restart: setup-rust ## Restart two nodes in turn under LISTENERS (300) listeners, and print how long these were cut off
	CHORUS_TEST_LISTENERS=$(or $(LISTENERS),300) cargo test --release --locked --test it -- --nocapture rolling_restart

.PHONY: proxy-test
proxy-test: setup-rust ## Run servers behind nginx and Caddy with the configurations in deploy/ (skipped, and said, where they are missing)
	cargo test --profile quick --locked --test it -- behind_proxies plain_nginx nginx_passes caddy_passes

.PHONY: bench-watch
bench-watch: setup-build ## Measure how long a change takes to reach the page under `make dev`
	@bench/watch.sh

.PHONY: weigh
weigh: build ## Print what a topic's page weighs on the wire
	bench/weigh.sh

.PHONY: bench-page
bench-page: build setup-browser ## Measure the page in a browser: what it weighs, how soon one can chat, what many messages cost
	@cd end2end && npx tsc --noEmit && rm -rf test-results && mkdir -p test-results \
	  && BENCH_OUT="$$PWD/test-results/.page.md" CHROMIUM="$$(./chromium.sh)" npx playwright test --config bench.config.ts \
	    --output test-results/bench >&2 && cat test-results/.page.md

.PHONY: lighthouse
lighthouse: build $(LIGHTHOUSE) ## Print Lighthouse's scores of a topic's page
	@CHROME_PATH="$$(end2end/chromium.sh)" end2end/bench/lighthouse.sh target/release/chorus $(LIGHTHOUSE)

.PHONY: deny
deny: ## Check licences, bans, sources and advisories of all dependencies (needs cargo-deny 0.20 and the network)
	cargo deny check

# --- what is released -------------------------------------------------------------------------------------------------

ARCH := $(shell uname -m)
MUSL_TARGET := $(ARCH)-unknown-linux-musl
HAS_MUSL = $(and $(filter $(MUSL_TARGET),$(shell rustup target list --installed 2>/dev/null)),$(shell command -v musl-gcc 2>/dev/null))
# Static in both cases: with musl where its target and its C compiler are installed, else with glibc, whose allocator is faster
# under many threads.
DIST_TARGET ?= $(if $(HAS_MUSL),$(MUSL_TARGET),$(ARCH)-unknown-linux-gnu)
DIST_PAGE := target/dist-page-is-built

# No path of the builder's machine is in what is released: panics name files. The last prefix that matches counts.
CARGO_FILES := $(or $(CARGO_HOME),$(HOME)/.cargo)
REMAP_RUST = --remap-path-prefix=$(CURDIR)=/chorus --remap-path-prefix=$(CARGO_FILES)=/cargo \
  --remap-path-prefix=$(shell rustc --print sysroot)=/rust
REMAP_C := -ffile-prefix-map=$(CURDIR)=/chorus -ffile-prefix-map=$(CARGO_FILES)=/cargo

.PHONY: dist
dist: $(DIST_PAGE) $(CARGO_DEB) ## Build what is released into target/artifacts: static executable, .deb, image, licences, SBOM, checksums
	@echo "==> Building the static executable for $(DIST_TARGET)"
	RUSTFLAGS="$(REMAP_RUST) -C target-feature=+crt-static" CFLAGS="$(REMAP_C)" \
	  cargo build --profile dist --locked --bin chorus --target $(DIST_TARGET)
	deploy/dist.sh $(DIST_TARGET)

.PHONY: dist-check
dist-check: ## Check what `make dist` has built: run it from an empty root, install, upgrade and remove the .deb (Linux, root)
	deploy/check-dist.sh

# Both pages are in target/site; this one also serves other builds.
$(DIST_PAGE): $(PAGE_SOURCES) | setup-build
	@echo "==> Building the page without paths of this machine"
	@$(call BUILD_PAGE,RUSTFLAGS="$(REMAP_RUST)")
	@touch $(PAGE) $@

# Without it, dist goes on, and says so.
$(CARGO_DEB):
	@echo "==> Installing cargo-deb $(CARGO_DEB_VERSION) (once; about 3 minutes on 2 cores)"
	-@$(INSTALL) $(TOOLS)/cargo-deb-$(CARGO_DEB_VERSION) cargo-deb --version $(CARGO_DEB_VERSION) --locked; rm -rf $(TOOLS)/build

.PHONY: clean
clean: ## Remove what was built; data/ stays
	rm -rf target fuzz/target bench/peers/*/node_modules end2end/node_modules end2end/test-results end2end/report

# --- set-up -----------------------------------------------------------------------------------------------------------

.PHONY: setup-rust
setup-rust:
	@rustup toolchain list | grep -q '^$(RUST_VERSION)-' \
	  || { echo "==> Installing Rust $(RUST_VERSION) (once)"; rustup toolchain install $(RUST_VERSION) --profile minimal; } \
	  || [ "$(RUSTUP_TOOLCHAIN)" = stable ]
	@rustup target list --installed | grep -qx wasm32-unknown-unknown \
	  || { echo "==> Adding the wasm32-unknown-unknown target (once)"; rustup target add wasm32-unknown-unknown; }
	@rustup component list --installed | grep -q '^clippy' && rustup component list --installed | grep -q '^rustfmt' \
	  || { echo "==> Adding clippy and rustfmt (once)"; rustup component add clippy rustfmt; }

.PHONY: setup-build
setup-build: setup-rust $(CARGO_LEPTOS) $(WASM_BINDGEN) $(WASM_OPT)
	@rm -rf $(TOOLS)/build

.PHONY: setup-browser
setup-browser: end2end/node_modules/.package-lock.json

.PHONY: setup-bench
setup-bench: build bench/peers/node/node_modules/.package-lock.json bench/peers/bun/node_modules/.package-lock.json
	@echo "==> Building the load generator and the peers in Rust"
	cargo build --release --locked --bin bench --bin load --bin limit --bin usual

$(CARGO_LEPTOS):
	@echo "==> Installing cargo-leptos $(CARGO_LEPTOS_VERSION) (once; about 5 minutes on 2 cores)"
	@$(INSTALL) $(TOOLS)/cargo-leptos-$(CARGO_LEPTOS_VERSION) cargo-leptos --version $(CARGO_LEPTOS_VERSION) --locked

# Its own lock file names a version that was withdrawn, so this one goes without.
$(WASM_BINDGEN):
	@echo "==> Installing wasm-bindgen $(WASM_BINDGEN_VERSION) (once; about a minute)"
	@$(INSTALL) $(TOOLS)/wasm-bindgen-$(WASM_BINDGEN_VERSION) wasm-bindgen-cli --version $(WASM_BINDGEN_VERSION)

$(WASM_OPT):
	@echo "==> Installing wasm-opt from binaryen $(BINARYEN_VERSION) (once)"
	@npm install --silent --no-save --no-audit --no-fund --prefix $(TOOLS)/binaryen-$(BINARYEN_VERSION) binaryen@$(BINARYEN_VERSION)

# A peer that cannot be installed is left out of the tables, which say so.
bench/peers/%/node_modules/.package-lock.json: bench/peers/%/package-lock.json
	@echo "==> Installing the peer $* from npm"
	-@cd bench/peers/$* && npm ci --silent --no-audit --no-fund --ignore-scripts && touch node_modules/.package-lock.json

$(LIGHTHOUSE):
	@echo "==> Installing Lighthouse $(LIGHTHOUSE_VERSION) (once)"
	@npm install --silent --no-save --no-audit --no-fund --prefix $(TOOLS)/lighthouse-$(LIGHTHOUSE_VERSION) lighthouse@$(LIGHTHOUSE_VERSION)

$(PUPPETEER):
	@echo "==> Installing puppeteer-core $(PUPPETEER_VERSION) (once)"
	@npm install --silent --no-save --no-audit --no-fund --ignore-scripts --prefix $(TOOLS)/puppeteer-core-$(PUPPETEER_VERSION) puppeteer-core@$(PUPPETEER_VERSION)

end2end/node_modules/.package-lock.json: end2end/package-lock.json
	@echo "==> Installing the browser tests' npm packages"
	@cd end2end && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@
