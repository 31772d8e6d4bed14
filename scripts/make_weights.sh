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

phantom() {
    hipbmd phantom --n "$1" --seed 1 --family train --pixels 450 --out "$study"
}

# landmarks: from nothing, then on from there with more hips; the study grows
phantom 1000
hipbmd train landmarks --study "$study" --epochs 24 --device cpu --out "$work/first"
phantom 1200
hipbmd train landmarks --study "$study" --from "$work/first" --epochs 18 \
    --device cpu --out "$work/landmarks"
phantom 1500
hipbmd train enhancement --study "$study" --epochs 90 --device cpu \
    --out "$work/enhancement"
cp "$work/landmarks/"landmarks.{json,safetensors} "$weights"
cp "$work/enhancement/"enhancement.{json,safetensors} "$weights"
hipbmd train bmd --study "$study" --out "$work/bmd"
cp "$work/bmd/bmd.json" "$weights"
