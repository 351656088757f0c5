#!/usr/bin/env bash
# Sets up VENV from LOCK for MODE (run or dev), with the system packages that a bare Debian lacks.
# Does nothing, quickly and offline, when that has been done: usage: setup.sh VENV LOCK MODE
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"

venv=$1 lock=$2 mode=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

digest() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }
say() { printf 'setup: %s\n' "$*" >&2; }
die() { say "$@"; exit 3; }

# What dev installs contains what run needs, so one dev set-up serves both.
key=$(cat "$here"/requirements.lock "$here"/requirements-dev.lock "$here"/packaging/setup.sh | digest | cut -d' ' -f1)
is_done() { [ -x "$venv/bin/python" ] && [ "$(cat "$venv/.setup-$1" 2>/dev/null || true)" = "$key" ]; }
if is_done "$mode" || { [ "$mode" = run ] && is_done dev; }; then exit 0; fi

# --- system packages: a library's file name or a command, and the Debian package that brings it
needed="libglib-2.0.so.0:libglib2.0-0 libGL.so.1:libgl1 libEGL.so.1:libegl1
    libxkbcommon.so.0:libxkbcommon0 libdbus-1.so.3:libdbus-1-3 libfontconfig.so.1:libfontconfig1
    libgssapi_krb5.so.2:libgssapi-krb5-2"
window="libxcb-cursor.so.0:libxcb-cursor0 libxkbcommon-x11.so.0:libxkbcommon-x11-0
    libxcb-icccm.so.4:libxcb-icccm4 libxcb-keysyms.so.1:libxcb-keysyms1
    libxcb-shape.so.0:libxcb-shape0"
[ "$mode" = dev ] && needed="$needed git:git"

missing() {  # the packages of those pairs whose library or command is not there
    local known pair
    known=$(ldconfig -p 2>/dev/null || true)
    for pair in $1; do
        case ${pair%%:*} in
            *.so.*) grep -qF "${pair%%:*} " <<<"$known" || printf '%s ' "${pair##*:}" ;;
            *) command -v "${pair%%:*}" >/dev/null || printf '%s ' "${pair##*:}" ;;
        esac
    done
}

apt_line() { printf 'apt-get update && apt-get install -y --no-install-recommends %s' "$*"; }

install_packages() {  # true if they are there afterwards
    command -v apt-get >/dev/null || return 1
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null || return 1
        as_root=(sudo -n)
    fi
    say "installing $*"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >&2
}

if [ "$(uname -s)" = Linux ]; then
    lacking=$(missing "$needed")
    if [ -n "$lacking" ] && ! install_packages $lacking; then
        die "these system packages are missing and cannot be installed from here; run as root:" \
            "$(apt_line "$lacking")"
    fi
    if [ "$mode" = dev ]; then
        lacking=$(missing "pg_ctlcluster:postgresql")
        if [ -n "$lacking" ] && ! install_packages $lacking; then
            say "no PostgreSQL server, so the tests of shared archives will be skipped;" \
                "run as root: $(apt_line "$lacking")"
        fi
    fi
    if [ "$mode" = run ] && [ -n "${DISPLAY:-}" ]; then
        lacking=$(missing "$window")
        if [ -n "$lacking" ] && ! install_packages $lacking; then
            say "the window's own packages are missing, so it will run without being shown;" \
                "run as root: $(apt_line "$lacking")"
        fi
    fi
fi

# --- Python
suits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }
python=
for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3 python; do
    if command -v "$candidate" >/dev/null && suits "$candidate"; then python=$candidate; break; fi
done
if [ -z "$python" ] && install_packages python3 python3-venv && suits python3; then python=python3; fi
[ -n "$python" ] || die "Python 3.11, 3.12 or 3.13 is needed and none was found; install one," \
    "or name it: make PYTHON=/path/to/python3.11 run"

if [ ! -x "$venv/bin/python" ] || ! suits "$venv/bin/python" \
        || ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        install_packages "$version" || die "Python's venv module is missing; run as root:" \
            "$(apt_line "$version")"
    fi
    say "making $venv with $("$python" --version 2>&1)"
    "$python" -m venv --clear "$venv"
fi

# --- libraries: exactly the locked ones, never built from source
say "installing what $lock names"
if ! command -v uv >/dev/null || ! uv pip install -q --python "$venv/bin/python" --no-deps \
        --require-hashes --only-binary :all: --compile-bytecode -r "$lock"; then
    "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-input --no-deps \
        --require-hashes --only-binary :all: -r "$lock"
fi
printf '%s' "$key" > "$venv/.setup-$mode"
say "done"
