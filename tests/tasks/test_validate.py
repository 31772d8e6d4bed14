"""``hipbmd validate`` on a made-up study, with a stand-in for the networks."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from napari_hipbmd.core.anatomy import LANDMARK_IDS
from napari_hipbmd.core.errors import Cancelled, Refused, StudyWarning
from napari_hipbmd.core.radiograph import Flag, Patient
from napari_hipbmd.evaluation.figures import write_figures
from napari_hipbmd.evaluation.landmark_errors import landmark_errors
from napari_hipbmd.evaluation.row_result import ROWS
from napari_hipbmd.runs.collecting import collect
from napari_hipbmd.runs.feature_cache import CaseFeatures
from napari_hipbmd.runs.networks import networks_fingerprint
from napari_hipbmd.study import Study, write_cases
from napari_hipbmd.tasks.validate import validate

from ..made_up_study import MadeUpStudy


def run(made_up, out, **options):
    quick = {"folds": 4, "preset": "paper", "samples": 50, "rows": ("raw", "ring")}
    quick |= options
    quick = {"study": made_up.study, "prepare": made_up.prepare} | quick
    return validate(out=out, **quick)


@pytest.fixture
def few(tmp_path):
    """Eight films: enough to be measured, too few to be validated."""
    return MadeUpStudy(tmp_path / "study", 8)


def test_a_study_gives_table_figures_and_files(validated):
    found, out = validated
    text = found.text()
    for name in ("biology only", "raw film", "soft-tissue ring", "enhanced", "exact"):
        assert name in text
    assert "cannot rule out low BMD" in text
    assert "mean radial error" in text
    assert (out / "table.txt").read_text("utf-8") == text
    for name in ("fig7_scatter", "fig8_folds", "bland_altman", "landmarks"):
        with Image.open(out / f"{name}.png") as image:
            assert min(image.size) > 300


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_figures_come_as_lines_and_text_too_when_asked(validated, tmp_path, kind):
    pictures = write_figures(validated[0], tmp_path, kind=kind)
    assert len(pictures) == len(list(tmp_path.glob("*.png")))
    for picture in pictures:
        drawing = picture.with_suffix(f".{kind}").read_bytes()
        if kind == "svg":
            assert (
                b"<text" in drawing
                and b"g/cm" in drawing
                or picture.stem == "landmarks"
            )
        else:
            assert drawing.startswith(b"%PDF")


def test_enhancement_beats_the_raw_film_and_exact_sto_beats_both(validated):
    neck = {
        found.row: found.agreement.r
        for found in validated[0].film_alone
        if found.site == "neck"
    }
    assert neck["raw"] < neck["enhanced"] < neck["exact"]
    assert neck["exact"] > 0.9


def test_the_json_has_every_row_and_no_nan(validated):
    content = json.loads(
        (validated[1] / "validation.json").read_text("utf-8"),
        parse_constant=lambda name: pytest.fail(f"{name} is not JSON"),
    )
    rows = {record["row"] for record in content["rows"]}
    assert rows == set(ROWS)
    assert content["landmarks"]["films"] == 39
    assert content["landmarks"]["per_landmark_mm"]["I4"] is None  # absent in the truth
    assert content["left_out"] == {"hip-03": "It is a spine."}
    assert content["seconds_per_film_median"] == 0.5
    assert content["use"]


def test_the_csv_has_a_line_for_each_row_site_and_set_of_inputs(validated):
    with (validated[1] / "table.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 4 * (2 * len(ROWS) - 1), "no biology without biology"
    assert float(lines[0]["mae_g_cm2"]) > 0


def test_an_output_holds_nothing_that_names_the_patient(validated):
    for name in ("table.csv", "validation.json", "table.txt", "features.csv"):
        assert "patient-" not in (validated[1] / name).read_text("utf-8")


def test_landmark_errors_are_in_mm(made_up, tmp_path):
    found = collect(made_up.study, tmp_path / "features.csv", made_up.prepare)
    errors = landmark_errors(made_up.study, found)
    # 0.7 px of noise in x and y: mean radius 0.7 · √(π/2) px of 1.5 mm
    assert errors.mean_mm == pytest.approx(0.7 * np.sqrt(np.pi / 2) * 1.5, rel=0.1)
    assert errors.within(1) < errors.within(2) < errors.within(4) == 1
    per_landmark = errors.per_landmark_mm()
    assert list(per_landmark) == list(LANDMARK_IDS)
    assert np.isnan(per_landmark["I4"])


def test_a_second_run_measures_nothing_again_and_says_the_same(made_up, tmp_path):
    first = run(made_up, tmp_path).to_json()
    assert len(made_up.measured) == 40
    second = run(made_up, tmp_path).to_json()
    assert len(made_up.measured) == 40
    assert first == second


def test_a_site_with_too_few_readings_is_told(made_up, tmp_path):
    cases = [
        case if i < 15 else replace(case, dxa={**case.dxa, "total": None})
        for i, case in enumerate(made_up.study.cases)
    ]
    write_cases(made_up.study.folder, cases)
    found = run(made_up, tmp_path, study=Study.open(made_up.study.folder))
    assert "Sites without figures (1): total hip (15 readings" in found.text()
    content = json.loads((tmp_path / "validation.json").read_text("utf-8"))
    assert content["sites_left_out"].keys() == {"total"}


def test_an_interrupted_run_goes_on_where_it_stopped(made_up, tmp_path):
    with pytest.raises(Cancelled):
        run(made_up, tmp_path, cancelled=lambda: len(made_up.measured) == 25)
    run(made_up, tmp_path)
    assert len(made_up.measured) == len(set(made_up.measured)) == 40


def test_other_weights_measure_everything_again(few, tmp_path):
    cache = tmp_path / "features.csv"
    collect(few.study, cache, few.prepare, made_with="old")
    collect(few.study, cache, few.prepare, made_with="new")
    assert len(few.measured) == 16


def test_a_changed_film_is_measured_again(few, tmp_path):
    cache = tmp_path / "features.csv"
    collect(few.study, cache, few.prepare)
    film = few.study.cases[7].image
    film.parent.mkdir(parents=True)
    film.write_bytes(b"another film")
    collect(few.study, cache, few.prepare)
    assert few.measured[8:] == ["hip-07"]


@pytest.mark.parametrize("damage", ["", "case_id\n", "\x00\x01", "half"])
def test_a_damaged_cache_is_made_anew(few, tmp_path, damage):
    cache = tmp_path / "features.csv"
    collect(few.study, cache, few.prepare)
    whole = cache.read_text("utf-8")
    cache.write_text(whole[: len(whole) // 2] if damage == "half" else damage, "utf-8")
    found = collect(few.study, cache, few.prepare)
    assert len(found) == 8
    assert cache.read_text("utf-8") == whole


def test_a_damaged_line_of_the_cache_costs_one_film(few, tmp_path):
    cache = tmp_path / "features.csv"
    collect(few.study, cache, few.prepare)
    whole = cache.read_text("utf-8")
    lines = whole.splitlines(keepends=True)
    lines[3] = lines[3].replace("0.5", "half", 1)
    cache.write_text("".join(lines), "utf-8")
    collect(few.study, cache, few.prepare)
    assert few.measured[8:] == ["hip-02"]
    again = cache.read_text("utf-8").splitlines(keepends=True)
    assert sorted(again) == sorted(whole.splitlines(keepends=True))


def test_progress_is_told_case_by_case(few, tmp_path):
    told = []
    collect(
        few.study,
        tmp_path / "features.csv",
        few.prepare,
        progress=lambda done, n, name, found: told.append((done, n, name)),
    )
    assert told[0] == (0, 8, "hip-00")
    assert told[-1] == (8, 8, "")


def test_a_study_without_truth_has_no_exact_rows_and_no_landmark_errors(
    made_up, tmp_path
):
    for path in (made_up.study.folder / "truth").iterdir():
        path.unlink()
    found = run(made_up, tmp_path, rows=ROWS)
    assert found.landmarks is None
    rows = {one.row for one in found.with_biology}
    assert rows == set(ROWS) - {"exact", "exact_gain"}
    assert not (tmp_path / "landmarks.png").exists()


def strip(study, **changes):
    write_cases(study.folder, [replace(case, **changes) for case in study.cases])
    return Study.open(study.folder)


def test_a_study_without_readings_is_refused_before_anything_is_measured(
    made_up, tmp_path
):
    study = strip(made_up.study, dxa={})
    with pytest.raises(Refused, match="no DXA readings"):
        validate(study, tmp_path, prepare=made_up.prepare)
    assert not made_up.measured


def test_landmarks_of_somebody_who_placed_none_are_refused_before_measuring(
    made_up, tmp_path
):
    with pytest.raises(Refused, match="'zoe' has no labels in this study: choose one"):
        run(made_up, tmp_path, landmarks="zoe")
    assert not made_up.measured


def test_a_row_that_was_wanted_and_could_not_be_made_is_named(made_up, tmp_path):
    for path in (made_up.study.folder / "truth").iterdir():
        path.unlink()
    found = run(made_up, tmp_path, rows=("raw", "exact"))
    told = "Rows that could not be made (1): exact STO (not every film has a truth)"
    assert told in found.text()
    stored = json.loads((tmp_path / "validation.json").read_text("utf-8"))
    assert stored["missing_rows"] == ["exact"]


def test_two_patients_with_one_film_under_two_names_are_told(few, tmp_path):
    first, same, other = few.study.cases[0], few.study.cases[1], few.study.cases[2]
    first.image.parent.mkdir(parents=True)
    for case in (first, same, other):  # the first two are of one patient
        case.image.write_bytes(b"one film")
    with pytest.warns(StudyWarning) as told:
        collect(few.study, tmp_path / "features.csv", few.prepare)
    (warning,) = told
    assert "cases 'hip-00' and 'hip-02' have one film under two" in str(warning.message)


def of_another_patient(made_up, says):
    """Films of which one says another sex, and one of which the side is doubted."""

    def prepare(job):
        hip = made_up.prepare(job)
        if job.name == "hip-05":
            return replace(hip, film=replace(hip.film, patient=Patient(sex=says)))
        if job.name == "hip-06":
            return replace(hip, hip_flags=(Flag("side", "It may be mirrored."),))
        return hip

    return prepare


def test_a_film_that_contradicts_the_table_is_told_case_by_case(made_up, tmp_path):
    def once(study):
        found = run(made_up, tmp_path, study=study, prepare=prepare)
        stored = json.loads((tmp_path / "validation.json").read_text("utf-8"))
        return found.text(), stored["contradictions"]

    prepare = of_another_patient(made_up, "M")
    text, stored = once(made_up.study)
    assert list(stored) == ["hip-05", "hip-06"]
    assert "Doubted, hip-05: What is said about the film is not" in text
    assert "sex F against M" in text
    assert "Doubted, hip-06: It may be mirrored." in text
    cases = list(made_up.study.cases)
    cases[5] = replace(cases[5], patient=replace(cases[5].patient, sex="M"))
    assert list(once(Study(made_up.study.folder, tuple(cases)))[1]) == ["hip-06"]
    assert len(made_up.measured) == 40, "the table is compared anew, no film measured"


def test_twelve_films_are_refused(made_up, tmp_path):
    study = Study(made_up.study.folder, made_up.study.cases[:12])
    with pytest.raises(Refused, match="the study has 12"):
        validate(study, tmp_path, prepare=made_up.prepare)


def test_one_patient_in_all_folds_is_refused(made_up, tmp_path):
    study = strip(made_up.study, group="one person")
    with pytest.raises(Refused, match="are of one patient: column 'group'"):
        validate(study, tmp_path, prepare=made_up.prepare)


def test_a_study_without_biology_is_validated_on_the_films_alone(made_up, tmp_path):
    study = strip(made_up.study, patient=Patient())
    found = validate(
        study, tmp_path, 4, preset="paper", samples=50, prepare=made_up.prepare
    )
    assert not found.with_biology
    assert {one.row for one in found.results} == set(ROWS) - {"biology"}
    assert "enhanced" in found.text()


def test_other_networks_have_another_fingerprint_and_another_regression_has_not(
    tmp_path,
):
    bundled, own = tmp_path / "bundled", tmp_path / "own"
    for folder in (bundled, own):
        folder.mkdir()
        for name in ("enhancement.json", "enhancement.safetensors", "landmarks.json"):
            (folder / name).write_text("same")
    first = networks_fingerprint(None, bundled)
    (bundled / "bmd.json").write_text("fitted again")
    assert networks_fingerprint(None, bundled) == first
    assert networks_fingerprint(own, bundled) == first
    (own / "enhancement.safetensors").write_text("other weights")
    assert networks_fingerprint(own, bundled) != first


def test_repeated_folds_stand_in_every_table(made_up, tmp_path):
    found = run(made_up, tmp_path, repeats=3)
    assert "4 folds by patient, repeated 3 times" in found.text()
    assert {one.estimates.shape for one in found.results} == {(3, 39)}
    assert json.loads((tmp_path / "validation.json").read_text("utf-8"))["repeats"] == 3


def test_only_the_rows_that_are_wanted_are_validated(made_up, tmp_path):
    found = run(made_up, tmp_path, rows=("raw", "ring"))
    assert {one.row for one in found.results} == {"raw", "ring"}
    assert "enhanced" not in (tmp_path / "table.csv").read_text("utf-8")
    assert not (tmp_path / "fig9_success.png").exists()
    with pytest.raises(Refused, match="No row can be validated"):
        run(made_up, tmp_path, rows=())


@pytest.mark.parametrize("stage", ["estimating", "intervals", "learning curve"])
def test_a_validation_can_be_stopped_wherever_it_is(made_up, tmp_path, stage):
    steps = []
    with pytest.raises(Cancelled):
        run(
            made_up, tmp_path,
            report=lambda step, results: steps.append(step.stage),
            cancelled=lambda: stage in steps,
        )  # fmt: skip
    assert steps[-1] == stage
    assert not (tmp_path / "table.csv").exists()


def test_the_reference_of_the_t_scores_and_the_measured_coverage_are_told(validated):
    _, out = validated
    for name in ("table.txt", "validation.html"):
        text = (out / name).read_text("utf-8")
        assert "women, Hologic, version 1998: Looker AC" in text
        assert "90 % covers" in text
    rows = json.loads((out / "validation.json").read_text("utf-8"))["rows"]
    own = [r["coverage_of_90"] for r in rows if r["inputs"] == "with biology"]
    assert own and all(0.75 < share <= 1 for share in own)


def test_a_cache_of_many_films_is_not_written_over_and_over(
    made_up, tmp_path, monkeypatch
):
    written, now = [], [0.0]

    def slow(cache, found):
        written.append(len(found))
        now[0] += 60

    def measured(hip, study, case):
        now[0] += 1
        return CaseFeatures(case.case_id)

    for name, made in {
        "write_cache": slow, "case_features": measured, "perf_counter": lambda: now[0]
    }.items():  # fmt: skip
        monkeypatch.setattr(f"napari_hipbmd.runs.collecting.{name}", made)
    collect(made_up.study, tmp_path / "features.csv", made_up.prepare)
    assert written == [10, 40]


def test_a_film_without_a_pixel_size_takes_no_gain_from_others_and_is_named(
    made_up, tmp_path
):
    def prepare(job):
        hip = made_up.prepare(job)
        if job.name != "hip-05":
            return hip
        return replace(hip, film=replace(hip.film, spacing_mm=None), reading=None)

    found = run(made_up, tmp_path, prepare=prepare, rows=("raw", "calibrated"))
    assert all("hip-05" not in one.case_ids for one in found.results)
    assert "no pixel size" in found.left_out["hip-05"]
    alone = run(made_up, tmp_path, prepare=prepare)
    assert all("hip-05" in one.case_ids for one in alone.results)


def test_readings_on_another_scale_than_the_reference_are_given_no_t_scores(
    made_up, tmp_path
):
    def told(maker):
        cases = [
            replace(case, extra={**case.extra, "dxa_maker": maker(i)})
            for i, case in enumerate(made_up.study.cases)
        ]
        study = Study(made_up.study.folder, tuple(cases))
        found = run(made_up, tmp_path, study=study)
        return found.text(), len(found.summary.screening)

    text, screened = told(lambda i: "Hologic")
    assert screened and "No T-scores" not in text
    text, screened = told(lambda i: "GE Lunar Prodigy")
    assert not screened and "Finding low bone density" not in text
    assert "No T-scores: readings of GE Lunar are on another scale" in text
    text, _ = told(lambda i: "Lunar" if i % 2 else "Hologic")
    assert "Readings of GE Lunar (20) and Hologic (20)" in text


def test_a_row_of_more_inputs_than_a_fold_has_cases_is_named_and_not_interpolated(
    made_up, tmp_path
):
    study = Study(made_up.study.folder, made_up.study.cases[:28])
    found = run(
        made_up, tmp_path, study=study, rows=("raw", "calibrated"), preset="paper"
    )
    assert {one.row for one in found.results} == {"raw"}
    assert (
        "Rows that could not be made (1): calibrated (too few cases for least squares"
        " of so many inputs: take --fit ridge)" in found.text()
    )
    ridge = run(made_up, tmp_path, study=study, rows=("calibrated",), preset="default")
    assert {one.row for one in ridge.results} == {"calibrated"}


def test_who_took_part_and_how_many_patients_the_hips_are_of_is_told(validated):
    found, out = validated
    text = found.text()
    assert "Who took part" in text and "39 hips of" in text
    stored = json.loads((out / "validation.json").read_text("utf-8"))
    patients = {one["patients"] for one in stored["rows"]}
    groups = {
        c.group for c in Study.open(out.parent / "study").cases if c.case_id != "hip-03"
    }
    assert patients == {len(groups)}
    everybody = stored["participants"][-1]
    assert (everybody["hips"], everybody["patients"]) == (39, len(groups))


def test_the_regression_that_is_shipped_is_compared_and_looked_at_in_parts(validated):
    summary = validated[0].summary
    against = {one.against for one in summary.differences if one.row == "calibrated"}
    assert against == {"biology", "raw", "ring", "enhanced", "exact"}
    assert {one.row for one in summary.strata} == {"raw", "enhanced", "calibrated"}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"rows": ("bone",)}, "'bone' is no row: choose among biology, raw"),
        ({"repeats": 0}, "at least 1 of repeats, not 0"),
        ({"samples": 0}, "at least 1 of samples, not 0"),
    ],
)
def test_what_no_validation_can_be_made_of_is_refused_before_measuring(
    made_up, tmp_path, wrong, why
):
    with pytest.raises(Refused, match=why):
        run(made_up, tmp_path / "out", **wrong)
    assert not (tmp_path / "out").exists()
