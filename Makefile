# make demo   a sample archive in the browser      make test   everything CI runs
VENV ?= .venv
POT ?= build/messages.pot
PORT ?= 8000
DATA ?= data
FUZZ_SECONDS ?= 60
KILLS ?= 300
PYTHON ?= python3
MINUTES ?= 5
WORKERS ?= 2
# Tests start many processes: each would compile every module again if bytecode were not kept.
PYTEST = PYTHONDONTWRITEBYTECODE= $(VENV)/bin/python -m pytest
PIP = $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
SETUP = pyproject.toml constraints.txt Makefile

.PHONY: demo test test-fast lint types translations crash hostile corruption bench bench-extraction bench-intake bench-stories bench-txtai soak clean

demo: $(VENV)/installed
	$(VENV)/bin/hemero demo --port $(PORT)

test: lint types
	$(PYTEST) -n $(WORKERS) --dist loadfile

# make test-fast   without the tests that take over two seconds each, and without lint and types
test-fast: $(VENV)/installed-for-tests
	$(PYTEST) -n $(WORKERS) --dist loadfile -m "not slow"

lint: $(VENV)/installed-for-tests
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports --no-cache

# make translations   the catalogues brought up to the texts of the program, and compiled
translations: $(VENV)/installed-for-tests
	mkdir -p $(dir $(POT))
	$(VENV)/bin/pybabel --quiet extract --mapping web/i18n/translations/babel.cfg \
		--keyword define:2 --keyword define_plural:2,3 --no-location --omit-header \
		--output $(POT) archive indexer web
	$(VENV)/bin/pybabel --quiet update --no-fuzzy-matching --ignore-obsolete --no-wrap \
		--ignore-pot-creation-date --input-file $(POT) --output-dir web/i18n/translations
	$(VENV)/bin/pybabel --quiet compile --directory web/i18n/translations

types: $(VENV)/installed-for-tests
	$(VENV)/bin/python -m mypy

# make crash KILLS=1000   an archive killed at its work, then every command on a disk that fails
crash: $(VENV)/installed-for-tests
	$(VENV)/bin/python -m tests.reliability.crash.run --kills $(KILLS)
	$(VENV)/bin/python -m tests.reliability.faults.walk --points 30

# make hostile DATA=folder/with/blns.json FUZZ_SECONDS=300   hostile strings through every place
hostile: $(VENV)/installed-for-tests
	$(PIP) atheris
	$(VENV)/bin/python -m pip check
	$(VENV)/bin/python -m tests.reliability.hostile.run $(DATA)
	$(VENV)/bin/python -m tests.reliability.fuzz.run --seconds $(FUZZ_SECONDS)

# make corruption   every file of an archive damaged in every way, one at a time: is it noticed?
corruption: $(VENV)/installed-for-tests
	$(VENV)/bin/python -W ignore -m tests.reliability.corruption.run

# make bench DATA=folder/with/articles.jsonl.gz
bench: $(VENV)/installed
	$(VENV)/bin/python benchmarks/bench.py $(DATA)

# make bench-extraction DATA=folder/with/truth.jsonl
bench-extraction: $(VENV)/installed
	$(VENV)/bin/python benchmarks/extraction.py $(DATA)

# make bench-intake DATA=folder/with/articles.jsonl.gz PAGES=folder/of/html.gz
bench-intake: $(VENV)/installed
	$(VENV)/bin/python benchmarks/intake.py $(DATA) $(PAGES)

# make bench-stories DATA=folder/with/same_story.json
bench-stories: $(VENV)/installed
	$(VENV)/bin/python benchmarks/same_story.py $(DATA) --limit 6000

# make soak SOAK_HOME=archive/built/before [MINUTES=5]   or DATA=folder/with/articles.jsonl.gz
soak: $(VENV)/installed-for-tests
	$(VENV)/bin/python -m tests.reliability.soak.run --minutes $(MINUTES) \
		$(if $(SOAK_HOME),--home $(SOAK_HOME),--data $(DATA))

# make bench-txtai DATA=folder/with/topics.tsv   beside txtai, in an environment of its own
bench-txtai:
	$(PYTHON) -m venv $(VENV)-txtai
	$(VENV)-txtai/bin/python -m pip install --quiet --constraint constraints.txt --editable . txtai
	$(VENV)-txtai/bin/python benchmarks/side_by_side.py $(DATA)

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check "pip>=24"

$(VENV)/installed: $(VENV)/bin/python $(SETUP)
	$(PIP) --editable .
	touch $@

$(VENV)/installed-for-tests: $(VENV)/bin/python $(SETUP)
	$(PIP) --editable ".[test]"
	touch $(VENV)/installed $@
