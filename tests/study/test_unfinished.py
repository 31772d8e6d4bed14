"""What a user may rely on: half a study is not taken for a whole one."""

import warnings

import pytest

from napari_hipbmd.core.errors import StudyWarning
from napari_hipbmd.study import Study


def test_digital_hips_that_were_broken_off_are_told_with_how_to_go_on(hipbmd, tmp_path):
    made = tmp_path / "made"
    options = ("--n", 3, "--seed", 3, "--pixels", 128, "--out", made)
    hipbmd("phantom", *options)
    whole = (made / "cases.csv").read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(Study.open(made).cases) == 3
    lines = whole.splitlines(keepends=True)
    (made / "cases.csv").write_bytes(b"".join(lines[:-1]))
    with pytest.warns(StudyWarning, match="asked for 3 digital hips .* has 2: .*go"):
        Study.open(made)
    hipbmd("phantom", "--config", made / "phantom.toml")
    assert (made / "cases.csv").read_bytes() == whole


@pytest.mark.parametrize("text", ["n = 'many'", "n = [", "seed = 1", ""])
def test_options_that_tell_no_number_are_no_reason_to_complain(three_cases, text):
    (three_cases.folder / "phantom.toml").write_text(text)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Study.open(three_cases.folder)
