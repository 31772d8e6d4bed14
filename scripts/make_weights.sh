#!/usr/bin/env bash
# Make the bundled weights anew: about 75 minutes on two CPU cores.
#
#     scripts/make_weights.sh [FOLDER]        or: make weights
#
# The model cards hold the same commands with the figures that they reached.
set -euo pipefail
cd "$(dirname "$0")/.."

work=${1:-runs}
study=$work/train
weights=src/napari_hipbmd/weights

hipbmd phantom --n 1000 --seed 1 --family train --pixels 450 --out "$study"
hipbmd train landmarks --study "$study" --epochs 24 --device cpu --out "$work/landmarks"
hipbmd train enhancement --study "$study" --epochs 45 --device cpu \
    --out "$work/enhancement"
cp "$work/landmarks/"landmarks.{json,safetensors} "$weights"
cp "$work/enhancement/"enhancement.{json,safetensors} "$weights"
hipbmd train bmd --study "$study" --out "$work/bmd"
cp "$work/bmd/bmd.json" "$weights"
