"""Which labelled films a training takes, told before any is read."""

import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.tasks.training_data import RealFilms, real_hips

from ..made_up_study import MadeUpStudy


def test_a_split_without_a_validation_part_is_told_as_that(tmp_path):
    study = MadeUpStudy(tmp_path / "study", 4).study
    rows = "".join(f"patient-{i:02d},train\n" for i in range(2))
    (study.folder / "split.csv").write_text(f"group,part\n{rows}")
    with pytest.raises(Refused, match="no case of the study into the part validation"):
        real_hips(RealFilms(study.folder, "anna"), None)
