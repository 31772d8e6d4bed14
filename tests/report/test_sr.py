"""What a user may rely on: the structured report is valid, and reads back the same."""

import shutil
import subprocess
from dataclasses import replace

import highdicom as hd
import numpy as np
import pydicom
import pytest
from pydicom.sr.codedict import codes as standard
from scipy.ndimage import map_coordinates

from napari_hipbmd.core.anatomy import LANDMARK_IDS, REGIONS, SITES
from napari_hipbmd.core.radiograph import Flag
from napari_hipbmd.dicom import read_film, source_of
from napari_hipbmd.dicom.source import IDENTIFIERS
from napari_hipbmd.pipeline.models import load_models
from napari_hipbmd.quality import DEFAULT, withhold
from napari_hipbmd.report import codes
from napari_hipbmd.report.sr import structured_report
from napari_hipbmd.runs.jobs import jobs_of
from napari_hipbmd.runs.measuring import measure_job

SECRETS = {
    "PatientName": "Quillfeather^Ottoline",
    "PatientID": "PX-99817",
    "PatientBirthDate": "19460307",
    "StudyDate": "20210307",
    "AccessionNumber": "ACC4471",
    "ReferringPhysicianName": "Bramblewick^A",
}


@pytest.fixture(scope="module")
def job(sample_study):
    return jobs_of(sample_study.folder)[0]


@pytest.fixture(scope="module")
def measured(job):
    return measure_job(job, load_models())


@pytest.fixture(scope="module")
def named_film(job, tmp_path_factory):
    """The film with somebody's name on it."""
    film = pydicom.dcmread(job.path)
    for keyword, value in SECRETS.items():
        setattr(film, keyword, value)
    path = tmp_path_factory.mktemp("named") / "film.dcm"
    film.save_as(path)
    return path


def write(path, measurement, source, dxa=None):
    path.write_bytes(structured_report(measurement, source, dxa))
    return path


@pytest.fixture(scope="module")
def report(tmp_path_factory, measured, job):
    path = tmp_path_factory.mktemp("report") / "sr.dcm"
    return write(path, measured, source_of(job.path), job.dxa)


def content(path):
    return hd.sr.srread(path).content


def value_of(group, name):
    found = group.get_measurements(name=hd.sr.CodedConcept.from_code(name))
    return found[0].value if found else None


def group_at(groups, finding):
    wanted = hd.sr.CodedConcept.from_code(finding)
    return [group for group in groups if group.finding_type == wanted]


@pytest.mark.parametrize("way", ["R\\F", "L\\H", "F\\L", "H\\R"])
def test_points_lie_on_the_film_as_it_is_stored(way, job, measured, tmp_path):
    """A film that is turned to be looked at: other programs show it unturned."""
    film = pydicom.dcmread(job.path)
    shown = film.pixel_array
    stored = shown[::-1] if "H" in way else shown
    stored = stored[:, ::-1] if "R" in way else stored
    stored = np.ascontiguousarray(stored.T if way[0] in "FH" else stored)
    film.Rows, film.Columns = stored.shape
    film.PixelData, film.PatientOrientation = stored.tobytes(), way.split("\\")
    film.save_as(tmp_path / "film.dcm")
    turned = replace(measured, film=read_film(tmp_path / "film.dcm"))
    path = write(tmp_path / "sr.dcm", turned, source_of(tmp_path / "film.dcm"))
    groups = content(path).get_planar_roi_measurement_groups()
    for name, (x, y) in zip(LANDMARK_IDS, measured.landmarks.xy, strict=True):
        [group] = group_at(groups, codes.LANDMARK[name])
        [[column, row]] = group.roi.value - 0.5
        seen, meant = grey_at(stored, row, column), grey_at(shown, y, x)
        assert seen == pytest.approx(meant, abs=1), name  # of 4096 grey steps


def grey_at(pixels, row, column):
    """Between pixels, so that rounding of a place does not matter."""
    place = [[row], [column]]
    return float(map_coordinates(pixels, place, order=1, output=float)[0])


def test_the_numbers_read_back_are_those_that_were_measured(report, measured):
    groups = content(report).get_planar_roi_measurement_groups()
    regions = dict(zip(REGIONS, group_at(groups, codes.REGION), strict=True))
    for region, group in regions.items():
        [site] = group.finding_sites
        assert site.value == hd.sr.CodedConcept.from_code(codes.PLACE[region])
        assert site.laterality == hd.sr.CodedConcept.from_code(
            codes.SIDE[measured.side]
        )
        e = measured.bmd_g_cm2[region]
        for name, number in (
            (codes.ESTIMATE, e.value),
            (codes.ESTIMATE_LOW, e.low),
            (codes.ESTIMATE_HIGH, e.high),
            (codes.AREA, measured.regions[region].area_cm2),
            (codes.FEATURES[1], measured.regions[region].features[1]),
        ):
            assert value_of(group, name) == pytest.approx(number, abs=6e-5)
        [estimate] = group.get_measurements(
            name=hd.sr.CodedConcept.from_code(codes.ESTIMATE)
        )
        assert estimate.unit == hd.sr.CodedConcept.from_code(codes.G_CM2)
        outline = group.roi.value
        assert group.roi.graphic_type == hd.sr.GraphicTypeValues.POLYLINE
        polygon = measured.regions[region].polygon_xy
        np.testing.assert_allclose(outline[:-1], polygon + 0.5, atol=1e-3)
        np.testing.assert_array_equal(outline[0], outline[-1])
    assert value_of(regions["neck"], codes.T_SCORE) == pytest.approx(
        measured.t_score["neck"], abs=0.005
    )
    [total] = group_at(content(report).get_image_measurement_groups(), codes.WHOLE)
    assert value_of(total, codes.ESTIMATE) == pytest.approx(
        measured.bmd_g_cm2["total"].value, abs=5e-5
    )


def test_every_landmark_is_one_point_with_its_expected_error(report, measured):
    groups = content(report).get_planar_roi_measurement_groups()
    for name, xy, sigma in zip(
        LANDMARK_IDS, measured.landmarks.xy, measured.landmarks.sigma_mm, strict=True
    ):
        [group] = group_at(groups, codes.LANDMARK[name])
        assert group.roi.graphic_type == hd.sr.GraphicTypeValues.POINT
        np.testing.assert_allclose(group.roi.value[0], xy + 0.5, atol=1e-3)
        assert value_of(group, codes.EXPECTED_ERROR) == pytest.approx(sigma, rel=1e-5)


def test_dxa_codes_are_for_the_reference_reading_alone(report, job):
    groups = content(report).get_image_measurement_groups()
    readings = group_at(groups, codes.READING)
    found = [value_of(group, codes.DXA[job.options.side]) for group in readings]
    assert found == [job.dxa[site] for site in SITES]
    text = pydicom.dcmread(report).to_json()
    assert text.count('"LN"') == len(SITES)


@pytest.mark.parametrize("identified", [False, True])
@pytest.mark.parametrize("validator", ["dciodvfy", "dsrdump"])
def test_an_independent_validator_finds_no_error(
    tmp_path, measured, named_film, job, validator, identified
):
    if shutil.which(validator) is None:
        package = {"dciodvfy": "dicom3tools", "dsrdump": "dcmtk"}[validator]
        pytest.skip(f"{validator} is not installed (Debian package {package})")
    flagged = replace(measured, film_flags=(Flag("metal", "A screw.", ("neck",)),))
    source = source_of(named_film, identified)
    path = write(tmp_path / "sr.dcm", withhold(flagged, DEFAULT), source, job.dxa)
    ran = subprocess.run([validator, path], capture_output=True, text=True)
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said
    assert not [line for line in said.splitlines() if line.startswith(("Error", "E:"))]
    if validator == "dsrdump":
        assert "Comprehensive SR Document" in said and "(g/cm2,UCUM" in said
    else:
        assert "ComprehensiveSR" in said


def test_nobody_is_named_unless_asked_for(tmp_path, measured, named_film):
    film = pydicom.dcmread(named_film)
    path = write(tmp_path / "sr.dcm", measured, source_of(named_film))
    data, found = path.read_bytes(), pydicom.dcmread(path)
    for secret in [*SECRETS.values(), film.SOPInstanceUID, film.StudyInstanceUID]:
        assert str(secret).encode() not in data
    assert all(str(found.get(keyword, "")) == "" for keyword in IDENTIFIERS)
    assert found.PatientIdentityRemoved == "YES"
    again = source_of(named_film)
    assert again.SOPInstanceUID == source_of(named_film).SOPInstanceUID
    assert again.SOPInstanceUID.encode() in data  # reports about one film agree


def test_a_named_report_files_itself_beside_its_film(tmp_path, measured, named_film):
    film = pydicom.dcmread(named_film)
    found = pydicom.dcmread(
        write(tmp_path / "sr.dcm", measured, source_of(named_film, True))
    )
    assert found.StudyInstanceUID == film.StudyInstanceUID
    assert str(found.PatientName) == SECRETS["PatientName"]
    evidence = found.CurrentRequestedProcedureEvidenceSequence[0]
    [reference] = evidence.ReferencedSeriesSequence[0].ReferencedSOPSequence
    assert reference.ReferencedSOPInstanceUID == film.SOPInstanceUID


def test_a_withheld_value_is_not_in_the_report_but_its_reason_is(
    tmp_path, measured, job
):
    flagged = replace(measured, film_flags=(Flag("metal", "A screw.", ("neck",)),))
    left = withhold(flagged, DEFAULT)
    path = write(tmp_path / "sr.dcm", left, source_of(job.path))
    groups = group_at(content(path).get_planar_roi_measurement_groups(), codes.REGION)
    neck, trochanter, _ = groups
    assert value_of(neck, codes.ESTIMATE) is None
    assert value_of(trochanter, codes.ESTIMATE) is not None
    [reason] = neck.get_qualitative_evaluations(
        name=hd.sr.CodedConcept.from_code(codes.WITHHELD)
    )
    assert reason.value == hd.sr.CodedConcept.from_code(codes.FLAG["metal"])


def test_the_same_measurement_is_the_same_instance(report, measured, job, tmp_path):
    again = write(tmp_path / "b.dcm", measured, source_of(job.path), job.dxa)
    uids = [pydicom.dcmread(path).SOPInstanceUID for path in (report, again)]
    assert uids[0] == uids[1]
    assert all(code.scheme_designator == codes.SCHEME for code in codes.FLAG.values())
    assert len({code.value for code in codes.FLAG.values()}) == len(codes.FLAG)
    assert standard.DCM.Device  # the standard's own dictionary is there


def test_a_picture_gets_no_report_and_the_reason(hipbmd, tmp_path):
    from PIL import Image

    grey = np.random.default_rng(1).integers(0, 255, (200, 200)).astype(np.uint8)
    Image.fromarray(grey).save(tmp_path / "hip.png")
    ran = hipbmd("measure", tmp_path / "hip.png", "--side", "L", "--spacing-mm", 0.7,
                 "--out", tmp_path / "out", "--sr")  # fmt: skip
    assert ran.status == 0 and "no structured report of a picture" in ran.err
    assert not list((tmp_path / "out").rglob("*.dcm"))


def test_the_command_writes_pages_and_reports_with_a_name_only_when_asked(
    hipbmd, named_film, tmp_path
):
    out = tmp_path / "out"
    hipbmd("measure", named_film, "--out", out, "--html", "--sr")
    written = [p.read_bytes() for p in out.rglob("*") if p.is_file()]
    assert len(written) == 8
    for secret in (b"Quillfeather", b"PX-99817", b"ACC4471", b"19460307"):
        assert not any(secret in data for data in written)
    hipbmd("measure", named_film, "--out", out, "--html", "--sr", "--identified")
    page = next((out / "cases").iterdir()).read_text("utf-8")
    assert "Quillfeather Ottoline" in page and "PX-99817" in page
    assert "Quillfeather" not in (out / "results.jsonl").read_text("utf-8")
    assert "Quillfeather" not in (out / "results.csv").read_text("utf-8")
    assert "Quillfeather" not in (out / "report.html").read_text("utf-8")
    assert hipbmd("measure", named_film, "--identified").status == 2
