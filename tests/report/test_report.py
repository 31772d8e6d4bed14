"""The report that one can hand on."""

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from napari_hipbmd.bmd import region_features, t_scores
from napari_hipbmd.core.anatomy import SITES, TYPICAL_XY, area, mask, polygons
from napari_hipbmd.core.grey_scale import Cortex, GreyScale
from napari_hipbmd.core.hip_images import HipImages, LandmarkSet
from napari_hipbmd.core.measurement import Estimate, Measurement, RegionMeasurement
from napari_hipbmd.core.radiograph import Flag, Patient, Radiograph
from napari_hipbmd.report import OverviewRow, case_page, csv_text, json_text, study_page
from napari_hipbmd.report.pictures import thumbnail

TRUTH = {"neck": 0.700, "trochanter": 0.610, "intertrochanter": 0.950, "total": 0.820}


def hip(case_id="hip-1", size=240, seed=0, **changes):
    """A measured hip with noisy pictures, as real ones are."""
    rng = np.random.default_rng(seed)
    sto = np.full((size, size), 0.4, dtype=np.float32)
    film = sto + rng.normal(0, 0.02, sto.shape).astype(np.float32)
    marks = TYPICAL_XY * size / 5.5 + (0.25 * size, 0.22 * size)
    for polygon in polygons(marks).values():
        film[mask(polygon, film.shape)] += np.float32(0.2)
    spacing = (180 / size, 180 / size)
    found = region_features(film - sto, polygons(marks))
    bmd = {
        site: Estimate(TRUTH[site] + 0.05, TRUTH[site] - 0.06, TRUTH[site] + 0.16)
        for site in SITES
    }
    known = Measurement(
        case_id,
        f"{case_id}.dcm",
        "L",
        "measured",
        spacing_mm=spacing,
        spacing_source="ImagerPixelSpacing",
        patient=Patient("F", 71.0, 155.0, 58.0),
        film=Radiograph(film, spacing_mm=spacing),
        images=HipImages((0, 0), film, sto),
        landmarks=LandmarkSet(marks, np.full(16, 1.4)),
        regions={
            region: RegionMeasurement(
                polygon,
                found[region].thresholds,
                found[region].features,
                area(polygon) * spacing[0] ** 2 / 100,
            )
            for region, polygon in polygons(marks).items()
        },
        bmd_g_cm2=bmd,
        t_score=t_scores({site: one.value for site, one in bmd.items()}),
        seconds={"read": 0.1, "total": 1.25},
        model_name="bundled",
        calibrated_on="600 digital hips",
    )
    return replace(known, **changes)


class Checker(HTMLParser):
    """Every tag that is opened is closed, in order."""

    VOID = frozenset({"meta", "br", "image", "path", "line", "circle"})

    def __init__(self):
        super().__init__()
        self.open = []
        self.tags = []
        self.links = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [v for k, v in attrs if k in ("src", "href") and v]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [v for k, v in attrs if k in ("src", "href") and v]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def written(measurement, truth=None):
    return case_page(measurement, truth)


def study(measurements, truths=None, **row):
    truths = truths or {}
    return study_page(
        [OverviewRow(m, truths.get(m.case_id, {}), **row) for m in measurements]
    )


def checked(text):
    checker = Checker()
    checker.feed(text)
    checker.close()
    assert not checker.open
    return checker


def test_the_report_is_one_file_without_scripts_or_links():
    found = checked(written(hip()))
    assert "script" not in found.tags
    assert all(link.startswith("data:image/jpeg;base64,") for link in found.links)


def test_every_picture_of_a_film_is_there():
    found = checked(written(hip()))
    assert len(found.links) == 3 + 9  # film, STO, bone; three regions × thresholds


def test_the_pictures_are_drawings_that_a_browser_reads():
    text = written(hip())
    drawings = re.findall(r"<svg .*?</svg>", text, re.DOTALL)
    assert len(drawings) > 12
    for drawing in drawings:
        ElementTree.fromstring(drawing)


def test_the_numbers_and_the_caution_are_there():
    text = written(hip())
    assert "cannot rule out low BMD" in text
    assert "is not calibrated for any real X-ray machine" in text
    assert "0.750" in text  # the neck
    assert "0.640 to 0.860" in text
    assert "−0.9" in text  # its T-score, (.75 − .858) / .12
    assert "600 digital hips" in text
    assert "Looker" in text


def test_the_truth_of_a_digital_hip_stands_beside_the_estimate():
    assert "true 0.700, +0.050" in study([hip()], {"hip-1": TRUTH})
    assert ">0.700<" in written(hip(), TRUTH) and ">+0.050<" in written(hip(), TRUTH)
    assert 'class="true"' not in (text := written(hip()))
    assert "True aBMD" not in text


def test_landmarks_are_named_on_the_film():
    text = written(hip())
    assert all(f">{name}</text>" in text for name in ("N1", "T5", "I4"))


def test_what_a_file_says_cannot_become_markup():
    evil = "<script>alert(1)</script>"
    measured = hip(
        evil,
        film_flags=(Flag(evil, evil),),
        spacing_source=evil,
        model_name=evil,
        calibrated_on=evil,
        policy=evil,
        reason=evil,
        withheld={"neck": (Flag(evil, evil),)},
    )
    link = '"><script>alert(1)</script>'
    for text in (written(measured, TRUTH), study([measured], link=link)):
        assert "<script" not in text
        assert "&lt;script&gt;" in text
        checked(text)


def test_a_refused_film_is_listed_with_its_reason():
    refused = Measurement("spine", "spine.dcm", None, "refused", "It is a spine.")
    text = study([hip(), refused])
    checked(text)
    assert "2 hips: 1 measured, 1 refused" in text
    assert "It is a spine." in text


def test_a_film_without_spacing_shows_its_pictures_and_why_it_has_no_bmd():
    partial = hip(
        status="partial",
        reason="The film has no pixel spacing.",
        spacing_mm=None,
        bmd_g_cm2=None,
        t_score=None,
    )
    found = checked(text := written(partial))
    assert "The film has no pixel spacing." in text
    assert len(found.links) == 12


def test_flags_are_written_out():
    text = written(hip(film_flags=(Flag("metal", "There is metal here."),)))
    assert "There is metal here." in text


@pytest.mark.parametrize(
    "changes",
    [
        {"images": None},
        {"images": None, "landmarks": None, "regions": {}, "bmd_g_cm2": None},
        {"film": None},
        {"landmarks": LandmarkSet(np.full((16, 2), np.nan), np.full(16, np.nan))},
        {"bmd_g_cm2": {"neck": Estimate(np.nan, np.nan, np.nan)}, "t_score": None},
        {"spacing_mm": (0.1, 0.3)},
        {"side": None, "patient": Patient(), "seconds": {}},
    ],
)
def test_a_report_is_written_whatever_is_missing(changes):
    checked(written(hip(**changes)))


def test_a_region_outside_the_picture_is_left_blank():
    whole = hip()
    neck = whole.regions["neck"]
    away = replace(neck, polygon_xy=neck.polygon_xy + 5000, features=np.full(3, np.nan))
    text = written(hip(regions={**whole.regions, "neck": away}))
    assert len(checked(text).links) == 3 + 6


def test_pictures_keep_the_shape_of_the_hip_when_pixels_are_not_square():
    text = written(hip(spacing_mm=(1.0, 0.5)))
    size = re.search(r'figure><svg viewBox="0 0 (\d+) (\d+)"', text).groups()
    width, height = map(int, size)
    assert height == pytest.approx(2 * width, abs=2)


def test_a_film_of_full_size_stays_small_enough_to_mail():
    assert len(written(hip(size=900), TRUTH).encode()) < 700_000


def test_a_study_of_a_thousand_hips_stays_small_enough_to_open():
    one = hip(size=900)
    rows = [OverviewRow(one, TRUTH, thumbnail(one), "cases/hip-1.html")] * 1000
    assert len(study_page(rows).encode()) < 12_000_000


def test_the_page_of_a_study_leads_to_the_pages_of_its_hips():
    found = checked(study([hip()], link="cases/hip-1.html"))
    assert found.links == ["cases/hip-1.html"]


def test_reasons_for_caution_come_before_any_number():
    metal = Flag("metal", "There is metal here.")
    for text in (written(hip(film_flags=(metal,))), study([hip(film_flags=(metal,))])):
        body = text[text.index("<body>") :]
        assert body.index("There is metal here.") < body.index("<b>0.750</b>")


def test_the_reference_data_is_cited_with_its_version():
    for text in (written(hip()), study([hip()])):
        assert "Looker" in text and "version 1998" in text
        assert "white women" in text and "NHANES" in text


def test_the_same_measurements_give_the_same_bytes():
    assert written(hip()) == written(hip())


def test_a_great_age_is_not_told():
    text = written(hip(patient=Patient("F", 97.0, 150.0, 45.0)))
    assert "90 years or older" in text
    assert "97" not in re.sub(r"<svg.*?</svg>|<style>.*?</style>", "", text, flags=re.S)


def test_an_empty_list_gives_an_empty_report():
    checked(text := study([]))
    assert "0 hips" in text


def test_tables_for_machines_name_the_reference_of_the_t_scores():
    [one] = json.loads(json_text([hip()]))
    [row] = csv.DictReader(io.StringIO(csv_text([hip()])))
    for told in (one["t_score_reference"], row["t_score_reference"]):
        assert "NHANES III, white" in told and "women" in told
        assert "version 1998" in told


def test_the_shape_of_the_canal_is_on_the_page_and_in_the_table():
    cortex = Cortex(
        6.0, 6.0, 14.0, 0.46, 60.0, "B", canal_above_mm=45.0, canal_at_lesser_mm=30.0,
        canal_below_mm=14.0, calcar_ratio=0.467, dorr_type_by_ratio="A",
        flare_reason="The film ends too soon.",
    )  # fmt: skip
    found = hip(grey_scale=GreyScale(0.2, 0.1, (), cortex))
    page = written(found)
    assert "Canal–calcar ratio 0.47 (Dorr type A by it)" in page
    assert "No canal flare index: the film ends too soon." in page
    [row] = csv.DictReader(io.StringIO(csv_text([found])))
    assert row["cortex_calcar_ratio"] == "0.467"
    assert row["cortex_flare_index"] == ""
    assert row["cortex_flare_reason"] == "The film ends too soon."
