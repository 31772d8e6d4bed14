#!/usr/bin/env bash
# Make the figures and pictures of README and docs anew: about an hour on two cores.
#
#     scripts/make_pages.sh FOLDER [FILMS]
#
# FOLDER takes the digital hips (and keeps them for another time); FILMS is a folder with
# the FracAtlas films (CC BY 4.0), without which the pages on real films stay as they are.
# Tables that a command only prints (quality flags, retraining, real films, speed) are
# printed here, too, and are copied into their pages by hand.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$1
films=${2:-}
python=.venv/bin/python
window="scripts/with_display.sh $python"

[ -d "$work/train" ] || .venv/bin/hipbmd phantom --n 1500 --seed 1 --family train \
    --pixels 450 --whole-pelvis --out "$work/train"
[ -d "$work/shifted" ] || .venv/bin/hipbmd phantom --n 200 --seed 9 --family shifted \
    --pixels 900 --out "$work/shifted"

$python benchmarks/run.py --study "$work/shifted"
[ -d "$work/unseen" ] || .venv/bin/hipbmd phantom --n 1200 --seed 2 --family train \
    --pixels 450 --whole-pelvis --out "$work/unseen"
$python benchmarks/landmark_robustness.py --study "$work/unseen" \
    --page docs/landmark-errors.md
$python benchmarks/whole_pelvis.py "$work/unseen" --films 120
$python benchmarks/grey_scale.py "$work/shifted" --fitted "$work/unseen"
$python benchmarks/grey_invariance.py --hips 8
$python benchmarks/anatomy.py --page docs/digital-hip.md
$python benchmarks/quality_flags.py --hips 60
$python benchmarks/canal.py --hips 40
$python benchmarks/many_films.py --films 400 --study "$work/unseen"
$window benchmarks/start.py
$python benchmarks/resuming.py
$python benchmarks/training.py
$window benchmarks/open_case.py --cases 6
$window benchmarks/stalls.py
$python benchmarks/retraining.py --study "$work/train"
$python benchmarks/digital_hips.py
$window benchmarks/live_drag.py

$python scripts/contact_sheet.py
$python scripts/landmark_picture.py
$python scripts/enhancement_picture.py
$python scripts/mineral_picture.py
$python scripts/where_picture.py
$python scripts/architecture_picture.py
$window scripts/screenshot.py
$window scripts/dock_pictures.py --study "$work/shifted"
$window scripts/enhancement_pictures.py
$window scripts/pairs_pictures.py
$window scripts/reader_pictures.py
$window scripts/report_picture.py
$window scripts/workbench_pictures.py

if [ -n "$films" ]; then
    $python scripts/fracatlas_study.py "$films" "$work/fracatlas"
    $python benchmarks/real_films.py "$work/fracatlas"
    [ -d "$work/other" ] || .venv/bin/hipbmd phantom --n 60 --seed 21 --family shifted \
        --out "$work/other"
    $python benchmarks/last_step.py "$work/fracatlas" "$work/other" \
        --page docs/landmark-errors.md
    [ -d "$work/digital" ] || .venv/bin/hipbmd train landmarks --study "$work/train" \
        --epochs 12 --device cpu --out "$work/digital"
    $python benchmarks/mix_sweep.py "$work/digital" "$work/train" "$work/fracatlas" \
        "$work/other" "$films" --out "$work/mix" --page docs/real-films.md
    $python scripts/forty_beside_forty.py "$films/images"
fi
