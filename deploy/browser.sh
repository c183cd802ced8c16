#!/bin/sh
# Browser tests need Debian's Chromium and a font with Chinese characters. Installed when root; said otherwise.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="chromium"
fc-list 2>/dev/null | grep -qi "cjk" || missing="$missing fonts-noto-cjk"
[ -n "$(echo "$missing" | tr -d ' ')" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "安装浏览器测试所需的 $missing …"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    { apt-get update -q && apt-get install -q -y --no-install-recommends $missing; } >/dev/null 2>&1 && exit 0
fi
echo "错误：浏览器测试需要 $missing，请先执行：apt install $missing" >&2
exit 2
