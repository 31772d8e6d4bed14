#!/usr/bin/env bash
# Make the figures and pictures of README and docs anew: about an hour on two cores.
#
#     scripts/make_pages.sh FOLDER [FILMS]
#
# FOLDER takes the digital hips, or has them of scripts/make_weights.sh; FILMS is a folder
# with the FracAtlas films (CC BY 4.0), without which the pages on real films stay as they
# are. Tables that a command only prints (quality flags, real films, real soft tissue,
# times beside another commit) are copied into their pages by hand.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$1
films=${2:-}
python=.venv/bin/python
window="scripts/with_display.sh $python"

hips() { # NAME OPTION…
    .venv/bin/hipbmd phantom --out "$work/$1" "${@:2}" # or gone on with
}
hips train_1 --n 1400 --seed 1 --family train --pixels 450 --whole-pelvis
hips unseen --n 1200 --seed 2 --family train --pixels 450 --whole-pelvis
hips few --n 90 --seed 2 --family train --pixels 450 --whole-pelvis
hips shifted --n 200 --seed 9 --family shifted --pixels 900
hips other --n 60 --seed 21 --family shifted --pixels 900
hips fresh --n 300 --seed 101 --family train --pixels 450
hips elsewhere --n 300 --seed 77 --family shifted --pixels 450

mkdir -p "$work/grey_scale" # features that make_weights.sh has measured
[ ! -e "$work/bmd/features.csv" ] ||
    cp "$work/bmd/features.csv" "$work/grey_scale/fitted.csv"
$python benchmarks/run.py --study "$work/shifted" --work "$work/benchmark"
$python benchmarks/grey_scale.py "$work/shifted" --fitted "$work/unseen" \
    --work "$work/grey_scale"
measured=()
for name in fresh elsewhere; do
    .venv/bin/hipbmd measure "$work/$name" --out "$work/${name}_results"
    measured+=("$work/$name" "$work/${name}_results")
done
$python benchmarks/interval_coverage.py "${measured[@]}"
$python benchmarks/grey_invariance.py --hips 8
$python benchmarks/landmark_robustness.py --study "$work/unseen" \
    --page docs/landmark-errors.md
$python benchmarks/whole_pelvis.py "$work/unseen" --films 120
$python benchmarks/anatomy.py --page docs/digital-hip.md
$python benchmarks/quality_flags.py --hips 60
$python benchmarks/canal.py --hips 40
$python benchmarks/many_films.py --films 1400 --study "$work/train_1"
$window benchmarks/start.py
$python benchmarks/resuming.py
$python benchmarks/training.py --hips 320
$window benchmarks/open_case.py --cases 6
$window benchmarks/stalls.py
$window benchmarks/live_drag.py

$python scripts/contact_sheet.py
$python scripts/landmark_picture.py
$python scripts/enhancement_picture.py
$python scripts/mineral_picture.py
$python scripts/where_picture.py
$python scripts/architecture_picture.py
$window scripts/screenshot.py
$window scripts/dock_pictures.py --study "$work/shifted"
$window scripts/pairs_pictures.py
$window scripts/reader_pictures.py
$window scripts/report_picture.py
$window scripts/workbench_pictures.py

if [ -n "$films" ]; then
    [ -e "$work/fracatlas" ] ||
        $python scripts/fracatlas_study.py "$films" "$work/fracatlas"
    $python benchmarks/real_films.py "$work/fracatlas"
    $python benchmarks/last_step.py "$work/fracatlas" "$work/other" \
        --page docs/landmark-errors.md
    $python benchmarks/retraining.py --digital "$work/few" --real "$work/fracatlas" \
        --page docs/retraining.md
    $python scripts/fracatlas_tiles.py "$films" "$work/tiles_test" --part test
    $python benchmarks/real_soft_tissue.py "$work/tiles_test" "$work/shifted"
    $python scripts/forty_beside_forty.py "$films/images"
fi
