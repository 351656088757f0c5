#!/usr/bin/env bash
# Renews both locks from requirements*.in: for all platforms, with hashes, without any URL.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    [ -x .uv/bin/uv ] || { python3 -m venv .uv && .uv/bin/python -m pip install -q uv; }
    uv=.uv/bin/uv
fi

draft=$(mktemp -d)
trap 'rm -rf "$draft"' EXIT
renew() {  # NAME [CONSTRAINT]
    cp "$1.lock" "$draft/$1.lock" 2>/dev/null || true
    "$uv" pip compile -q --universal --python-version 3.11 --generate-hashes ${2:+-c "$2"} \
        ${UPGRADE:+--upgrade} --custom-compile-command "make lock" "$1.in" -o "$draft/$1.lock"
    if grep -nE '(https?|file|git\+[a-z]+)://' "$draft/$1.lock"; then
        echo "lock: $1.lock would hold a URL; nothing was changed" >&2
        exit 1
    fi
    mv "$draft/$1.lock" "$1.lock"
}
renew requirements
renew requirements-dev requirements.lock
