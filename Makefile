# StreamEngine: what one does with it. `make help` lists it; docs/setup.md says what is installed and where.
SHELL := /bin/bash
.DEFAULT_GOAL := build
.PHONY: help setup setup-build build test chaos demo bench lint format clean

published := artifacts/streamengine
stamp := $(published)/.published
shipped := $(wildcard deploy/graphs deploy/brands deploy/models)
# Folders are among the sources so that a file that was removed counts as a change.
sources := Directory.Build.props Directory.Packages.props global.json \
  $(shell find engine operators connectors deploy/StreamEngine.Cli $(shipped) \
    \( -name bin -o -name obj \) -prune -o \( -type f -o -type d \) -print)

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 14

setup: ## Install everything that building, testing and the demo need
	@deploy/setup.sh

setup-build:
	@deploy/setup.sh dotnet librdkafka

build: $(stamp) ## The program, at artifacts/streamengine/streamengine

$(stamp): $(sources) | setup-build
	@deploy/publish.sh $(published) $(shipped)
	@touch $@

test: setup build ## All tests; ONLY=Text,Core: those projects; KAFKA_HOME, KAFKA_BOOTSTRAP: the broker for those that need one
	@deploy/test.sh $(ONLY)

chaos: setup ## Kill everything while posts are counted, then compare; ARGS="--seed 1 --posts 200000 …"
	@deploy/chaos.sh $(ARGS)

demo: build ## A scripted day with a crisis, with embedded Kafka and ClickHouse
	@deploy/setup.sh chdb
	@$(published)/streamengine demo $(ARGS)

bench: setup ## Measure; ONLY=ingest: that part; writes artifacts/bench/report.json
	@deploy/bench.sh $(ONLY)

lint: setup-build ## Formatting, analyzers, and what must not be in a file
	@deploy/lint.sh

format: setup-build ## Mend what `make lint` finds in the formatting
	@dotnet format StreamEngine.sln

clean: ## Remove what was built; what set-up installed stays
	@rm -rf artifacts tests/js/node_modules
	@find . -type d \( -name bin -o -name obj -o -name TestResults \) -not -path './.git/*' -not -path '*/node_modules/*' -prune -exec rm -rf {} +
