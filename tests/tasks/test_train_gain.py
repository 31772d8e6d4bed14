"""``hipbmd train gain``: what the network learns from, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.grey_scale import network_training
from napari_hipbmd.grey_scale.network import GainReader
from napari_hipbmd.learning.training import Fit
from napari_hipbmd.runs.jobs import Options, jobs_of_study
from napari_hipbmd.runs.loop import run_jobs
from napari_hipbmd.runs.networks import prepare_with
from napari_hipbmd.study import Study
from napari_hipbmd.tasks.train_gain import _Looks, train_gain

from ..made_up_study import MadeUpStudy


def plan(out: Path) -> Fit:
    return Fit(out, 1, 16, 0, "cpu", settings={"command": "hipbmd train gain"})


def test_too_few_hips_are_refused_and_what_was_seen_of_them_is_kept(
    made_up: MadeUpStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused, match="60 patients"):
        train_gain([made_up.study.folder], plan(tmp_path), prepare=made_up.prepare)
    seen = len(made_up.measured)
    assert seen == 40
    monkeypatch.setattr(network_training, "FEWEST", 20)
    train_gain([made_up.study.folder], plan(tmp_path), prepare=made_up.prepare)
    assert made_up.measured[seen:] in ([], ["hip-03"]), "only a refused film again"
    card = GainReader.load(tmp_path).card
    assert card["films"]["train"] + card["films"]["validation"] == 39
    assert card["command"] == "hipbmd train gain"
    assert np.isfinite(card["figures"]["median_error"])


def test_it_learns_from_the_films_of_several_studies(
    made_up: MadeUpStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_training, "FEWEST", 20)
    study = made_up.study
    cases = tuple(replace(c, group=f"other-{c.case_id}") for c in study.cases)
    both = {Path("one"): study, Path("two"): Study(study.folder, cases)}
    monkeypatch.setattr(Study, "open", both.__getitem__)
    train_gain(list(both), plan(tmp_path), prepare=made_up.prepare)
    card = GainReader.load(tmp_path).card
    assert card["films"]["train"] + card["films"]["validation"] == 2 * 39
    assert [one["cases"] for one in card["data"]] == [len(cases)] * 2


def test_films_without_truth_teach_nothing(labelled_study, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="exact soft tissue"):
        train_gain([labelled_study.folder], plan(tmp_path), prepare=lambda job: None)  # type: ignore[arg-type,return-value]


def test_films_are_seen_alike_by_one_process_and_by_two(sample_study: Study) -> None:
    looks = _Looks(prepare_with(None, gain=False), sample_study)
    jobs = list(jobs_of_study(sample_study, Options(), sample_study.cases[:3]))
    alone = {job.name: seen for job, seen in run_jobs(jobs, looks)}
    shared = {job.name: seen for job, seen in run_jobs(jobs, looks, workers=2)}
    assert set(alone) == set(shared) and len(alone) == 3
    for name, known in alone.items():
        other = shared[name]
        assert known and other
        for field, values in known.items():
            np.testing.assert_array_equal(values, other[field])
