# Two commands: `make run` and `make test`; both set up first, from the lock, without root.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export CDP_HOME ?= $(CURDIR)
export DAGSTER_HOME := $(CDP_HOME)/data/dagster

.PHONY: spark run test test-long ui lint setup ci-test

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip --version >/dev/null
	$(BIN)/python -c "import uv" 2>/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/python -m uv pip install --quiet --system-certs --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/python -m uv pip install --quiet --system-certs --python $(BIN)/python --no-deps --editable .
	touch $@

# Apache Spark beside the rest; it needs Java 17 or newer.
spark: setup $(VENV)/.spark

$(VENV)/.spark: requirements.spark.lock
	$(BIN)/python -m uv pip install --quiet --system-certs --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.spark.lock
	touch $@

run: setup
	$(BIN)/cdp run --sample

test: setup
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --durations 25 --durations-min 10

test-long: setup
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --hypothesis-profile long

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

ui: setup
	$(BIN)/cdp ui
