# make demo and make test do all set-up themselves. Python >= 3.11; uv is used when it is there.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
UV     := $(shell command -v uv 2>/dev/null)
DEMO   ?=
SIMULATE ?=
PROCESSES ?= 2
ALONE  := tests/faults/test_replicas.py tests/faults/test_postgres_restarts.py
LONG   := $(addprefix tests/faults/test_,telegram.py receipts_first.py many_debits.py \
          $(addprefix kill_,tabs.py transfers.py broadcasts.py matching.py pledges.py))

.PHONY: help demo run install install-dev test check faults bench simulate-monthly pictures sbom audit lock clean

help:
	@echo "make demo      try it: a chat page on this machine, nothing else needed"
	@echo "make test      every test: both databases and the browser"
	@echo "make check     ruff, mypy --strict, import contracts, and the quick half of the faults (a minute and a half)"
	@echo "make faults    kills, power losses, full disks, …: the whole suite, into docs/reliability.md (long)"
	@echo "make bench     how fast it is here, into docs/performance.md (40 minutes)"
	@echo "make simulate-monthly  two years of 5,000 monthly donors beside a model of the rules: SIMULATE='--engine postgres --seed 7'"
	@echo "make pictures  the demo and every screen, both languages, into docs/pictures/"
	@echo "make sbom      what a running Yizan consists of, as CycloneDX: sbom.cdx.json"
	@echo "make audit     is a known vulnerability in what we pin? fails when it can't be found out"
	@echo "make run       the bot on Telegram (YIZAN_TELEGRAM__TOKEN)"
	@echo "make lock      renew the hash-locked requirements (needs uv)"

demo: install
	$(PY) main.py demo $(DEMO)

run: install
	$(PY) main.py run

install: $(VENV)/.run
install-dev: $(VENV)/.dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Yizan needs Python 3.11 or newer; name one: make PYTHON=python3.12 …"; exit 2; }
ifdef UV
	$(UV) venv -q --python $(PYTHON) $(VENV)
else
	$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: apt install python3-venv"; exit 2; }
endif

# The stamp is written last, so an interrupted install starts again. The development set contains the other.
$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	@[ -f $(VENV)/.dev ] && [ $(VENV)/.dev -nt requirements.txt ] || $(call sync,requirements.txt)
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(VENV)/bin/python
	@$(call sync,requirements-dev.txt)
	@touch $@

# Compiled at install (pip does so by itself): every start is twice as fast, also where Python may not write bytecode.
ifdef UV
sync = $(UV) pip install -q --compile-bytecode --python $(PY) --require-hashes -r $(1)
else
sync = $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r $(1)
endif

check: install-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) -m pytest -n 3 tests/faults $(addprefix --ignore=,$(ALONE)) $(addprefix --ignore=,$(LONG))

faults: install-dev
	$(PY) -m tools.reliability

# Two processes, each with its own PostgreSQL: half the time. What measures how fast one replica replaces another comes
# after them, alone.
test: install-dev
	$(PY) tools/ensure_browser.py
	$(PY) tools/ensure_peers.py
	$(PY) -m pytest -n $(PROCESSES) $(addprefix --ignore=,$(ALONE))
	$(PY) -m pytest $(ALONE)

bench: install-dev
	$(PY) -m bench --page docs/performance.md

simulate-monthly: install-dev
	$(PY) -m tools.simulate_monthly $(SIMULATE)

pictures: install-dev
	$(PY) tools/ensure_browser.py
	$(PY) -m tools.pictures

sbom: install-dev
	$(PY) -m tools.sbom

audit: install-dev
	$(PY) -m tools.audit

lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" requirements.in -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" -c requirements.txt requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
