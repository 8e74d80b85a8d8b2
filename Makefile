# Thin targets; each is named in README.md.
CARGO ?= cargo
FENCEPOST = target/release/fencepost
SANDBOX ?= full
PYTHON ?= python3

.PHONY: check test test-dialects test-records fidelity lint record build bench bench-peers bench-scale bench-many bench-sandbox install python3.13t

## The main job: builds, then verifies the guides on the CPythons found. SANDBOX=off where none can be had.
check: build
	$(FENCEPOST) check --sandbox $(SANDBOX)

build:
	$(CARGO) build --release --locked

## All tests; what the machine lacks is counted at the end.
test:
	@rm -f target/tmp/skipped.txt
	$(CARGO) test --locked
	@if [ -s target/tmp/skipped.txt ]; then cat target/tmp/skipped.txt; wc -l < target/tmp/skipped.txt | xargs echo "tests skipped:"; fi

## What chance and kills could break, tried often, on the oldest and the newest CPython; takes long.
## 25 moments of each of two kinds are 50.
test-records:
	FENCEPOST_TRIES=20 FENCEPOST_MOMENTS=25 FENCEPOST_GUIDES=100 $(CARGO) test --locked --test suite -- instability:: killed

## All guides and fixtures, forked and started anew, on every CPython found: both must say the same.
fidelity:
	FENCEPOST_FIDELITY=whole $(CARGO) test --locked --test suite fidelity:: -- --nocapture

## The tools whose markup is read, beside fencepost on the same guides; PYTHON is 3.12 or newer.
DIALECTS = target/dialects
test-dialects: $(DIALECTS)/installed
	$(CARGO) build --locked
	$(DIALECTS)/bin/python -B tests/dialects/literals.py
	$(DIALECTS)/bin/python -B tests/dialects/compare.py target/debug/fencepost

# On 3.11 pytest ends over the tracebacks of pytest-examples.
$(DIALECTS)/installed: tests/dialects/requirements.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 12) or sys.exit("error: `make test-dialects` needs CPython 3.12 or newer\nhint: make test-dialects PYTHON=python3.12")'
	$(PYTHON) -m venv --clear $(DIALECTS)
	$(DIALECTS)/bin/python -m pip install --quiet --require-hashes --no-deps -r $<
	touch $@

## Formatting, clippy with warnings denied, documentation.
lint:
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --document-private-items

## Records the guides' expectations on every CPython found.
record: build
	$(FENCEPOST) record

## A free-threaded CPython for the tests; never required.
python3.13t:
	.ci/python3.13t target/python3.13t

## The pure stages, against their floors, and the sandbox.
bench:
	$(CARGO) bench --locked

## fencepost beside its peers on 1,000 examples: a table of ratios in Markdown; installs them below target/.
bench-peers: build
	$(PYTHON) benches/peers.py

## Four interpreters against one, sleepers beside burners, extraction of 3,000 guides: each with its aim.
bench-scale: build
	$(PYTHON) benches/scale.py interpreters load naps extraction

## 20,000 examples against 1,000: time of each, memory, and what grows.
bench-many: build
	$(PYTHON) benches/scale.py many

## A run in the sandbox against a bare spawn of the same interpreter.
bench-sandbox:
	$(CARGO) bench --locked --bench sandbox

install:
	$(CARGO) install --locked --path .
