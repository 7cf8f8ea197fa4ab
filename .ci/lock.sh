#!/bin/sh
# Resolve pyproject.toml in a throw-away environment and write requirements.lock.
set -eu
python=${1:-python3}
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet torch==2.13.0
"$work/venv/bin/python" -m pip install --quiet setuptools ".[dev]"
grep '^#' requirements.lock > "$work/lock"
# A local version such as +cpu names one build only; the plain version lets pip take the one that fits.
"$work/venv/bin/python" -m pip freeze --all --exclude witness-video --exclude pip \
    | sed 's/^torch==.*/torch==2.13.0/' >> "$work/lock"
mv "$work/lock" requirements.lock
echo "requirements.lock is written: $(grep -c '==' requirements.lock) packages"
