#!/bin/sh
# Format, lint, types, contracts, migrations: the shape of the source.
set -eu
cd "$(dirname "$0")/.."
export LINGNAN_ENV=test PYTHONPATH=src
.venv/bin/ruff format --check -q .
.venv/bin/ruff check -q .
.venv/bin/mypy --no-error-summary
.venv/bin/lint-imports --no-logo 2>/dev/null || .venv/bin/lint-imports
.venv/bin/python manage.py makemigrations --check --dry-run
