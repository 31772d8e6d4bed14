#!/usr/bin/env bash
# Make weights anew from nothing: two and a half hours on two CPU cores.
#
#     scripts/make_weights.sh [FOLDER [FILMS]]        or: make weights
#
# FILMS is a folder with the FracAtlas films that labels/fracatlas has landmarks for
# (CC BY 4.0). Without it the networks know digital hips alone; docs/real-films.md has
# both. The model cards hold the commands and the figures that they reached. All bundled
# weights were made by these commands; what they go on from, by one run of the script as
# it was before its second steps were added.
set -euo pipefail
cd "$(dirname "$0")/.."

work=${1:-runs}
films=${2:-}
study=$work/train
weights=src/napari_hipbmd/weights
real=() again=()

for set in "train 1" "more 3"; do
    read -r name seed <<<"$set"
    hipbmd phantom --n 1400 --seed "$seed" --family train --pixels 450 \
        --whole-pelvis --out "$work/$name"
done
if [ -n "$films" ]; then
    python scripts/fracatlas_study.py "$films" "$work/fracatlas"
    real=(--real "$work/fracatlas" --annotator observer-1)
    again=("${real[@]}" --times 8)
fi
# from nothing on half of the digital hips, then from there on all of them
hipbmd train landmarks --study "$study" "${real[@]}" --epochs 20 --device cpu \
    --out "$work/landmarks_first"
hipbmd train landmarks --study "$study" "$work/more" "${again[@]}" --epochs 5 \
    --device cpu --from "$work/landmarks_first" --out "$work/landmarks_last"
hipbmd train locator --study "$study" "${real[@]}" --epochs 10 --device cpu \
    --out "$work/locator"
pairs=()
if [ -n "$films" ]; then
    python scripts/fracatlas_tiles.py "$films" "$work/tiles" --part learn
    mkdir -p "$work/type_two" # the first 250 hips whose soft tissue is even
    for part in images truth boxes.json; do
        ln -sfn "$(realpath "$study")/$part" "$work/type_two/$part"
    done
    python - "$study/cases.csv" "$work/type_two/cases.csv" <<'END'
import sys
import pandas as pd
cases = pd.read_csv(sys.argv[1], dtype=str)
cases[cases.film_type == "2"].head(250).to_csv(sys.argv[2], index=False)
END
    hipbmd pairs "$work/tiles" "$work/type_two" --n 1500 --split 0.9 0.1 0 \
        --out "$work/fracatlas_pairs"
    pairs=(--pairs "$work/fracatlas_pairs")
fi
hipbmd train enhancement --study "$study" "${pairs[@]}" --epochs 28 --device cpu \
    --out "$work/enhancement_first"
for step in "6 first second" "7 second last"; do # again, on twice as many hips
    read -r epochs from to <<<"$step"
    hipbmd train enhancement --study "$study" "$work/more" "${pairs[@]}" \
        --epochs "$epochs" --device cpu --from "$work/enhancement_$from" \
        --out "$work/enhancement_$to"
done
cp "$work/landmarks_last/"landmarks.{json,safetensors} "$weights"
cp "$work/locator/"locator.{json,safetensors} "$weights"
cp "$work/enhancement_last/"enhancement.{json,safetensors} "$weights"
hipbmd train gain --study "$study" "$work/more" --epochs 24 --device cpu \
    --out "$work/gain"
cp "$work/gain/"gain.{json,safetensors} "$weights"
# rulers and regression learn from hips that no network has seen
hipbmd phantom --n 1200 --seed 2 --family train --pixels 450 --whole-pelvis \
    --out "$work/unseen"
study=$work/unseen
hipbmd train grey-scale --study "$study" --out "$work/bmd"
cp "$work/bmd/grey_scale.json" "$weights"
hipbmd train bmd --study "$study" --image calibrated --out "$work/bmd"
cp "$work/bmd/bmd.json" "$weights"
