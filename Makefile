# 融e通. `make help` lists the targets. A line `##@ name` opens a group, `## text` after a target describes it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STORY ?= guangji-road
ARGS ?=
# Processes for `make test`: one of them takes all tests that need servers.
WORKERS ?= 2

# The tests sign in at a real identity provider; its packages are kept apart from ours.
PROVIDER := .provider
PROVIDER_PACKAGE := canaille[front,oidc,sqlite]>=0.3.6

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate $(if $(UPGRADE),--upgrade)

# Prefect asks before it phones home, and tests and tools import it without our settings.
export DO_NOT_TRACK := 1

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

##@ 运行 Run

.PHONY: up
up: $(VENV)/.ready ## 启动全部服务 Start Prefect, its UI, the API and the worker (Ctrl-C stops them)
	exec $(BIN)/rongetong up $(ARGS)

.PHONY: demo
demo: $(VENV)/.ready ## 演示 A made-up district to look around in, with accounts for every role: make demo [ARGS=--fresh]
	exec $(BIN)/rongetong demo $(ARGS)

.PHONY: story
story: $(VENV)/.ready ## 重演一件真实诉求 Replay a case: make story STORY=guangji-road
	exec $(BIN)/rongetong story $(STORY) $(ARGS)

##@ 检查 Check

.PHONY: test
test: $(VENV)/.ready-dev $(PROVIDER)/.ready ## 全部测试 Every test, on SQLite and PostgreSQL: make test ARGS="tests/domain -x"
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadgroup $(ARGS)

.PHONY: test-fast
test-fast: $(VENV)/.ready-dev ## 快速测试 Tests that need no running Prefect server
	$(BIN)/python -m pytest -m "not slow" $(ARGS)

.PHONY: lint
lint: $(VENV)/.ready-dev ## 代码规范 ruff, its formatter, and the direction of the imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo

.PHONY: types
types: $(VENV)/.ready-dev ## 类型检查 mypy, strict
	$(BIN)/mypy

.PHONY: bench
bench: $(VENV)/.ready-dev ## 全部基准 Every benchmark below, one after the other (hours)
	for each in lifecycle dispatch learning message place words same figures; do $(MAKE) bench-$$each ARGS=; done

.PHONY: bench-lifecycle
bench-lifecycle: $(VENV)/.ready-dev ## 办理的代价 What a petition costs: make bench-lifecycle [ARGS=--postgresql]
	$(BIN)/python -m benchmarks.lifecycle $(ARGS)

.PHONY: bench-dispatch
bench-dispatch: $(VENV)/.ready-dev ## 关键词的准确率 How often the keywords are right, on ../shared/data if it is there
	$(BIN)/python -m benchmarks.dispatch $(ARGS)

.PHONY: bench-learning
bench-learning: $(VENV)/.ready-dev ## 学习的准确率 How well dispatch learns, beside the plain way (20 minutes)
	$(BIN)/python -m benchmarks.learning $(ARGS)

.PHONY: bench-message
bench-message: $(VENV)/.ready-dev ## 一件诉求的派遣 What one message costs: keywords, learned and place together
	$(BIN)/python -m benchmarks.one_message

.PHONY: bench-place
bench-place: $(VENV)/.ready-dev ## 地点的速度 What looking up a place costs, and place names found falsely
	$(BIN)/python -m benchmarks.place $(ARGS)

.PHONY: bench-words
bench-words: $(VENV)/.ready-dev ## 词表加大的代价 What half a million words cost
	$(BIN)/python -m benchmarks.word_lists

.PHONY: bench-same
bench-same: $(VENV)/.ready-dev ## 查重的快慢和准确率 How fast and how rightly duplicates are found: ARGS="--sizes 10000"
	$(BIN)/python -m benchmarks.same_matter $(ARGS)

.PHONY: bench-figures
bench-figures: $(VENV)/.ready-dev ## 指标的耗时 What figures cost on large ledgers: make bench-figures [ARGS=--postgresql]
	$(BIN)/python -m benchmarks.figures $(ARGS)

.PHONY: bench-dashboard
bench-dashboard: $(VENV)/.ready-dev ## 总览的耗时 What the dashboard costs: make bench-dashboard [ARGS=--postgresql]
	$(BIN)/python -m benchmarks.dashboard $(ARGS)

.PHONY: ci
ci: lint types test ## 与 CI 相同 Everything CI runs (.ci/run also installs what Debian lacks)

##@ 维护 Maintain

.PHONY: format
format: $(VENV)/.ready-dev ## 整理代码 Format and fix what ruff can fix by itself
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

.PHONY: migration
migration: $(VENV)/.ready-dev ## 生成数据库迁移 Draft a revision from the models: make migration name="add towns"
	@test -n "$(name)" || { echo '用法 usage: make migration name="what changes"'; exit 2; }
	scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; \
	$(BIN)/alembic -x url="sqlite:///$$scratch/ledger.db" upgrade head; \
	$(BIN)/alembic -x url="sqlite:///$$scratch/ledger.db" revision --autogenerate --message "$(name)"
	$(BIN)/ruff check --fix-only --quiet migrations
	$(BIN)/ruff format --quiet migrations

.PHONY: docs
docs: $(VENV)/.ready ## 重新生成文档 Write the pages that are generated from tables
	$(BIN)/rongetong docs $(ARGS)

.PHONY: screenshots
screenshots: $(VENV)/.ready-dev ## 重新截图 Pictures of the pages for the README (needs chromium and a Chinese font)
	$(BIN)/python -m tests.support.screenshots

.PHONY: lock
lock: ## 锁定依赖 Compile the lock files: make lock [UPGRADE=1]
	@test -x $(BIN)/uv || $(MAKE) $(VENV)/.ready-dev  # not a prerequisite: what pyproject.toml newly asks for is not locked yet
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(COMPILE) pyproject.toml --extra dev --constraint requirements.lock --output-file requirements-dev.lock
	echo '$(PROVIDER_PACKAGE)' | $(COMPILE) - --output-file requirements-provider.lock

.PHONY: clean
clean: ## 清理 Remove the environment and every cache; the data in var/ stays
	rm -rf $(VENV) $(PROVIDER) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## 本页 This page
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n\033[1m%s\033[0m\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# The environment. Each stamp is newer than what it was built from, so nothing is done twice.
# The lock names every package with its hashes, so pip resolves nothing (`--no-deps`): its resolver would look at newer
# releases first and refuse them for having no hash. The project itself is linked without a build environment, because
# that would be fetched unpinned.

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# setuptools warns of every editable install; here it is the point.
LINK := PYTHONWARNINGS=ignore $(INSTALL) --no-deps --no-build-isolation --editable .
CHECK := $(BIN)/python -m pip check --quiet --disable-pip-version-check

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo '需要 Python 3.11 或更高版本；可用 make PYTHON=/路径/python3.11 指定。' >&2; \
		echo 'Python 3.11 or newer is needed; name one with make PYTHON=/path/to/python3.11.' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo '此 Python 不能创建虚拟环境。Debian/Ubuntu 请先安装：apt-get install python3-venv' >&2; \
		echo 'This Python cannot create environments. On Debian/Ubuntu: apt-get install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: requirements.lock pyproject.toml | $(BIN)/python
	@echo '安装依赖 installing requirements.lock …'
	@$(INSTALL) --no-deps --require-hashes --requirement requirements.lock
	@$(LINK)
	@$(CHECK)
	@touch $@

# `make test` and CI need it; no other part of the project does.
$(PROVIDER)/.ready: requirements-provider.lock | $(BIN)/python
	@echo '安装测试用的统一身份服务 installing requirements-provider.lock …'
	@test -x $(PROVIDER)/bin/python || $(PYTHON) -m venv $(PROVIDER)
	@$(PROVIDER)/bin/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --require-hashes --requirement requirements-provider.lock
	@touch $@

# The development lock holds everything of the other one, in the same versions.
$(VENV)/.ready-dev: requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/python
	@echo '安装依赖 installing requirements-dev.lock …'
	@$(INSTALL) --no-deps --require-hashes --requirement requirements-dev.lock
	@$(LINK)
	@$(CHECK)
	@touch $(VENV)/.ready $@
