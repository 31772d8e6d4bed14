#!/usr/bin/env bash
# Make the bundled weights anew from nothing: an hour and a half on two CPU cores.
#
#     scripts/make_weights.sh [FOLDER [FILMS]]        or: make weights
#
# FILMS is a folder with the FracAtlas films that labels/fracatlas has landmarks for
# (CC BY 4.0). Without it the networks know digital hips alone; docs/real-films.md has
# both. The model cards hold the commands and the figures that they reached. What lies
# in FOLDER already is taken as it is, so that a broken run goes on.
set -euo pipefail
cd "$(dirname "$0")/.."

work=${1:-runs}
films=${2:-}
weights=src/napari_hipbmd/weights
studies=("$work/train_1" "$work/train_3" "$work/train_5")
cores=$(nproc)

hips() { # NAME COUNT SEED
    hipbmd phantom --n "$2" --seed "$3" --family train --pixels 450 --whole-pelvis \
        --out "$work/$1" # a study that was broken off is gone on with
}
learn() { # STEP FOLDER OPTION…
    local on=()
    [ ! -e "$work/$2/last.ckpt" ] || on=(--resume) # from its last finished epoch
    [ -e "$work/$2/$1.json" ] ||
        hipbmd train "$1" "${@:3}" --device cpu --out "$work/$2" "${on[@]}"
    cp "$work/$2/$1".{json,safetensors} "$weights"
}

for seed in 1 3 5; do
    hips "train_$seed" 1400 "$seed"
done
real=() often=() pairs=() twice=()
if [ -n "$films" ]; then
    [ -e "$work/fracatlas" ] ||
        python scripts/fracatlas_study.py "$films" "$work/fracatlas"
    real=(--real "$work/fracatlas" --annotator observer-1)
    often=(--times 12) # as there are three times as many digital hips
    [ -e "$work/tiles" ] ||
        python scripts/fracatlas_tiles.py "$films" "$work/tiles" --part learn
    mkdir -p "$work/type_two" # the first 250 hips whose soft tissue is even
    for part in images truth boxes.json; do
        ln -sfn "$(realpath "${studies[0]}")/$part" "$work/type_two/$part"
    done
    python - "${studies[0]}/cases.csv" "$work/type_two/cases.csv" <<'END'
import sys
import pandas as pd
cases = pd.read_csv(sys.argv[1], dtype=str)
cases[cases.film_type == "2"].head(250).to_csv(sys.argv[2], index=False)
END
    hipbmd pairs "$work/tiles" "$work/type_two" --n 1500 --split 0.9 0.1 0 \
        --out "$work/pairs"
    pairs=(--pairs "$work/pairs")
    twice=("${pairs[@]}" "$work/pairs")
fi

# two at a time: a second core helps one training less than it helps another
export OMP_NUM_THREADS=$(((cores + 1) / 2))
(
    learn landmarks landmarks --study "${studies[@]}" "${real[@]}" "${often[@]}" \
        --epochs 12
    learn locator locator --study "${studies[0]}" "${real[@]}" --epochs 10
) &
points=$!
(
    learn enhancement enhancement_first --study "${studies[@]}" "${pairs[@]}" \
        --epochs 20
    # half of what is seen is real soft tissue: bones leave fewer edges in it then
    learn enhancement enhancement --study "${studies[@]:0:2}" "${twice[@]}" \
        --epochs 4 --from "$work/enhancement_first"
    learn gain gain --study "${studies[@]}" --epochs 16
) &
grey=$!
wait "$points"
wait "$grey"
unset OMP_NUM_THREADS

# rulers and regression learn from hips that no network has seen
hips unseen 1200 2
hipbmd train grey-scale --study "$work/unseen" --out "$work/bmd"
cp "$work/bmd/grey_scale.json" "$weights"
hipbmd train bmd --study "$work/unseen" --image calibrated --out "$work/bmd"
cp "$work/bmd/bmd.json" "$weights"
