#!/bin/sh
# What the tests need of Debian: Chromium with a font for Chinese and its driver's library, and wish for: strace, and
# libfaketime for the faults of clocks. Installed when root; said otherwise.
set -eu
needed="" wished=""
command -v chromium >/dev/null 2>&1 || needed="chromium"
[ -n "$(find /usr/share/fonts "${HOME:-/}/.fonts" -iname '*cjk*' -print -quit 2>/dev/null)" ] ||
    needed="$needed fonts-noto-cjk"
# The driver of the browser is linked against it, and a minimal Debian has it not.
/sbin/ldconfig -p 2>/dev/null | grep -q "libatomic.so.1" || needed="$needed libatomic1"
command -v strace >/dev/null 2>&1 || wished="strace"
[ -n "$(find /usr/lib -name libfaketimeMT.so.1 -print -quit 2>/dev/null)" ] || wished="$wished libfaketime"
needed=$(echo "$needed" | xargs)
[ -n "$needed$wished" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "安装测试所需的 $needed $wished …"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    { apt-get update -q && apt-get install -q -y --no-install-recommends $needed $wished; } >/dev/null 2>&1 && exit 0
fi
# Without strace one test is skipped, without libfaketime the faults of clocks are not tried; both say so.
[ -z "$needed" ] && exit 0
echo "错误：浏览器测试需要 $needed，请先执行：apt install $needed" >&2
exit 2
