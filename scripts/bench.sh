#!/bin/sh
# Measured gates: bench.sh [NAME…]; without names, all. Fails when a gate is missed.
set -eu
cd "$(dirname "$0")/.."
export LINGNAN_ENV=test PYTHONPATH=src:.
export POSTGRES_OPTIONS="-c fsync=on -c shared_buffers=2GB -c work_mem=256MB -c max_wal_size=8GB"
sh scripts/postgres.sh stop
sh scripts/postgres.sh start
trap 'sh scripts/postgres.sh stop' EXIT INT TERM
BENCH_POSTGRES=$(sh scripts/postgres.sh url)
export BENCH_POSTGRES
.venv/bin/python -m bench "$@"
