#!/usr/bin/env bash
# Make or complete a virtual environment with the pinned packages of constraints.txt.
#
#     scripts/setup_env.sh VENV EXTRAS        e.g. scripts/setup_env.sh .venv all
#
# Torch goes in first and by itself, because PyPI's Linux build brings gigabytes of
# CUDA along that nothing here needs: a CPU build is taken where one is to be had.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=${1:?the folder of the virtual environment}
extras=${2:?the extras to install}
torch=$(grep '^torch==' constraints.txt)
pip=("$venv/bin/python" -m pip --disable-pip-version-check)

find_python() {
    local name
    for name in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
        then
            echo "$name"
            return
        fi
    done
    echo "Python 3.11 or newer is needed; name one with PYTHON=…" >&2
    return 1
}

make_venv() {
    local python
    python=$(find_python)
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        # Debian and Ubuntu keep this part of Python in a package of its own.
        scripts/system_packages.sh "$("$python" -c \
            'import sys; print("python{}.{}-venv".format(*sys.version_info))')"
    fi
    "$python" -m venv "$venv"
}

has_torch() {
    "$venv/bin/python" - "${torch#torch==}" <<'PY' 2>/dev/null
import sys
from importlib.metadata import version
sys.exit(version("torch").split("+")[0] != sys.argv[1])
PY
}

# Whether the file that pip would take by itself brings CUDA packages along.
brings_cuda() {
    "${pip[@]}" install --quiet --dry-run --ignore-installed --report - "$torch" |
        "$venv/bin/python" -c '
import json, sys
names = [i["metadata"]["name"].lower() for i in json.load(sys.stdin)["install"]]
sys.exit(not any(n.startswith(("nvidia", "cuda", "triton")) for n in names))'
}

install_torch() {
    if brings_cuda && "${pip[@]}" install --quiet --no-deps --timeout 15 --retries 1 \
        --index-url https://download.pytorch.org/whl/cpu "$torch"
    then
        return
    fi
    "${pip[@]}" install --quiet -c constraints.txt "$torch"
}

if [ ! -x "$venv/bin/python" ]; then
    echo "Making $venv"
    make_venv
fi
if ! has_torch; then
    echo "Installing $torch (a few minutes)"
    install_torch
fi
echo "Installing napari-hipbmd[$extras] (a few minutes the first time)"
"${pip[@]}" install --quiet -c constraints.txt -e ".[$extras]"
