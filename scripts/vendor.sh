#!/bin/sh
# Take the parts of Bootstrap and Tabler that we use into static/ui/vendor, with their licences.
# Only after a change of scripts/vendor/: the result is kept in the repository, the product needs no npm.
set -eu
cd "$(dirname "$0")/.."
sh scripts/need.sh npm npm
work=build/vendor
into=src/lingnan/web/static/ui/vendor
mkdir -p "$work" "$into"
cp scripts/vendor/package.json scripts/vendor/package-lock.json scripts/vendor/take.mjs "$work"
npm ci --prefix "$work" --ignore-scripts --no-audit --no-fund --legacy-peer-deps --silent
node "$work/take.mjs" "$work" "$into"
cp "$work/node_modules/bootstrap/LICENSE" "$into/bootstrap.LICENSE"
cp scripts/vendor/tabler.LICENSE "$into/tabler.LICENSE"  # its package carries only the name of it
for sheet in "$into"/*.css; do
    echo "$(basename "$sheet") $(wc -c <"$sheet") bytes, $(gzip -9c "$sheet" | wc -c) compressed"
done
