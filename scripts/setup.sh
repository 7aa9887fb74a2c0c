#!/bin/sh
# Make .venv with everything the product and its tests need. Does nothing when it is up to date.
set -eu
cd "$(dirname "$0")/.."
want=$(cat requirements/base.txt requirements/dev.txt pyproject.toml | sha256sum | cut -d' ' -f1)
[ -f .venv/.ready ] && [ "$(cat .venv/.ready)" = "$want" ] && exit 0

python=
for name in python3.13 python3.12 python3.11 python3; do
    if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$name
        break
    fi
done
[ -n "$python" ] || { echo "Python 3.11 or newer is needed" >&2; exit 1; }
"$python" -c 'import ensurepip, venv' 2>/dev/null || sh scripts/need.sh /nonexistent python3-venv

rm -f .venv/.ready
[ -x .venv/bin/python ] || "$python" -m venv .venv
echo "installing pinned requirements …"
# Everything is pinned, so nothing needs to be resolved; uv, where it is there, is faster still.
if command -v uv >/dev/null 2>&1; then
    uv pip install -q --python .venv/bin/python --no-deps --require-hashes \
        -r requirements/base.txt -r requirements/dev.txt
else
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps \
        --prefer-binary -r requirements/base.txt -r requirements/dev.txt
fi
.venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
.venv/bin/python -m lingnan.web.i18n >/dev/null
echo "$want" > .venv/.ready
