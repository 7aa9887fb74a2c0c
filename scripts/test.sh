#!/bin/sh
# The whole suite: everything on SQLite, then what touches a database again on PostgreSQL, where properties and
# kills are tried a third as often (TEST_ROUNDS). More workers than processors: a third of the time is waiting.
set -eu
cd "$(dirname "$0")/.."
export LINGNAN_ENV=test PYTHONPATH=src
unset LINGNAN_DATABASE_URL LINGNAN_DATA 2>/dev/null || true
sh scripts/need.sh chromium chromium fonts-noto-cjk
sh scripts/need.sh java default-jre-headless # ODK Validate
jobs=${JOBS:-$(($(nproc) * 3 / 2))}

echo "== SQLite"
.venv/bin/python -m pytest -n "$jobs" --dist loadfile --no-loadscope-reorder "$@"

echo "== PostgreSQL"
sh scripts/postgres.sh start
trap 'sh scripts/postgres.sh stop' EXIT INT TERM
LINGNAN_DATABASE_URL=$(sh scripts/postgres.sh url) TEST_ROUNDS=${TEST_ROUNDS:-0.34} \
    .venv/bin/python -m pytest -n "$jobs" --dist loadfile --no-loadscope-reorder --only-database "$@"
