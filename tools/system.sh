#!/bin/sh
# Install Debian packages that are missing, where that is allowed; else say which
set -eu
if ! command -v apt-get >/dev/null; then echo "recipegen: please install: $*" >&2; exit 1; fi
if [ "$(id -u)" = 0 ]; then sudo=
elif sudo -n true 2>/dev/null; then sudo=sudo
else echo "recipegen: please run: sudo apt-get install --no-install-recommends $*" >&2; exit 1; fi
echo "recipegen: installing $* (Debian packages)"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{ $sudo apt-get update -q && $sudo apt-get install -y -q --no-install-recommends "$@"; } >"$log" 2>&1 || { tail -20 "$log" >&2; exit 1; }
