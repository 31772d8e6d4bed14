"""What is measured of a study for fits and validations is kept, and only that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.runs.collecting import collect

from ..made_up_study import MadeUpStudy


@pytest.mark.parametrize("inside", [True, False])
def test_a_drive_that_goes_meanwhile_is_told_and_its_films_are_measured_once_it_is_back(
    tmp_path: Path, inside: bool
) -> None:
    made_up = MadeUpStudy(tmp_path / "study", 14)
    folder, gone = made_up.study.folder, tmp_path / "gone"
    cache = (folder if inside else tmp_path / "results") / "features.csv"

    def prepare(job: Any) -> Any:
        if job.name == "hip-12":
            folder.rename(gone)
            raise Refused("There is no such file")
        return made_up.prepare(job)

    with pytest.raises(Refused, match="no longer where it was"):
        collect(made_up.study, cache, prepare)
    assert not folder.exists(), "nothing is begun in its old place"
    gone.rename(folder)
    found = collect(made_up.study, cache, made_up.prepare)
    assert [one.case_id for one in found if one.reason] == ["hip-03"]
    assert cache.is_file()
