# %% [markdown]
# # From own films to a retrained network
#
# Films that the networks do not know are labelled, a network goes on learning from the
# labels, and the films that it has not learned from say whether it is better. The films
# are digital hips here, turned into pictures that look like no film; yours lie in a
# folder. One epoch is not enough to be better: this shows the way, and
# `benchmarks/retraining.py` what comes of it.

# %%
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

import napari_hipbmd as hipbmd
from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.phantom import render
from napari_hipbmd.study import FilmFacts, append_cases
from napari_hipbmd.study.cases.case import Case
from napari_hipbmd.study.labelling import edits
from napari_hipbmd.study.labelling.predictions import write_predictions
from napari_hipbmd.tasks.predict import prelabel
from napari_hipbmd.tasks.train import Link, TrainOptions, train

folder = Path(tempfile.mkdtemp())

# %% [markdown]
# ## Films into a study
#
# A study is a folder: `cases.csv`, films, and what people placed. Six patients here.

# %%
study = hipbmd.Study.create(folder / "study")
(study.folder / "images").mkdir(exist_ok=True)
truths, cases = {}, []
for i in range(6):
    hip = render(100 + i, "train", 450, "L")
    name = f"patient-{i}"
    grey = np.clip(hip.film / hip.film.max(), 0, 1) ** 2
    path = study.folder / "images" / f"{name}.png"
    Image.fromarray((grey * 255).astype(np.uint8)).save(path)
    cases.append(Case(case_id=name, image=path, side="L", group=name))
    truths[name] = hip.landmarks_xy
append_cases(study.folder, cases)
study = hipbmd.Study.open(study.folder)

# %% [markdown]
# ## Labels
#
# The networks predict; a person accepts or moves. In napari that is the dock *Landmark
# workbench*. Every change is on the disk, with who, when, and how far from the
# prediction, when `apply` returns.

# %%
for case in study.cases:
    film = hipbmd.read_film(case.image)
    predicted = prelabel(film, case.case_id, case.side)
    write_predictions(study.folder, predicted)
    with study.open_case("anna", case.case_id, FilmFacts.of(film, case.side)) as labels:
        labels.apply(edits.accept(labels.state, predicted, "anna"))
        for mark, (x, y) in zip(LANDMARK_IDS, truths[case.case_id], strict=True):
            if mark != "T5":  # follows the two that it lies between
                place = edits.place(labels.state, mark, (float(x), float(y)), "anna")
                labels.apply(place)
moved = [
    np.hypot(*np.subtract(label.xy, label.predicted_xy))
    for case in study.cases
    for label in study.labels("anna", case.case_id).landmarks.values()
]
print(f"moved by {np.mean(moved):.1f} pixels on average")

# %% [markdown]
# ## Learning from them

# %%
options = TrainOptions(
    step="landmarks", study=(study.folder,), annotator="anna",
    out=folder / "model", epochs=1, device="cpu",
)  # fmt: skip
print(train(options, Link(lambda *_: None, lambda *_: None)))

# %% [markdown]
# ## Measuring with it
#
# The new model is put to use nowhere by itself. What the folder lacks (enhancement,
# regression) is the bundled one.

# %%
marks = hipbmd.find_landmarks(study.cases[0].image, side="L", models=folder / "model")
off = np.linalg.norm(marks.xy - truths[study.cases[0].case_id], axis=1)
print(f"{off.mean():.1f} pixels from the truth on a film that it may have learned from")
