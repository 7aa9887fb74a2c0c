#!/bin/sh
# Install Debian packages that are missing: need.sh COMMAND-OR-FILE PACKAGE…
set -eu
probe=$1
shift
if command -v "$probe" >/dev/null 2>&1 || [ -e "$probe" ]; then exit 0; fi
run=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "missing $probe: install $* as root" >&2; exit 1; }
    run=sudo
fi
echo "installing $* …"
$run apt-get update -qq
$run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
