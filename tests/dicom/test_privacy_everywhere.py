"""No output of the program holds a name or a number of those whom its films show."""

import contextlib
import io
import json
import logging
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.datadict import DicomDictionary
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from napari_hipbmd.cli import main
from napari_hipbmd.core.hip_images import LandmarkSet
from napari_hipbmd.core.radiograph import HipBox
from napari_hipbmd.dicom import (
    FilmTags,
    catalogue,
    elements,
    inspect,
    open_film,
    public_elements,
    write_film,
)
from napari_hipbmd.study import FilmFacts, Queue, Study, remember_boxes, write_cases
from napari_hipbmd.study.labelling.edits import place
from napari_hipbmd.study.labelling.predictions import (
    predicted_labels,
    write_predictions,
)

SECRETS = (
    "Quillfeather", "Ottoline", "Bramblewick", "PX99817", "19460307", "ACC44712",
    "Pemberley",
)  # fmt: skip
NAME = "Quillfeather^Ottoline"
NUMBERS = {"PatientBirthDate": "19460307", "AccessionNumber": "ACC44712"}
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
TEXTS = ("LO", "SH", "ST", "LT", "UT", "UC")
# What a film cannot be read without.
NEEDED = {
    "SpecificCharacterSet", "PhotometricInterpretation", "Modality", "Manufacturer",
    "PatientSex", "PatientAge", "ImageLaterality", "Laterality", "PixelSpacing",
    "LossyImageCompression", "PresentationIntentType", "PatientIdentityRemoved",
    "VOILUTFunction", "PresentationLUTShape", "PixelIntensityRelationship",
    "PixelSpacingCalibrationType", "CodingSchemeDesignator",
    "PatientSpeciesDescription", "PatientBreedDescription",
}  # fmt: skip


def plant(path):
    """Write a person into every element of the standard that can hold text."""
    film = pydicom.dcmread(path)
    for tag, (vr, multiplicity, _, retired, keyword) in DicomDictionary.items():
        if (
            tag >> 16 in (0x0000, 0x0002, 0x0004, 0xFFFE)
            or retired
            or keyword in NEEDED
        ):
            continue
        if tag >> 16 > 0x2100 or multiplicity not in ("1", "1-n"):
            continue
        if vr == "PN":
            film.add_new(tag, vr, NAME)
        elif vr in TEXTS:
            film.add_new(tag, vr, "Quillfeather, O.")
        elif vr == "CS":
            film.add_new(tag, vr, "QUILLFEATHER")
        elif vr == "AE":
            film.add_new(tag, vr, "BRAMBLEWICK")
        elif vr in ("DA", "DT"):
            film.add_new(tag, vr, "19460307")
    film.PatientID = film.OtherPatientIDs = "PX99817"
    film.InstitutionName = "Pemberley Hospital"
    film.ReferringPhysicianName = "Bramblewick^A"
    for keyword, value in NUMBERS.items():
        setattr(film, keyword, value)
    film.StudyDate = "20200307"
    for keyword in ("WindowCenterWidthExplanation", "SeriesDescription"):
        setattr(film, keyword, "for Quillfeather")
    for keyword in ("AnatomicRegionSequence", "ViewCodeSequence"):
        item = Dataset()
        item.CodeMeaning = "OTTOLINE"
        setattr(film, keyword, Sequence([item]))
    block = film.private_block(0x0019, "BRAMBLEWICK", create=True)
    block.add_new(1, "LO", NAME)
    film.save_as(path)
    return path


def texts_in(data):
    """The bytes, and what is packed in them: PNG and TIFF text, archives, HTML."""
    yield data
    with (
        contextlib.suppress(zipfile.BadZipFile),
        zipfile.ZipFile(io.BytesIO(data)) as archive,
    ):
        yield from (archive.read(name) for name in archive.namelist())
    for start in (data.find(b"zTXt"), data.find(b"iTXt")):
        if start >= 0:
            with contextlib.suppress(zlib.error):
                yield zlib.decompress(data[data.index(b"\0\0", start) + 2 :])


def assert_nobody_in(what, where=""):
    data = what if isinstance(what, bytes) else str(what).encode()
    for text in texts_in(data):
        lower = text.lower()
        for secret in SECRETS:
            for written in (
                secret.lower().encode(),
                secret.lower().encode("utf-16-le"),
            ):
                assert written not in lower, f"{secret} in {where or lower[:2000]}"


def assert_nobody_below(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert_nobody_in(path.relative_to(folder).as_posix())
        assert_nobody_in(path.read_bytes(), path.name)
    return files


@pytest.fixture(scope="module")
def planted_bytes(tmp_path_factory):
    path = tmp_path_factory.mktemp("planted") / "film.dcm"
    stored = np.random.default_rng(1).integers(0, 4096, (64, 64), np.uint16)
    write_film(path, stored, FilmTags("case", side="L", age_years=75, sex="F"))
    return plant(path).read_bytes()


@pytest.fixture
def planted(tmp_path, planted_bytes):
    path = tmp_path / "Quillfeather_Ottoline.dcm"
    path.write_bytes(planted_bytes)
    return path


def test_a_film_full_of_names_is_read_and_names_nobody(planted, capfd, caplog):
    with caplog.at_level(logging.DEBUG):
        answer = inspect(planted)
        shown = open_film(planted)
        public = public_elements(planted)
        listed = catalogue(planted.parent).films[0]
    assert answer["status"] == "readable", answer["reason"]
    assert_nobody_in(json.dumps(answer))
    assert_nobody_in(repr(shown.facts) + repr(shown.windows))
    assert_nobody_in(repr(shown.radiograph) + shown.radiograph.case_id)
    assert_nobody_in(repr(public))
    assert_nobody_in(listed.name + listed.title)
    assert_nobody_in("".join(capfd.readouterr()) + caplog.text)
    assert {e.name for e in public} >= {"Rows", "Modality", "Patient's Sex"}


def test_what_is_private_is_there_when_it_is_asked_for(planted):
    private = {e.name: e.value for e in elements(planted) if e.private}
    assert private["Patient's Name"] == NAME
    assert private["Patient's Birth Date"] == "19460307"


@pytest.mark.parametrize("options", [[], ["--json"], ["--deidentified"],
                                     ["--deidentified", "--json"]])  # fmt: skip
def test_inspect_names_nobody(planted, capsys, options):
    assert main(["inspect", *options, str(planted)]) == 0
    out, err = capsys.readouterr()
    assert_nobody_in(out + err)
    assert ("Patient's Sex" in out) == ("--deidentified" in options)


def test_a_refused_film_names_nobody(planted, capsys):
    film = pydicom.dcmread(planted)
    film.NumberOfFrames = 9
    film.save_as(planted)
    assert main(["inspect", "--deidentified", str(planted)]) == 3
    assert main(["measure", str(planted), "--json", "-"]) == 3
    assert_nobody_in("".join(capsys.readouterr()))


@pytest.fixture
def planted_study(tmp_path, sample_study):
    """The sample study, with people in its films, their names and its table."""
    folder = tmp_path / "sample_data"
    cases = []
    for case in sample_study.cases[:1]:
        image = folder / "images" / f"Quillfeather_{case.case_id}.dcm"
        image.parent.mkdir(parents=True, exist_ok=True)
        image.write_bytes(case.image.read_bytes())
        plant(image)
        extra = {**case.extra, "patient_name": NAME, "mrn": "PX99817"}
        cases.append(type(case)(case.case_id, image, case.side, case.patient, case.dxa,
                                "PX99817", extra))  # fmt: skip
    write_cases(folder, cases)
    assert len(Study.open(folder).cases) == 1
    return folder


@pytest.mark.slow
def test_no_output_of_the_demo_names_anybody(
    planted_study, tmp_path, monkeypatch, capfd, caplog
):
    monkeypatch.setattr("napari_hipbmd.cli.demo.sample_data_dir", lambda: planted_study)
    out = tmp_path / "out"
    with caplog.at_level(logging.DEBUG):
        assert main(["demo", "--no-window", "--out", str(out)]) == 0
    printed = "".join(capfd.readouterr())
    assert "measured" in printed
    assert_nobody_in(printed + caplog.text)
    assert any(path.suffix == ".html" for path in assert_nobody_below(out))


@pytest.mark.slow
def test_no_export_of_measure_names_anybody(planted_study, tmp_path, capfd):
    out = tmp_path / "out"
    exports = ["--json", str(out / "r.json"), "--csv", str(out / "r.csv"),
               "--layers", str(out / "layers")]  # fmt: skip
    out.mkdir()
    assert main(["measure", str(planted_study), *exports]) == 0
    assert len(assert_nobody_below(out)) == 5
    plain = planted_study / "images"
    (plain / "Ottoline").mkdir()
    for path in list(plain.glob("*.dcm"))[:1]:
        path.rename(plain / "Ottoline" / path.name)
    assert main(["measure", str(plain), *exports]) == 0
    assert_nobody_below(out)
    assert_nobody_in("".join(capfd.readouterr()).replace(str(Path(plain)), ""))


@pytest.fixture(scope="module")
def planted_clinic(tiny_study, tmp_path_factory):
    """Digital hips whose films, file names and table are full of people."""
    folder = tmp_path_factory.mktemp("clinic") / "study"
    cases = []
    for number, case in enumerate(Study.open(tiny_study).cases):
        image = folder / "images" / f"Quillfeather_{number:02d}.dcm"
        image.parent.mkdir(parents=True, exist_ok=True)
        film = pydicom.dcmread(case.image)
        film.PatientName, film.PatientID = NAME, f"PX99817-{number}"
        film.PatientBirthDate, film.AccessionNumber = "19460307", "ACC44712"
        film.ReferringPhysicianName = "Bramblewick^A"
        film.save_as(image)
        extra = {"patient_name": NAME}
        cases.append(replace(case, image=image, group=f"PX99817-{number}", extra=extra))
    plant(cases[0].image)
    write_cases(folder, cases)
    return folder


def assert_only_the_table_and_films_name_somebody(folder):
    """What the program wrote into a study: all but what its owner put there."""
    written = [
        path
        for path in folder.rglob("*")
        if path.is_file() and path.name != "cases.csv" and path.parent.name != "images"
    ]
    assert written
    for path in written:
        assert_nobody_in(path.relative_to(folder).as_posix())
        assert_nobody_in(path.read_bytes(), path.name)
    return {path.name for path in written}


def test_boxes_labels_and_predictions_of_a_study_name_nobody(planted_clinic):
    study = Study.open(planted_clinic)
    case = study.cases[0]
    shape = (128, 128)
    remember_boxes(case.image, {"L": HipBox(0, 0, 90, 90)}, "anna", {})
    facts = FilmFacts(shape, (1.2, 1.2), "L", HipBox(0, 0, 90, 90))
    with study.open_case("anna", case.case_id, facts) as opened:
        opened.apply(place(opened.state, "N1", (10.0, 20.0), "anna"))
    Queue(study, "anna").set_note(case.case_id, "looked at")
    marks = LandmarkSet(np.full((16, 2), 30.0), np.ones(16))
    labels = predicted_labels(case.case_id, marks, facts, "model", "1")
    write_predictions(planted_clinic, labels)
    names = assert_only_the_table_and_films_name_somebody(planted_clinic)
    assert {"boxes.json", "queue.csv", f"{case.case_id}.json"} <= names
    assert any(name.endswith(".jsonl") for name in names)


@pytest.mark.slow
def test_no_file_of_a_run_on_processes_of_its_own_names_anybody(
    planted_clinic, tmp_path, capfd
):
    few = tmp_path / "few"
    cases = Study.open(planted_clinic).cases[:1]
    for case in cases:
        (few / "images").mkdir(parents=True, exist_ok=True)
        (few / "images" / case.image.name).write_bytes(case.image.read_bytes())
    write_cases(
        few, [replace(c, image=few / "images" / c.image.name, box=None) for c in cases]
    )
    out = tmp_path / "out"
    assert main(["measure", str(few), "--out", str(out), "--html", "--sr",
                 "--layers", str(out / "layers"), "--workers", "2"]) == 0  # fmt: skip
    names = {path.suffix for path in assert_nobody_below(out)}
    assert names >= {".html", ".dcm", ".jsonl", ".json", ".csv", ".tif"}
    assert_nobody_in("".join(capfd.readouterr()))


@pytest.mark.slow
def test_no_file_of_a_validation_or_a_calibration_names_anybody(
    planted_clinic, tmp_path, capfd
):
    out = tmp_path / "out"
    assert main(["validate", str(planted_clinic), "--folds", "3", "--samples", "50",
                 "--rows", "raw,enhanced", "--out", str(out)]) == 0  # fmt: skip
    assert main(["train", "bmd", "--study", str(planted_clinic), "--folds", "3",
                 "--out", str(out)]) == 0  # fmt: skip
    assert {"validation.json", "bmd.json"} <= {path.name for path in out.iterdir()}
    names = {path.suffix for path in assert_nobody_below(out)}
    assert names >= {".html", ".json", ".csv"}
    assert_nobody_in("".join(capfd.readouterr()))
