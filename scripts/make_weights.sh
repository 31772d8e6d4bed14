#!/usr/bin/env bash
# Make weights anew from nothing: about two and a half hours on two CPU cores.
#
#     scripts/make_weights.sh [FOLDER]        or: make weights
#
# The model cards hold the same commands with the figures that they reached. What is
# bundled was made by these stages one by one, except the first: its landmark networks
# (card: "started_from") come from an earlier version of the training. So a new run
# gives landmark networks as good, and not the same bits.
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
python scripts/fit_landmark_correction.py --study "$study" --first 1200 \
    --models "$work/landmarks" --out "$work/corrected"
hipbmd train enhancement --study "$study" --epochs 100 --device cpu \
    --out "$work/enhancement"
cp "$work/corrected/"landmarks.{json,safetensors} "$weights"
cp "$work/enhancement/"enhancement.{json,safetensors} "$weights"
hipbmd train bmd --study "$study" --out "$work/bmd"
cp "$work/bmd/bmd.json" "$weights"
