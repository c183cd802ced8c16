#!/bin/sh
# Makes .venv with the locked packages. Needs python3.11 with venv; says so in one sentence otherwise.
# Usage: deploy/bootstrap.sh [extra uv groups…]
set -eu
cd "$(dirname "$0")/.."
say() { echo "错误：$1" >&2; exit 2; }

PY=""
for candidate in ${PYTHON:-} python3.11 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        [ "$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = 3.11 ]; then
        PY=$candidate
        break
    fi
done
[ -n "$PY" ] || say "需要 Python 3.11（Debian 12 自带：apt install python3 python3-venv）。"
[ -w . ] || say "目录 $(pwd) 不可写，请换一个有写权限的目录。"

if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c '' 2>/dev/null; then
    rm -rf .venv
    "$PY" -c 'import venv, ensurepip' 2>/dev/null || say "缺少 python3-venv，请先执行：apt install python3-venv"
    "$PY" -m venv .venv || say "无法建立虚拟环境 .venv，请检查磁盘空间和写权限。"
fi
if [ ! -x .venv/bin/uv ]; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.13" ||
        say "无法安装 uv，请检查到软件包源的网络。"
fi
groups=""
for group in "$@"; do groups="$groups --group $group"; done
# shellcheck disable=SC2086
.venv/bin/uv sync --quiet --frozen --inexact --no-default-groups $groups ||
    say "无法安装 uv.lock 里的软件包，请检查到软件包源的网络和磁盘空间。"
