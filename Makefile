# Two commands do everything: `make chat VIDEOS=folder` and `make test`. Both set up .venv first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LIBRARY_OPTION := $(if $(LIBRARY),--library "$(LIBRARY)")
PORT ?= 8501

# Each command and each decoder is a process of its own: without Python's cache each compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup chat demo test lint types check bench-gpu bench-media bench-crash bench-answers lock clean

help:  ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(STAMP)  ## Make the virtual environment from requirements.lock

# Everything is pinned in the lock, so nothing has to be resolved: that is what takes pip minutes.
$(STAMP): requirements.lock pyproject.toml
	@echo "Setting up $(VENV): a few minutes the first time."
	@$(PYTHON) -c 'import sys; assert sys.version_info[:2] >= (3, 11), "Witness needs Python 3.11 or newer; say which with make PYTHON=python3.11"'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile --no-deps -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

chat: $(STAMP)  ## Index VIDEOS (a folder or file; default: the demo clip) and serve the chat on PORT
ifdef VIDEOS
	@$(BIN)/witness index "$(VIDEOS)" $(LIBRARY_OPTION) || echo "Some files could not be used (listed above); the chat answers from the others."
	@$(BIN)/witness chat $(LIBRARY_OPTION) --port $(PORT)
else
	@$(BIN)/witness chat --demo $(LIBRARY_OPTION) --port $(PORT)
endif

demo: $(STAMP)  ## Draw the demo clip, index it, and ask it three questions
	@$(BIN)/witness demo $(LIBRARY_OPTION)

test: $(STAMP)  ## Run the tests
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

lint: $(STAMP)  ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)  ## Check types
	$(BIN)/mypy

check: lint types test  ## Lint, types and tests

bench-gpu: $(STAMP)  ## Time Qwen3-VL with random weights; CONFIGS is a folder of released configurations
	$(BIN)/python -m bench.gpu $(if $(CONFIGS),--configs "$(CONFIGS)")

# What a bench compares with is no part of Witness and would pull in a second OpenCV: hence --no-deps.
bench-media: $(STAMP)  ## Measure reading videos: exactness, speed, memory, segments of FOOTAGE (a folder), damage; HOUR=1 for longer ones
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps scenedetect==0.7.2
	$(BIN)/python -m bench.media.exact
	$(BIN)/python -m bench.media.walk $(if $(HOUR),--hour)
	$(if $(FOOTAGE),$(BIN)/python -m bench.media.segments "$(FOOTAGE)")
	$(BIN)/python -m bench.media.damage
	$(BIN)/python -m bench.media.fuzz $(if $(HOUR),,--minutes 4)

bench-crash: $(STAMP)  ## Kill index runs 100 times, run two at once, fill the disk, and compare the libraries
	$(BIN)/python -m bench.crash

bench-answers: $(STAMP)  ## Measure retrieval with CAPTIONS (a JSON file of timed captions) beside LangChain's own, its speed, and answers
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps langchain-chroma==1.1.0
	$(if $(CAPTIONS),$(BIN)/python -m bench.answers.retrieval --captions "$(CAPTIONS)")
	$(BIN)/python -m bench.answers.speed
	@films=$$(mktemp -d) && trap 'rm -rf "$$films"' EXIT && \
	  $(BIN)/python -m bench.answers.seconds --folder "$$films" && $(BIN)/python -m bench.answers.no --folder "$$films"

lock:  ## Make requirements.lock anew from pyproject.toml (takes minutes)
	sh .ci/lock.sh $(PYTHON)

clean:  ## Remove the virtual environment and caches; libraries of videos are not touched
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache *.egg-info build dist
