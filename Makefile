# `make help` lists what there is.
.DEFAULT_GOAL := help
BIN := .venv/bin
LOCKED := uv.lock pyproject.toml deploy/bootstrap.sh

.PHONY: help install run test check bench faults fuzz fmt

help: ## 列出可用的命令
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

.venv/.run: $(LOCKED)
	@deploy/bootstrap.sh
	@touch $@

.venv/.test: $(LOCKED)
	@deploy/bootstrap.sh dev test
	@touch $@ .venv/.run

.venv/.bench: $(LOCKED)
	@deploy/bootstrap.sh dev test bench
	@touch $@ .venv/.test .venv/.run

install: .venv/.run ## 建立虚拟环境并安装锁定的软件包

run: install ## 演示模式启动全部部件（按 Ctrl-C 结束）
	@$(BIN)/chengguan demo

test: .venv/.test ## 全部测试：真实 PostgreSQL、Valkey、浏览器
	@deploy/test_packages.sh
	@$(BIN)/python -m tests.suites

check: .venv/.test ## 格式、类型、导入方向与自有规则
	@$(BIN)/ruff format --check --quiet . || { echo "请先执行 make fmt" >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tests.lints

bench: .venv/.bench ## 性能指标，写入 benchmarks/results/latest.json
	@$(BIN)/python -m benchmarks

faults: .venv/.test ## 故障注入：十项承诺、两种数据库，写入 tests/faults/results/latest.json
	@deploy/test_packages.sh
	@$(BIN)/python -m tests.faults

fuzz: .venv/.test ## 一百万个随机报文送进编解码和解析
	@$(BIN)/python -m tests.fuzz

fmt: .venv/.test ## 整理格式
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .
