#!/bin/sh
# Installs the oracle packages into the directory given (default: target/oracles), nothing elsewhere: node_modules/ and venv/.
# Does nothing when the lists have not changed since.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
into=${1:-$here/../../target/oracles}
mkdir -p "$into"
stamp=$(cat "$here/package-lock.json" "$here/requirements.txt" | cksum)
if [ -f "$into/installed" ] && [ "$(cat "$into/installed")" = "$stamp" ]; then
    exit 0
fi
rm -f "$into/installed"
cp "$here/package.json" "$here/package-lock.json" "$into/"
npm ci --prefix "$into" --ignore-scripts --no-audit --no-fund
[ -x "$into/venv/bin/python" ] || python3 -m venv "$into/venv"
"$into/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$here/requirements.txt"
printf '%s\n' "$stamp" > "$into/installed"
