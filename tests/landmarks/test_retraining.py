"""What a user may rely on: labels of some films make the networks fit their look."""

import json
import threading
from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_hipbmd.cli.main import main
from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.canvas import CANVAS_PX
from napari_hipbmd.core.errors import Cancelled, Refused, StudyWarning
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.landmarks.labelled import Labelled
from napari_hipbmd.landmarks.losses import counted, loss_of
from napari_hipbmd.landmarks.networks import Decentralised
from napari_hipbmd.landmarks.predict import LandmarkFinder
from napari_hipbmd.landmarks.retraining import retrain
from napari_hipbmd.landmarks.views import views_of
from napari_hipbmd.learning.hips import Hips, as_grey, to_levels
from napari_hipbmd.learning.training import Fit
from napari_hipbmd.learning.weights import write_model
from napari_hipbmd.study import FilmFacts, Label, Labels, Study
from napari_hipbmd.study.labelling.labels import write_labels
from napari_hipbmd.tasks.train_networks import retrain_landmarks
from napari_hipbmd.tasks.training_data import load_hips


@pytest.fixture
def labelled(tmp_path, sample_study):
    """A copy of the samples on which anna placed landmarks, on one film in part."""
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "cases.csv").write_bytes((sample_study.folder / "cases.csv").read_bytes())
    for part in ("images", "truth"):
        if (sample_study.folder / part).exists():
            (folder / part).symlink_to(sample_study.folder / part)
    for number, case in enumerate(sample_study.cases):
        truth = sample_study.truth(case.case_id, with_sto=False)
        marks = {
            name: Label((float(x), float(y)))
            for name, (x, y) in zip(
                LANDMARK_IDS,
                truth.landmarks_xy,
                strict=True,
            )
        }
        if number == 0:
            marks["I4"] = Label(None, "absent")
            del marks["N1"]
        if number == 1:
            marks = {name: marks[name] for name in ("N1", "N2")}
        write_labels(folder, Labels(case.case_id, "anna", marks))
    return folder


def test_labels_are_learned_from_and_the_error_before_and_after_is_told(
    labelled, tmp_path, capsys
):
    out = tmp_path / "out"
    command = ["train", "landmarks", "--study", str(labelled), "--annotator", "anna"]
    code = main([*command, "--epochs", "1", "--device", "cpu", "--out", str(out)])
    said = capsys.readouterr().out
    assert code == 0
    assert "held-out" in said and "mm before" in said
    card = json.loads((out / "landmarks.json").read_text())
    assert card["figures"]["unit"] == "mm"
    assert card["figures"]["mean_radial_error_before"] > 0
    assert card["started_from"]["name"].startswith("landmarks (default)")
    assert "--annotator ANNOTATOR" in card["command"]
    bundled = LandmarkFinder.load(weights_dir()).network.state_dict()
    new = LandmarkFinder.load(out).network.state_dict()
    assert any(not torch.equal(bundled[key], new[key]) for key in bundled)


@pytest.mark.slow
def test_imported_labels_are_learned_from_like_any_others(labelled, tmp_path, hipbmd):
    theirs = tmp_path / "theirs"
    ran = hipbmd("labels", "export", labelled, "--format", "coco", "--out", theirs)
    assert ran.status == 0
    content = json.loads((theirs / "anna.json").read_text())
    for image in content["images"]:
        del image["hipbmd"]  # as another program writes it
    (theirs / "anna.json").write_text(json.dumps(content))
    ran = hipbmd(
        "labels", "import", labelled, theirs / "anna.json", "--format", "coco",
        "--annotator", "clara",
    )  # fmt: skip
    assert ran.status == 0 and "of 6 cases imported for clara" in ran.out
    study = Study.open(labelled)
    anna, clara = (load_hips(study, who, None, 8) for who in ("anna", "clara"))
    np.testing.assert_allclose(clara.landmarks_xy, anna.landmarks_xy, atol=1e-4)
    ran = hipbmd(
        "train", "landmarks", "--study", labelled, "--annotator", "clara",
        "--epochs", 1, "--device", "cpu", "--out", tmp_path / "out",
    )  # fmt: skip
    assert ran.status == 0 and "held-out" in ran.out and "mm before" in ran.out


def test_it_can_run_beside_a_window_and_be_stopped(labelled, tmp_path):
    """A worker thread runs it; stopping leaves no half-written model."""
    ended = []

    def work():
        plan = Fit(tmp_path / "out", 3, 2, device="cpu", cancelled=lambda: True)
        try:
            retrain_landmarks(labelled, "anna", plan)
        except Cancelled:
            ended.append("cancelled")

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert ended == ["cancelled"]
    assert not list((tmp_path / "out").glob("landmarks.*"))


def test_films_labelled_in_part_join_in_and_bare_ones_do_not(labelled):
    hips = load_hips(Study.open(labelled), "anna", least_landmarks=8)
    assert len(hips) == 5
    known = np.isfinite(hips.landmarks_xy).all(-1)
    assert known.sum(1).tolist() == [14, 16, 16, 16, 16]


def test_a_film_that_nobody_labelled_needs_neither_side_nor_file(labelled):
    study = Study.open(labelled)
    one, *others = study.cases
    gone = replace(one, case_id="gone", image=labelled / "gone.dcm", side=None)
    hips = load_hips(Study(labelled, (one, gone, *others)), "anna", least_landmarks=8)
    assert len(hips) == 5


def test_landmarks_of_the_other_hip_are_not_learned_from(labelled):
    study = Study.open(labelled)
    case = study.cases[2]
    assert case.side is not None
    labels = study.labels("anna", case.case_id)
    facts = FilmFacts(side="R" if case.side == "L" else "L")
    write_labels(labelled, replace(labels, film=facts))
    with pytest.raises(Refused, match=rf"{case.case_id}: .* of the (left|right) hip"):
        load_hips(study, "anna", least_landmarks=8)


def test_landmarks_that_make_no_hip_are_told_before_they_are_learned_from(labelled):
    study = Study.open(labelled)
    case = study.cases[2]
    labels = study.labels("anna", case.case_id)
    swapped = {
        name: replace(mark, xy=mark.xy and mark.xy[::-1])
        for name, mark in labels.landmarks.items()
    }
    write_labels(labelled, replace(labels, landmarks=swapped))
    with pytest.warns(StudyWarning, match=rf"1 of 5 cases.*{case.case_id}.*check"):
        load_hips(study, "anna", least_landmarks=8)


def test_nothing_is_learned_from_a_landmark_that_nobody_placed():
    film = np.random.default_rng(0).random((2, CANVAS_PX, CANVAS_PX))
    marks = np.random.default_rng(1).uniform(100, 300, (2, 16, 2))
    hips = Hips(to_levels(film), np.ones(2), ("a", "b"), None, marks)
    hole = marks.copy()
    hole[:, 3] = np.nan
    image, target, known = (
        torch.stack(a)
        for a in zip(
            *Labelled(replace(hips, landmarks_xy=hole), guess=marks), strict=True
        )
    )
    network = Decentralised("default").eval()
    for name, (view, points) in views_of(as_grey(image), target, random=False).items():
        counts, found = counted(name, known), network(name, view)
        one, _ = loss_of(*found, points, counts)
        elsewhere = points.clone()
        elsewhere[~counts] += 0.1
        other, _ = loss_of(*found, elsewhere, counts)
        assert torch.isfinite(one) and torch.equal(one, other)


def test_too_few_labelled_films_are_refused_with_what_to_do(labelled, tmp_path):
    plan = Fit(tmp_path / "out", 1, 2, device="cpu")
    hips = load_hips(Study.open(labelled), "anna", least_landmarks=8)
    with pytest.raises(Refused, match="at least 4 labelled films"):
        retrain(hips.take(np.arange(3)), weights_dir(), plan)
    with pytest.raises(Refused, match="bert labelled none"):
        retrain_landmarks(labelled, "bert", plan)


def test_labels_have_no_meaning_for_enhancement(labelled, tmp_path, capsys):
    code = main(
        ["train", "enhancement", "--study", str(labelled), "--out", str(tmp_path),
         "--annotator", "anna"]
    )  # fmt: skip
    assert code == 2 and "--annotator has no effect" in capsys.readouterr().err


def test_a_correction_that_does_harm_on_the_new_films_is_dropped(
    labelled, tmp_path, sample_study
):
    finder = LandmarkFinder.load(weights_dir())
    harm = finder.network.correction
    harm.offset += 3 * harm.limit.max()
    harm.limit += 3 * harm.limit.max()
    write_model(
        tmp_path / "harm", "landmarks", finder.network.state_dict(), finder.card
    )
    plan = Fit(tmp_path / "out", 1, 2, device="cpu")
    retrain_landmarks(labelled, None, plan, tmp_path / "harm")
    assert not LandmarkFinder.load(tmp_path / "out").network.correction.used
