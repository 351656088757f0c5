#!/usr/bin/env bash
# Fails when a file of this folder that is (or would be) under version control holds a secret.
# What the baseline lists was looked at by a person and is none. Usage: secrets.sh VENV
set -euo pipefail
scanner=$(cd "$1" && pwd)/bin/detect-secrets-hook
[ -f .secrets.baseline ] || { echo "secrets: .secrets.baseline is missing" >&2; exit 1; }
{ git ls-files -z --cached --others --exclude-standard 2>/dev/null \
    || find . -type f -not -path '*/.*' -print0; } | xargs -0 -r "$scanner" --baseline .secrets.baseline
