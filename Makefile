# All targets set up a virtual environment in .venv by themselves: Python 3.11 or newer and make
# are all that a machine needs. `make` alone lists the targets.

# The pins were tested with 3.11; a newer Python will do.
PYTHON ?= $(shell python3.11 -c "print('python3.11')" 2>/dev/null || echo python3)
VENV ?= .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Found in PATH means an NVIDIA driver is there, and PyTorch's ordinary build is the right one.
NVIDIA := $(shell command -v nvidia-smi 2>/dev/null)

# What `make check` leaves to `make test`: whole runs, real processes, programs as large as they come.
LONG := architecture properties lang/test_hostile.py bench cli execute learn library neural tasks train solving \
        search/backward search/fast search/genetic search/loops search/portfolio search/test_best_first.py \
        search/test_aggregates.py search/test_bank_laws.py search/test_forms.py search/test_nested.py \
        search/test_settle.py search/test_sketch.py search/test_telling.py search/test_templates.py \
        test_networks_page.py test_public_names.py test_readme.py test_solve.py test_tensor_tasks.py

.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-gpu check format format-check lint types layers fast kernels speed speed-gpu fuzz docs clean setup

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## /\1\t/' | \
	  while IFS="$$(printf '\t')" read -r name text; do printf '  make %-13s %s\n' "$$name" "$$text"; done

demo: setup ## programs found by enumeration, evolution and gradients, with controls (under two minutes)
	$(BIN)/progsynth demo

test: kernels ## run the tests (slow and GPU ones apart)
	$(BIN)/python -m pytest -n 2

test-all: kernels ## run the slow tests as well
	$(BIN)/python -m pytest -n 2 -m "not gpu"

test-gpu: setup ## run the tests that need a GPU
	$(BIN)/python -m pytest -m gpu

check: format-check lint types layers fast ## all that must hold before a commit (under two minutes)

format: setup ## format the sources
	$(BIN)/ruff format .

format-check: setup ## are the sources formatted?
	$(BIN)/ruff format --check .

lint: setup ## ruff's findings
	$(BIN)/ruff check .

types: setup ## mypy, strict
	$(BIN)/mypy

layers: setup ## imports only go down; packages listed; no paths of one machine
	$(BIN)/python -m pytest -q tests/architecture

fast: setup ## the fast tests of single parts
	$(BIN)/python -m progsynth.lang.vm.compile
	$(BIN)/python -m pytest -q -n 2 $(addprefix --ignore tests/,$(LONG)) -k "not deep and not long_functions"

# Tests have time limits: on a machine that is shared, one that compiled first would run into its own.
kernels: setup ## compile the kernels, once for a machine and these sources
	$(BIN)/python -m progsynth.lang.vm.compile
	$(BIN)/python -m progsynth.search.fast.compile & other=$$!; \
	  $(BIN)/python -m progsynth.search.genetic.flat.compile && wait $$other

speed: setup ## measure the engines (several minutes; results are appended to benchmarks/results)
	$(BIN)/python -m benchmarks.vm_speed

speed-gpu: setup ## whole searches on the CPU and on a GPU, where there is one
	$(BIN)/python -m benchmarks.speed_gpu

fuzz: setup ## compare all engines on 1,000,000 random programs (hours; resumes where it stopped)
	$(BIN)/python -m benchmarks.fuzz --programs 1000000 --processes 2

docs: setup ## write the generated pages: the table of primitives
	$(BIN)/python docs/generate.py

clean: ## remove the environment and everything that can be made again
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# ---------------------------------------------------------------------------------- set-up
#
# Stamp files say what is done; each step runs again when what it reads has changed.

setup: $(VENV)/.installed

$(VENV)/.made:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "progsynth needs Python 3.11 or newer; say make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

# PyTorch comes first, in a step of its own, so that nothing else chooses its build.
$(VENV)/.torch: $(VENV)/.made constraints.txt scripts/install_torch.sh
	PYTHON=$(BIN)/python NVIDIA="$(NVIDIA)" sh scripts/install_torch.sh
	@touch $@

$(VENV)/.installed: $(VENV)/.torch pyproject.toml constraints.txt
	$(BIN)/python -m pip install -qq -c constraints.txt -e '.[dev,data]'
	@touch $@
