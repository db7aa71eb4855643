#!/bin/sh
# Installs schemathesis into the directory given (default: target/schemathesis), nothing elsewhere. Does nothing when the list
# has not changed since.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
into=${1:-$here/../../target/schemathesis}
mkdir -p "$into"
stamp=$(cksum < "$here/requirements.txt")
if [ -f "$into/installed" ] && [ "$(cat "$into/installed")" = "$stamp" ]; then
    exit 0
fi
rm -f "$into/installed"
[ -x "$into/venv/bin/python" ] || python3 -m venv "$into/venv"
"$into/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$here/requirements.txt"
printf '%s\n' "$stamp" > "$into/installed"
