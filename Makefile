# make demo     set up .venv, measure the sample films, open napari on them
# make test     set up what the tests need and run everything
# make quick    lint, and the tests that need neither networks nor a window
# make docs     the documentation as a site in out/site, strictly
# make bench    the figures of docs/benchmarks.md
# make weights  train the bundled weights anew
# make picture  the README's picture, from a real window

VENV ?= .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
SETUP := pyproject.toml constraints.txt scripts/setup_env.sh

# Bytecode is kept, whatever the shell says: the tests start many processes.
export PYTHONDONTWRITEBYTECODE :=

QUICK := tests/core tests/bmd tests/study tests/synthesis tests/quality/test_policy.py

# What a rendered window needs on a bare Debian 12 or Ubuntu.
PACKAGES := xvfb xauth libgl1 libegl1 libopengl0 libglx-mesa0 libgl1-mesa-dri \
	libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 \
	libxcb-image0 libxcb-render-util0 libxcb-xinerama0 libdbus-1-3 libfontconfig1
# What the tests check DICOM results with: dciodvfy and dsrdump.
VALIDATORS := dicom3tools dcmtk
# The archive that tests take films from.
ARCHIVE := orthanc orthanc-dicomweb

LINTERS := lint-code lint-format lint-types lint-imports lint-manifest

.PHONY: demo test quick quick-tests lint $(LINTERS) docs bench weights picture system

demo: $(STAMPS)/all
	$(BIN)/hipbmd demo

# A window or a process that another program has held up is given a second try, which
# the summary lists as RERUN: a test that needs it is to be mended.
test: lint system
	OMP_NUM_THREADS=1 scripts/with_display.sh $(BIN)/pytest -n 2 --dist loadfile \
		--reruns 1

quick: $(STAMPS)/test
	$(MAKE) --no-print-directory -j lint quick-tests

quick-tests:
	OMP_NUM_THREADS=1 $(BIN)/pytest -q -n auto -p no:napari -m "not slow and not e2e" \
		$(QUICK)

docs: $(STAMPS)/docs
	$(BIN)/python scripts/architecture_picture.py
	rm -rf .cache  # notebooks are run, not remembered
	$(BIN)/mkdocs build --strict --quiet

lint: $(STAMPS)/test
	$(MAKE) --no-print-directory -j --output-sync $(LINTERS)

lint-code:
	$(BIN)/ruff check

lint-format:
	$(BIN)/ruff format --check

lint-types:
	$(BIN)/mypy

lint-imports:
	$(BIN)/lint-imports

lint-manifest:
	$(BIN)/npe2 validate src/napari_hipbmd/napari.yaml

system:
	scripts/system_packages.sh $(PACKAGES) $(VALIDATORS) $(ARCHIVE)

bench: $(STAMPS)/all
	$(BIN)/python benchmarks/run.py

weights: $(STAMPS)/all
	PATH="$(abspath $(BIN)):$$PATH" scripts/make_weights.sh

picture: $(STAMPS)/all system
	scripts/with_display.sh $(BIN)/python scripts/screenshot.py

$(STAMPS)/%: $(SETUP)
	scripts/setup_env.sh $(VENV) $*
	mkdir -p $(STAMPS) && touch $@
