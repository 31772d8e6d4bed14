"""What a user may rely on: nothing learns from digital hips for testing unsaid."""

from pathlib import Path

import pytest

from napari_hipbmd.cli.main import main
from napari_hipbmd.core.errors import StudyWarning
from napari_hipbmd.synthesis import PairOptions, PairsFolder
from napari_hipbmd.synthesis.manifest import Manifest, SourceEntry
from napari_hipbmd.tasks.sources import pairs_to_learn_from


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    folder.mkdir()
    rows = [f"shifted-9-{i:05d},images/{i}.dcm,L,shifted" for i in range(30)]
    rows[3] = rows[3].replace(",shifted", ",train")
    table = "\n".join(["case_id,image,side,family", *rows, ""])
    (folder / "cases.csv").write_text(table)
    return folder


@pytest.mark.parametrize("step", ["gain", "grey-scale"])
def test_rulers_of_the_grey_scale_refuse_them(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], step: str
) -> None:
    out = tmp_path / "out"
    assert main(["train", step, "--study", str(study), "--out", str(out)]) == 2
    told = capsys.readouterr().err
    assert "study has digital hips of the family 'shifted', which are for" in told
    assert not list(out.glob("*.safetensors"))


@pytest.mark.parametrize("step", ["enhancement", "landmarks", "locator", "bmd"])
def test_models_that_learn_from_them_are_told_so(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], step: str
) -> None:
    main(["train", step, "--study", str(study), "--out", str(tmp_path / "out")])
    assert "is no test of a model that has learned from it" in capsys.readouterr().err


def pairs_of(monkeypatch: pytest.MonkeyPatch, *sources: tuple[str, str]) -> PairsFolder:
    entries = tuple(
        SourceEntry(f"sources/hip-{i:05d}.tif", name, i, part, "")  # type: ignore[arg-type]
        for i, (name, part) in enumerate(sources)
    )
    made = PairsFolder(Path("pairs"), Manifest(PairOptions(), 4, 64, entries, entries))
    monkeypatch.setattr(PairsFolder, "open", lambda _: made)
    return made


def test_pairs_made_of_them_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs_of(monkeypatch, ("train-1-00000", "train"), ("shifted-1-00000", "validation"))
    with pytest.warns(StudyWarning, match="pairs has digital hips .* for testing"):
        pairs_to_learn_from(Path("pairs"))


def test_they_may_lie_in_the_test_part_of_pairs(
    monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    made = pairs_of(monkeypatch, ("film-7", "train"), ("shifted-1-00000", "test"))
    assert pairs_to_learn_from(Path("pairs")) is made
    assert not recwarn
