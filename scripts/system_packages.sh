#!/usr/bin/env bash
# Install the named Debian/Ubuntu packages that are missing, if this user may;
# otherwise print the line that somebody with the right to do so has to run.
#
#     scripts/system_packages.sh xvfb libgl1 …
set -euo pipefail

if ! command -v dpkg-query >/dev/null; then
    echo "Not Debian or Ubuntu: these may have to be installed by hand: $*" >&2
    exit 0
fi

missing=()
for package in "$@"; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
    exit 0
fi

if [ "$(id -u)" -ne 0 ]; then
    echo "System packages are missing. Run this line, then try again:" >&2
    echo "    sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
echo "Installing system packages: ${missing[*]}"
retries=(-o Acquire::Retries=5) # a mirror may be busy for a moment
apt-get update -qq "${retries[@]}" </dev/null
apt-get install -y -qq --no-install-recommends "${retries[@]}" "${missing[@]}" \
    </dev/null >/dev/null
