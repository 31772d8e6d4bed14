"""Readings of a densitometer find their films, and nobody's name comes along."""

import csv
import os
from datetime import date

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import EncapsulatedPDFStorage, ExplicitVRLittleEndian, generate_uid

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import Patient
from napari_hipbmd.dicom import FilmTags, patient_key, write_film
from napari_hipbmd.study.dxa.tables import readings_of_text
from napari_hipbmd.tasks.dxa import DxaOptions, pair_with_films

NAME = "Quillfeather^Ottoline"
HOLOGIC = (
    "IDENTIFIER1,LAST_NAME,SCAN_DATE,SIDE,NECK_BMD,TROCH_BMD,INTER_BMD,WARDS_BMD,"
    "HTOT_BMD,HTOT_BMC\n"
)
LUNAR = """Patient ID;Name;Measure Date;Site;Region;BMD (g/cm²);T-score
P100;Quillfeather;14.03.2024;Left Femur;Neck;0,812;-1,9
P100;Quillfeather;14.03.2024;Left Femur;Upper Neck;0,700;-1,0
P100;Quillfeather;14.03.2024;Left Femur;Troch;0,601;-1,1
P100;Quillfeather;14.03.2024;Left Femur;Shaft;1,001;-1,2
P100;Quillfeather;14.03.2024;Left Femur;Total;0,851;-1,3
P100;Quillfeather;14.03.2024;AP Spine;Total;0,999;-1,3
"""
REPORT = """Hologic Horizon
Patient ID: P100
Scan Date: March
Scan Type: x Left Hip

Region     Area (cm²)   BMC (g)   BMD (g/cm²)   T-score
Neck       5.01         3.60      0.718         -1.2
Troch      9.00         5.40      0.600         -1.0
Inter      16.0         16.2      1.012         -0.6
Total      30.0         25.2      0.840         -0.8
"""


def film(path, patient="P100", day="20240301", side="L", **more):
    """A film of somebody, on a day."""
    path.parent.mkdir(parents=True, exist_ok=True)
    grey = np.linspace(0, 1000, 128 * 128).reshape(128, 128).astype(np.uint16)
    write_film(path, grey, FilmTags(path.stem, side, sex="F"))
    stored = pydicom.dcmread(path)
    stored.PatientID, stored.PatientName = patient, NAME
    stored.StudyDate = stored.AcquisitionDate = stored.ContentDate = day
    for keyword, value in {"PatientIdentityRemoved": "NO", **more}.items():
        setattr(stored, keyword, value)
    stored.save_as(path)


@pytest.fixture
def study(tmp_path):
    """Films of three patients; the third has no reading."""
    folder = tmp_path / "study"
    film(folder / "images" / "a.dcm")
    film(folder / "images" / "b.dcm", "P200", side="R")
    film(folder / "images" / "c.dcm", "P300")
    return folder


@pytest.fixture
def export(tmp_path):
    """Write what a densitometer exported."""

    def write(text, name="export.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def table(study):
    with (study / "cases.csv").open(encoding="utf-8") as file:
        return {row["case_id"]: row for row in csv.DictReader(file)}


def paired(study, *exports, **options):
    return pair_with_films(DxaOptions(study=study, exports=exports, **options))


ROWS = (
    "P100,Quillfeather,2024-03-14,Left,0.712,0.600,1.001,0.5,0.851,30\n"
    "P100,Quillfeather,2023-01-01,Left,0.799,0.700,1.101,0.5,0.951,30\n"
    "P100,Quillfeather,2024-03-02,Right,0.612,0.500,0.901,0.5,0.751,30\n"
    "P200,Quillfeather,2020-03-14,Right,0.612,0.500,0.901,0.5,0.751,30\n"
)


def test_the_nearest_reading_of_the_same_hip_goes_into_the_table(study, export):
    done = paired(study, export(HOLOGIC + ROWS))
    first, old, none = done.pairs
    assert first.days == 13 and not first.doubts
    assert old.reading is None and "1448 days away" in old.doubts[0]
    assert none.doubts == ("there is no reading of this patient",)
    row = table(study)["a"]
    assert (row["bmd_neck"], row["bmd_trochanter"]) == ("0.712", "0.6")
    assert (row["bmd_intertrochanter"], row["bmd_total"]) == ("1.001", "0.851")
    assert row["image"] == "images/a.dcm" and row["side"] == "L"
    assert (row["dxa_days"], row["dxa_maker"]) == ("13", "Hologic")
    assert row["group"] == patient_key("P100")
    assert table(study)["b"]["bmd_neck"] == table(study)["c"]["bmd_neck"] == ""


def test_no_name_and_no_number_of_a_patient_is_written_or_shown(study, export, hipbmd):
    ran = hipbmd("dxa", study, export(HOLOGIC + ROWS))
    assert ran.status == 3 and "1 of 3 hips have a reading" in ran.out
    for text in (ran.out, ran.err, (study / "cases.csv").read_text("utf-8")):
        assert "Quillfeather" not in text and "P100" not in text
        assert "2024" not in text


def test_films_that_are_called_after_their_patient_are_refused(study, export):
    film(study / "images" / "Quillfeather" / "d.dcm")
    with pytest.raises(Refused, match="1 of 4 films .* name their patient") as why:
        paired(study, export(HOLOGIC + ROWS))
    assert "Quillfeather" not in str(why.value)
    assert not (study / "cases.csv").exists()


def test_files_that_get_no_case_are_told(study, export):
    (study / "images" / "d.bmp").write_bytes(b"BM" + bytes(60))
    (study / "images" / "e.dcm").touch()
    Image.new("L", (64, 64)).save(study / "images" / "f.png")
    picture, spoilt = paired(study, export(HOLOGIC + ROWS)).doubts
    assert picture.startswith("pictures that got no case, 1 of them")
    assert spoilt.startswith("images/d.bmp, which got no case: a BMP picture (1 more")


def test_a_case_whose_film_cannot_be_used_is_told(study, export):
    paired(study, export(HOLOGIC + ROWS))
    (study / "images" / "a.dcm").write_bytes(b"BM" + bytes(60))
    (study / "images" / "b.dcm").unlink()
    first, second = paired(study, export(HOLOGIC + ROWS), window=5000).doubts
    assert first == "a: a BMP picture"
    assert second == "b: its film is not there"


def test_a_folder_of_exports_that_may_not_be_opened_is_told(
    study, export, tmp_path, monkeypatch
):
    (tmp_path / "exports" / "old").mkdir(parents=True)
    export(HOLOGIC + ROWS).rename(tmp_path / "exports" / "new.csv")
    scan = os.scandir

    def scandir(path):
        if str(path).endswith("old"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    done = paired(study, tmp_path / "exports")
    assert done.filled and "may not be opened" in done.doubts[0]


def test_looking_writes_nothing(study, export):
    done = paired(study, export(HOLOGIC + ROWS), look=True)
    assert done.filled == 1 and not (study / "cases.csv").exists()


def test_a_table_that_is_there_is_filled_and_keeps_what_it_has(study, export):
    (study / "cases.csv").write_text(
        "case_id,image,side,bmd_neck,group,ward\n"
        "one,images/a.dcm,L,,w1,7\ntwo,images/b.dcm,R,0.5,w2,8\n"
    )
    exported = export(HOLOGIC + ROWS.replace("2020-03-14", "2024-03-01"))
    done = paired(study, exported)
    rows = table(study)
    assert rows["one"]["bmd_neck"] == "0.712" and rows["one"]["ward"] == "7"
    assert rows["two"]["bmd_neck"] == "0.5" and rows["two"]["bmd_total"] == ""
    assert any("two: bmd_neck is 0.5 and the reading says 0.612" in d
               for d in done.doubts)  # fmt: skip
    paired(study, exported, replace=True)
    assert table(study)["two"]["bmd_neck"] == "0.612"


FULL = (
    "case_id,image,side,bmd_neck,bmd_trochanter,bmd_total,group,dxa_days,dxa_maker\n"
    "one,images/a.dcm,L,{}\n"
)


@pytest.mark.parametrize(
    ("had", "doubt"),
    [
        (".712,.61,,w,-5,", "aBMD is -5 days from the film and the reading +13"),
        (",,.9,w,-5,", "aBMD is -5 days from the film and the reading +13"),
        (",.61,,w,,", "aBMD may be of another day than the reading"),
        (".712,,,w,13,GE Lunar", "aBMD is of GE Lunar and the reading of Hologic"),
    ],
)
def test_readings_of_two_days_or_makers_are_not_mixed(study, export, had, doubt):
    (study / "cases.csv").write_text(FULL.format(had))
    exported = export("IDENTIFIER1,SCAN_DATE,SIDE,NECK_BMD\nP100,2024-03-14,L,0.712\n")
    done = paired(study, exported)
    assert any(f"one: its {doubt}" in one for one in done.doubts) and not done.filled
    row = table(study)["one"]
    assert row["dxa_days"] == had.split(",")[4]
    assert row["bmd_neck"] == ("0.712" if had.startswith(".712") else "")


def test_replacing_leaves_no_site_of_the_old_reading(study, export):
    (study / "cases.csv").write_text(FULL.format(".8,.61,.9,w,-5,GE Lunar"))
    exported = export(
        "PID,Scan Date,Side,Neck BMD,Total BMD\nP100,2024-03-14,L,.5,.6\n"
    )
    paired(study, exported, replace=True)
    row = table(study)["one"]
    assert (row["bmd_neck"], row["bmd_trochanter"], row["bmd_total"]) == (
        "0.5", "", "0.6"
    )  # fmt: skip
    assert (row["dxa_days"], row["dxa_maker"]) == ("13", "")


def test_more_sites_of_the_same_reading_join_it(study, export):
    (study / "cases.csv").write_text(FULL.format(".712,,.9,w,13,Hologic"))
    exported = export("PID,Scan Date,Side,Trochanter BMD\nP100,2024-03-14,L,.6\n")
    assert paired(study, exported).filled == 1
    row = table(study)["one"]
    assert (row["bmd_neck"], row["bmd_trochanter"]) == ("0.712", "0.6")
    assert row["dxa_maker"] == "Hologic"


def test_a_side_that_the_table_and_the_film_tell_differently_is_told(study, export):
    (study / "cases.csv").write_text(
        "case_id,image,side\none,images/a.dcm,R\ntwo,images/b.dcm,R\n"
    )
    done = paired(study, export(HOLOGIC + ROWS))
    assert done.doubts == [
        "one: the table says side R and the film L; the table's counts"
    ]


@pytest.fixture
def three(study):
    """Write the table of three films: a and d are of one patient, b of another."""
    film(study / "images" / "d.dcm", side="R")

    def write(*groups):
        header = "case_id,image,side" + (",group" if groups else "")
        cases = ["a,images/a.dcm,L", "b,images/b.dcm,R", "d,images/d.dcm,R"]
        rows = [
            ",".join(filter(None, one))
            for one in zip(cases, groups or [""] * 3, strict=True)
        ]
        (study / "cases.csv").write_text("\n".join([header, *rows, ""]))
        return study

    return write


def test_groups_that_are_not_the_patients_are_told(three, export):
    done = paired(three("w1", "w1", "w2"), export(HOLOGIC + ROWS))
    shared, parted = done.doubts
    assert shared.startswith("a and b: the films are of different patients and share")
    assert parted.startswith("a and d: the films are of one patient and in different")
    assert not paired(three("w1", "w2", "w1"), export(HOLOGIC + ROWS)).doubts


def test_a_table_without_groups_gets_the_patients_keys(three, export):
    study = three()
    assert not paired(study, export(HOLOGIC + ROWS)).doubts
    first, second = patient_key("P100"), patient_key("P200")
    groups = [row["group"] for row in table(study).values()]
    assert groups == [first, second, first]


def test_groups_that_a_split_names_stay(three, export):
    study = three()
    (study / "split.csv").write_text("group,part\na,train\nb,test\nd,train\n")
    done = paired(study, export(HOLOGIC + ROWS))
    assert [row["group"] for row in table(study).values()] == ["a", "b", "d"]
    assert any("of one patient and in different groups" in one for one in done.doubts)


def test_lunars_regions_in_rows_are_read_with_decimal_commas(study, export):
    done = paired(study, export(LUNAR, encoding="utf-16"))
    assert done.pairs[0].reading.bmd_g_cm2 == {
        "neck": 0.812, "trochanter": 0.601, "intertrochanter": 1.001, "total": 0.851,
    }  # fmt: skip
    assert any("GE Lunar's shaft" in doubt for doubt in done.doubts)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_to_be_saved_again(study, export, encoding):
    exported = export(HOLOGIC + ROWS, encoding=encoding)
    with pytest.raises(Refused, match="export.csv is not UTF-8 text: save it again"):
        paired(study, exported)


def test_utf16_with_its_mark_and_what_windows_writes_are_read(study, export):
    text = HOLOGIC + ROWS.replace("Quillfeather", "Müller")
    for encoding in ("utf-16", "cp1252"):
        assert paired(study, export(text, encoding=encoding), look=True).filled == 1


def test_both_sides_in_one_row_become_two_readings():
    text = "PID\tScan Date\tLeft Neck BMD\tRight Neck BMD\nP1\t2024-01-02\t.7\t.8\n"
    left, right = readings_of_text(text, "x.txt", patient_key).readings
    assert (left.side, left.bmd_g_cm2) == ("L", {"neck": 0.7})
    assert (right.side, right.bmd_g_cm2) == ("R", {"neck": 0.8})


def test_regions_that_name_their_side_become_two_readings():
    text = "PID,Scan Date,Region,BMD\n" + "".join(
        f"P1,2024-01-02,{region},{bmd}\n"
        for region, bmd in [
            ("Neck Left", 0.8), ("Neck Right", 0.6),
            ("Total Left", 0.9), ("Total Right", 0.7), ("Total Mean", 0.8),
        ]
    )  # fmt: skip
    found = readings_of_text(text, "x.csv", patient_key)
    left, right = found.readings
    assert (left.side, left.bmd_g_cm2) == ("L", {"neck": 0.8, "total": 0.9})
    assert (right.side, right.bmd_g_cm2) == ("R", {"neck": 0.6, "total": 0.7})
    assert not found.doubts


def test_a_printed_report_is_read():
    text = REPORT.replace("March", "03/14/2024")
    [found] = readings_of_text(text, "report.txt", patient_key).readings
    assert found.taken == date(2024, 3, 14) and found.side == "L"
    assert found.bmd_g_cm2["neck"] == 0.718 and len(found.bmd_g_cm2) == 4
    assert found.patient == patient_key("P100") and found.maker == "Hologic"


@pytest.mark.parametrize(
    ("lines", "height_cm", "weight_kg"),
    [
        ("Height: 163.0 cm    Weight: 62,1 kg", 163.0, 62.1),
        ("Height: 64.0 in. Weight: 137.0 lbs.", 162.6, 62.1),
        ("Height / Weight: 64.0 in. 137.0 lbs.    Ethnicity: White", 162.6, 62.1),
        ("Height: 5' 4\"\nWeight: 137 lb", 162.6, 62.1),
        ("Größe: 1,63 m\nGewicht: 62 kg", 163.0, 62.0),
    ],
)
def test_height_and_weight_of_a_printed_report_are_read_in_their_units(
    lines, height_cm, weight_kg
):
    text = REPORT.replace("March", f"03/14/2024\n{lines}")
    found = readings_of_text(text, "report.txt", patient_key)
    assert found.readings[0].biology == Patient(None, None, height_cm, weight_kg)
    assert found.readings[0].bmd_g_cm2["neck"] == 0.718 and not found.doubts


@pytest.mark.parametrize("line", ["Height: 64", "Height: about 64 in", "Height: 62 kg"])
def test_a_height_of_a_report_that_may_be_in_any_unit_is_told(line):
    text = REPORT.replace("March", f"03/14/2024\n{line}\nWeight: 62 kg")
    found = readings_of_text(text, "report.txt", patient_key)
    assert found.readings[0].biology == Patient(weight_kg=62)
    assert [one for one in found.doubts if "the Height was passed over" in one]


def days_of(*texts, **known):
    rows = "".join(f"P1,{text},0.7\n" for text in texts)
    found = readings_of_text(
        "PID,Scan Date,Neck BMD\n" + rows, "x.csv", patient_key, **known
    )
    return [reading.taken for reading in found.readings]


def test_days_are_understood_by_the_other_days_of_the_file():
    assert days_of("3/4/2024", "25/4/2024")[0] == date(2024, 4, 3)
    assert days_of("3/4/2024", "4/25/2024")[0] == date(2024, 3, 4)
    assert days_of("3/4/2024", order="mdy")[0] == date(2024, 3, 4)
    assert days_of("3.4.2024", "20240405") == [date(2024, 4, 3), date(2024, 4, 5)]


@pytest.mark.parametrize(
    "text",
    ["05-Mar-2024", "5 MÄRZ 2024", "2024-mar-5", "2024-03-05T10:20", "05-OCT-2024"],
)
def test_months_may_be_words(text):
    assert days_of(text)[0] == date(2024, 10 if "OCT" in text else 3, 5)


def test_a_month_before_its_day_needs_no_order():
    assert days_of('"March 5, 2024"')[0] == date(2024, 3, 5)


def test_a_day_of_the_week_beside_a_month_is_no_month():
    assert days_of("Tuesday 4 April 2021", "Di 6. Apr. 2021") == [
        date(2021, 4, 4), date(2021, 4, 6)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["mardi 4 avril 2021", "mar 4 abr 2021", "mar. 4 mai 2021", "03042021",
     "mardi 4 avril 2021 10:20", "Marchand 4 2021"],
)  # fmt: skip
@pytest.mark.parametrize("order", [None, "dmy"])
def test_a_day_of_other_words_or_figures_is_not_guessed(text, order):
    with pytest.raises(Refused, match="a day cannot be read: write it like"):
        days_of(text, order=order)


def test_years_of_two_digits_are_read_by_whoever_tells_the_order():
    assert days_of("5/3/24", "6/3/98", order="dmy") == [
        date(2024, 3, 5), date(1998, 3, 6)
    ]  # fmt: skip
    with pytest.raises(Refused, match="two digits: say --dates dmy or mdy"):
        days_of("5/3/24", "25/3/2024")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,2\n", "no BMD of a hip"),
        ("Name,Neck BMD\nx,0.7\n", "does not say whose readings"),
        ("PID,Scan Date,Neck BMD\nP1,3/4/2024,0.7\n", "line 2: days could be meant"),
        (
            "PID,Scan Date,Neck BMD\nP1,soon,0.7\n",
            "line 2: a day cannot be read: write",
        ),
        ("PID,Scan Date,Neck BMD\nP1,2024-01-01,\n", "no BMD of a hip in its 1 rows"),
        (
            "PID,ID,Scan Date,Height,Neck BMD\nP1,1,2024-01-01,61,\n",
            "no BMD of a hip in its 1 rows",
        ),
        ("", "no BMD of a hip"),
    ],
)
def test_what_is_no_export_is_one_sentence(text, sentence):
    with pytest.raises(Refused, match=sentence):
        readings_of_text(text, "x.csv", patient_key)


def test_doubtful_numbers_are_told_and_left_out():
    text = "PID,Scan Date,Height,Neck BMD,Total BMD\nP1,2024-01-01,61,712,0.8\n"
    found = readings_of_text(text, "x.csv", patient_key)
    assert found.readings[0].bmd_g_cm2 == {"total": 0.8}
    assert any("neck is 712" in doubt for doubt in found.doubts)
    assert any("Height has no unit" in doubt for doubt in found.doubts)


def readings(text):
    """What is found in a text, as (patient, side, sites), and what is told of it."""
    found = readings_of_text(text, "x.csv", patient_key)
    keys = {patient_key(one): one for one in ("P1", "P2")}
    return [
        (keys[one.patient], one.side, one.bmd_g_cm2) for one in found.readings
    ], found.doubts  # fmt: skip


LEFT_OF_P2 = """Patient ID: P2
Sex: F
Scan Date: 2021-03-04
Scan Type: a Left Hip
Region\tBMD
Neck\t0.5
Total\t0.6
Age: 70

"""


def test_printed_reports_of_two_patients_in_one_text_stay_apart():
    right_of_p1 = (
        "Scan Type: a Right Hip\nScan Date: 2021-03-05\nPatient ID: P1\n"
        "Region\tBMD\nNeck\t0.8\nTroch\t0.7\nTotal\t9.9\n"
    )
    found = readings_of_text(LEFT_OF_P2 + right_of_p1, "x.txt", patient_key)
    left, right = found.readings
    assert (left.patient, left.side) == (patient_key("P2"), "L")
    assert left.bmd_g_cm2 == {"neck": 0.5, "total": 0.6}
    assert (right.patient, right.side) == (patient_key("P1"), "R")
    assert right.bmd_g_cm2 == {"neck": 0.8, "trochanter": 0.7}
    assert (right.taken, right.biology.sex) == (date(2021, 3, 5), None)
    assert right.biology.age_years is None
    assert found.doubts == [
        "x.txt, line 16: total is 9.9, no BMD in g/cm²; it was left out"
    ]


def test_a_second_table_of_one_printed_report_is_of_the_same_patient():
    more = "Scan Type: a Right Hip\nRegion\tBMD\nNeck\t0.8\n"
    found, doubts = readings(LEFT_OF_P2 + more)
    assert found == [
        ("P2", "L", {"neck": 0.5, "total": 0.6}), ("P2", "R", {"neck": 0.8})
    ]  # fmt: skip
    assert not doubts


@pytest.mark.parametrize("line", ["Side: Right", "Laterality: R", "Side:"])
def test_a_side_before_its_day_is_of_the_table_below(line):
    left = "Patient ID: P1\nSide: Left\nScan Date: 2021-03-04\nRegion\tBMD\nNeck\t.5\n"
    right = f"{line}\nScan Date: 2022-03-04\nRegion\tBMD\nNeck\t.7\n"
    side = None if line == "Side:" else "R"
    found, doubts = readings(left + right)
    assert found == [("P1", "L", {"neck": 0.5}), ("P1", side, {"neck": 0.7})]
    assert not doubts


def test_a_table_that_says_no_side_takes_none_over():
    more = "Scan Date: 2022-03-04\nRegion\tBMD\nNeck\t.7\n"
    assert readings(LEFT_OF_P2 + more)[0][1] == ("P2", None, {"neck": 0.7})


@pytest.mark.parametrize(
    "line", ["Patient ID:", "Patient: Doe, Jane (222)", "Name: Doe", "ID:"]
)
def test_a_report_of_somebody_without_a_number_is_told_and_left_out(line):
    table = "Scan Date: 2022-03-04\nScan Type: Hip\nRegion\tBMD\nNeck\t.7\n"
    found, doubts = readings(f"{LEFT_OF_P2}{line}\n{table}{table}")
    assert found == [("P2", "L", {"neck": 0.5, "total": 0.6})]
    assert len(doubts) == 1 and "does not say whose readings they are" in doubts[0]
    assert "Doe" not in doubts[0]


def test_a_last_report_without_a_table_is_told():
    found, doubts = readings(f"{LEFT_OF_P2}Patient ID: P1\nScan Type: Left Hip\n")
    assert found == [("P2", "L", {"neck": 0.5, "total": 0.6})]
    assert doubts == ["x.csv, line 10: no table of BMD follows"]


def test_what_stands_between_a_name_and_a_number_is_of_that_patient():
    more = "Name: Doe\nSex: M\nAge: 50\nPatient ID: P1\nScan Type: Left Hip\n"
    table = "Scan Date: 2022-03-04\nRegion\tBMD\nNeck\t.7\n"
    found = readings_of_text(LEFT_OF_P2 + more + table, "x.txt", patient_key)
    assert found.readings[1].patient == patient_key("P1")
    assert found.readings[1].biology == Patient("M", 50.0)


def test_a_side_that_nobody_knows_is_told_and_its_row_left_out():
    rows = "P1,2021-03-04,Izquierda,0.7\nP1,2021-03-05,D,0.8\nP1,2021-03-06,n/a,0.9\n"
    found, [doubt] = readings(f"PID,Scan Date,Lado,Neck BMD\n{rows}")
    assert found == [("P1", "L", {"neck": 0.7}), ("P1", None, {"neck": 0.9})]
    assert doubt.startswith("x.csv, line 3: the side 'D' is not known; write L or R")


def test_places_that_nobody_knows_are_told_and_passed_over():
    found, [doubt] = readings(
        "PID,Scan Date,Side,Neck BMD,Hip BMD (g/cm²),BMD change,Wards BMD,L1 BMD\n"
        "P1,2021-03-04,L,0.7,0.8,0.1,0.5,0.9\n"
    )
    assert found == [("P1", "L", {"neck": 0.7})]
    assert doubt.startswith("x.csv: Hip BMD (g/cm²) is none of the places that are")
    rows = ("Cuello,0.7", "Total,0.8", "Wards,0.5", "Upper Neck,0.6")
    found, [doubt] = readings(
        "PID,Scan Date,Scan Type,Region,BMD\n"
        + "".join(f"P1,2021-03-04,Left Hip,{row}\n" for row in rows)
    )
    assert found == [("P1", "L", {"total": 0.8})]
    assert doubt.startswith("x.csv: Cuello is none of the places that are known")


def test_a_row_of_more_cells_than_columns_is_told_and_left_out():
    found, [doubt] = readings(
        "PID,Scan Date,Side,Neck BMD,Troch BMD\n"
        "P1,2021-03-04,L,1,2,0,9\n"
        "P2,2021-03-04,L,0.7,0.6,,\n"
    )
    assert found == [("P2", "L", {"neck": 0.7, "trochanter": 0.6})]
    assert doubt.startswith("x.csv, line 2: there are more cells than columns, as by a")


def test_rows_that_differ_on_a_patient_s_sex_or_age_are_told():
    _, doubts = readings(
        "PID,Scan Date,Side,Sex,Age,Neck BMD\n"
        "P1,2021-03-04,L,F,71,0.7\n"
        "P1,2021-03-04,L,F,17,0.7\n"
        "P1,2022-03-04,L,M,72,0.7\n"
    )
    assert doubts == [
        "x.csv, line 3: another age of the same hip and day; the first one counts",
        "x.csv, line 4: its patient has another sex in a row before; check both",
    ]


TABLE_OF_NECK = "Region\tBMD\nNeck\t0.8\n"


@pytest.mark.parametrize(
    "lines",
    [
        [
            "Name: Doe, Jane   DOB: 1950-01-01   ID: P1",
            "Scan Date: 2021-03-04  Age: 71",
            "Scan Type: a Left Hip   Analyzed: 2021-03-05 10:30   Sex: F",
        ],
        [
            "Name: Doe, Jane DOB: 1950-01-01, Patient ID: P1 Sex: F",
            "Age: 71 Scan Type: a Left Hip Scan Date: 4 March 2021, Time: 10:30",
        ],
        [
            "Hologic Horizon   Patient ID: P1;Sex: F | Age: 71",
            "Scan Date:\t2021-03-04\tScan Type:\tLeft Hip",
        ],
    ],
)
def test_several_things_in_a_line_of_a_report_are_all_read(lines):
    text = "\n".join([*lines, TABLE_OF_NECK])
    found = readings_of_text(text, "x.txt", patient_key)
    [one] = found.readings
    assert one.patient == patient_key("P1") and one.side == "L"
    assert one.taken == date(2021, 3, 4) and one.biology == Patient("F", 71.0)
    assert not found.doubts


def test_a_line_that_cannot_be_taken_apart_is_told_and_not_guessed():
    more = "Patient ID: P1 Ward or so: 7\nScan Date: 2022-03-04\n" + TABLE_OF_NECK
    found, doubts = readings(LEFT_OF_P2 + more)
    assert found == [("P2", "L", {"neck": 0.5, "total": 0.6})]
    assert doubts[0].startswith("x.csv, line 10, cannot be read: write one thing")
    assert doubts[1].startswith("x.csv does not say whose readings they are")
    with pytest.raises(Refused, match="line 1, cannot be read: .* a line, .* whose"):
        readings(more)
    alone = "Patient ID: P1\nScan Date: 2022-03-04\nSide: Right Operator or so: L\n"
    found, [doubt] = readings(alone + TABLE_OF_NECK)
    assert found == [("P1", None, {"neck": 0.8})]
    assert doubt.startswith("x.csv, line 3, cannot be read: write one thing a line")


@pytest.mark.parametrize(
    "line", ["Neck BMD 0.712   Total BMD 0.801", "Total BMD: 0.801  T-score: -1.2"]
)
def test_a_bmd_outside_of_a_table_is_told(line):
    said = "Patient ID: P1\nScan Date: 2022-03-04\n"
    found, [doubt] = readings(f"{said}{line}\n{TABLE_OF_NECK}")
    assert found == [("P1", None, {"neck": 0.8})]
    assert doubt.startswith("x.csv, line 3, cannot be read")


@pytest.mark.parametrize(
    "line", ["Troch 0.712   Total 0.801", "Troch\t0.712*", "Troch\t0.712 g/cm²"]
)
def test_a_row_whose_bmd_is_no_number_is_told(line):
    said = "Patient ID: P1\nScan Date: 2022-03-04\nScan Type: Hip\n"
    found, [doubt] = readings(f"{said}{TABLE_OF_NECK}{line}\n")
    assert found == [("P1", None, {"neck": 0.8})]
    assert doubt.startswith("x.csv, line 6: trochanter cannot be read")


GOOD = "P2,,2021-03-04,,R,,,0.7,,\n"
COLUMNS = (
    "PATIENT_ID,ID,Scan Date,Date,Side,Scan Type,Sex,Neck BMD,Neck BMD,Left Neck BMD"
)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("P1,,2021-03-04,,R,Left Hip,,0.8,,", "both hips are named; the row was left"),
        ("P1,,2021-03-04,,R,,,,,0.8", "neck is of one hip and its row of the other"),
        ("P1,,2021-03-04,,R,,,0.8,0.5,", "neck is told twice and differs; it was left"),
    ],
)
def test_a_row_that_contradicts_itself_is_told_and_left_out(row, sentence):
    found, doubts = readings(f"{COLUMNS}\n{GOOD}{row}\n")
    assert found == [("P2", "R", {"neck": 0.7})]
    assert len(doubts) == 1 and f"x.csv, line 3: {sentence}" in doubts[0]
    with pytest.raises(Refused, match=f"can be used: x.csv, line 2: {sentence}"):
        readings(f"{COLUMNS}\n{row}\n")


def test_a_column_that_is_there_twice_and_differs_leaves_its_row_out():
    text = "PID,PID,Scan Date,Neck BMD\nP1,P2,2021-03-04,0.8\nP1,P1,2021-03-04,0.7\n"
    found, doubts = readings(text)
    assert found == [("P1", None, {"neck": 0.7})]
    assert doubts == [
        "x.csv, line 2: PID is told twice and differs; the row was left out"
    ]


@pytest.mark.parametrize("turned", [False, True])
def test_the_specific_column_counts_and_the_general_one_is_told(turned):
    cells = [
        ("PATIENT_ID", "P2"), ("ID", "P1"), ("Scan Date", "2021-03-04"),
        ("Date", "2019-01-01"), ("Neck BMD", "0.8"),
    ]  # fmt: skip
    header, row = zip(*(reversed(cells) if turned else cells), strict=True)
    text = f"{','.join(header)}\n{','.join(row)}\n"
    found = readings_of_text(text, "x.csv", patient_key)
    [one] = found.readings
    assert (one.patient, one.taken) == (patient_key("P2"), date(2021, 3, 4))
    assert set(found.doubts) == {
        "x.csv: PATIENT_ID and ID differ: PATIENT_ID counts",
        "x.csv: Scan Date and Date differ: Scan Date counts",
    }


def test_a_row_without_its_patients_number_is_told_and_left_out():
    found, doubts = readings(
        "ID,PATIENT_ID,Scan Date,Neck BMD\n1,P1,2021-03-04,0.8\nP2,,2021-03-04,0.7\n"
    )
    assert found == [("P1", None, {"neck": 0.8})]
    assert doubts == [
        "x.csv: PATIENT_ID and ID differ: PATIENT_ID counts",
        "x.csv, line 3: it does not say whose reading it is; the row was left out",
    ]


def test_the_day_of_the_export_does_not_stand_in_for_the_scans():
    found = readings_of_text(
        "PID,Scan Date,Date,Neck BMD\nP1,2021-03-04,2022-01-01,.8\nP2,,2022-01-01,.7\n",
        "x.csv",
        patient_key,
    )
    assert [one.taken for one in found.readings] == [date(2021, 3, 4), None]


def test_a_column_that_is_always_empty_leaves_its_meaning_to_another():
    text = "IDENTIFIER1,PATIENT_ID,Scan Date,Neck BMD\n,P1,2021-03-04,0.8\n"
    assert readings(text) == ([("P1", None, {"neck": 0.8})], [])


def test_a_number_above_a_table_goes_before_its_running_numbers():
    found, doubts = readings(
        "Patient ID: P1\nScan Date: 2021-03-04\nScan Type: Left Hip\n"
        "ID\tRegion\tBMD\nP2\tNeck\t0.7\nP3\tTotal\t0.8\n"
    )
    assert found == [("P1", "L", {"neck": 0.7, "total": 0.8})]
    assert doubts == ["x.csv: Patient ID and ID differ: Patient ID counts"]


def test_columns_of_one_meaning_that_agree_are_no_doubt():
    found, doubts = readings(
        "PATIENT_ID,ID,Scan Date,Date,Side,Scan Type,Scan Mode,Neck BMD,Neck BMD\n"
        "P1,p1,2021-03-04,04.03.2021,R,Right Hip,Fast,0.8,\n"
    )
    assert found == [("P1", "R", {"neck": 0.8})] and not doubts


@pytest.mark.parametrize(
    ("word", "sex"),
    [("Mujer", "F"), ("M", "M"), ("weiblich", "F"), ("Hombre", "M"),
     ("Female (F)", "F"), ("manly", None), ("F/M", None)],
)  # fmt: skip
def test_a_sex_is_a_whole_word(word, sex):
    text = f"PID,Scan Date,Sex,Neck BMD\nP1,2021-03-04,{word},0.8\n"
    found = readings_of_text(text, "x.csv", patient_key)
    assert found.readings[0].biology.sex == sex
    assert (sex is None) == any("a sex is none of the words" in d for d in found.doubts)


def sexes(heading, *cells):
    rows = "".join(f"P{i},2021-03-04,{c},0.8\n" for i, c in enumerate(cells))
    text = f"PID,Scan Date,{heading},Neck BMD\n{rows}"
    found = readings_of_text(text, "x.csv", patient_key)
    return [one.biology.sex for one in found.readings], found.doubts


def test_m_beside_h_is_a_woman():
    assert sexes("Sexo", "H", "M", "M") == (["M", "F", "F"], [])


def test_m_alone_under_a_spanish_name_is_left_out_and_told_once():
    told, [doubt] = sexes("Sexo", "M", "M")
    assert told == [None, None]
    assert "the sex M may be a woman's (mujer, vrouw) or a man's here" in doubt


def test_exports_that_write_m_in_two_languages_are_told(study, export):
    head = "PID,Scan Date,Side,Sex,Neck BMD\n"
    one = export(head + "P100,2024-03-14,Left,M,0.8\n", "one.csv")
    two = export(head + "P200,2024-03-14,Right,H,0.8\n", "two.csv")
    [doubt] = paired(study, one, two, look=True).doubts
    assert "M in another was taken for a man and may be mujer" in doubt
    with_women = export(head + "P100,2024-03-14,Left,M,0.8\nP1,2024-03-14,Left,F,1\n")
    assert not paired(study, with_women, two, look=True).doubts


def test_age_height_and_weight_out_of_range_are_told_and_left_out():
    found = readings_of_text(
        "PID,Scan Date,Age,Height_cm,Weight_kg,Neck BMD\n"
        "P1,2021-03-04,300,1.65,62000,0.8\n",
        "x.csv",
        patient_key,
    )
    assert found.readings[0].biology == Patient()
    assert found.doubts == [
        f"x.csv, line 2: {what}; it was left out"
        for what in (
            "age_years is not a number from 0 to 130",
            "height_cm is not a number from 50 to 250",
            "weight_kg is not a number from 2 to 400",
        )
    ]


def test_a_zero_is_nothing_that_was_entered_or_measured():
    found = readings_of_text(
        "PID,Scan Date,Age,Height_cm,Weight_kg,Neck BMD,HTOT_BMD\n"
        "P1,2021-03-04,0,0,0.0,0.8,0.000\n",
        "x.csv",
        patient_key,
    )
    [one] = found.readings
    assert one.bmd_g_cm2 == {"neck": 0.8} and one.biology == Patient()
    assert not found.doubts


def test_the_sites_of_scans_that_alternate_join_their_own_reading():
    rows = [
        ("P1", "L", "Neck", 0.7), ("P1", "R", "Neck", 0.8), ("P2", "L", "Neck", 0.9),
        ("P1", "L", "Troch", 0.5), ("P1", "R", "Neck", 0.6),
    ]  # fmt: skip
    found, doubts = readings(
        "PID,Scan Date,Side,Region,BMD\n"
        + "".join(f"{who},2021-03-04,{side},{r},{v}\n" for who, side, r, v in rows)
    )
    assert found == [
        ("P1", "L", {"neck": 0.7, "trochanter": 0.5}),
        ("P1", "R", {"neck": 0.8}), ("P2", "L", {"neck": 0.9}),
    ]  # fmt: skip
    assert doubts == [
        "x.csv, line 6: another neck of the same hip and day; the first one counts"
    ]


SPINE = "".join(f"P1,2021-03-04,,L{i},0.8\n" for i in range(1, 5))
HIP = "P1,2021-03-04,R,Neck,0.8\nP1,2021-03-04,R,Total,0.9\n"
SPINES_TOTAL = "P1,2021-03-04,,Total,1.1\n"


@pytest.mark.parametrize("spine", [SPINE + SPINES_TOTAL, SPINES_TOTAL])
def test_a_total_without_a_site_of_a_hip_is_told_and_left_out(spine):
    found, doubts = readings(f"PID,Scan Date,Side,Region,BMD\n{HIP}{spine}")
    assert found == [("P1", "R", {"neck": 0.8, "total": 0.9})]
    assert len(doubts) == 1 and "total may be of another part of the body" in doubts[0]
    with pytest.raises(Refused, match="total may be of another part"):
        readings(f"PID,Scan Date,Side,Region,BMD\n{spine}")


def test_a_total_that_is_called_a_hips_is_read_alone():
    text = "PID,Scan Date,Region,BMD\nP1,2021-03-04,Total Hip,0.9\n"
    assert readings(text) == ([("P1", None, {"total": 0.9})], [])


def test_the_total_of_a_row_with_vertebrae_is_told_and_left_out():
    found, doubts = readings(
        "PID,Scan Date,L1 BMD,Neck BMD,Total BMD\n"
        "P1,2021-03-04,1.0,,1.1\nP2,2021-03-04,,0.7,0.8\n"
    )
    assert found == [("P2", None, {"neck": 0.7, "total": 0.8})]
    assert len(doubts) == 1 and "x.csv, line 2: total may be of" in doubts[0]


@pytest.mark.parametrize(
    "label",
    ["Total Body BMD", "TOTAL_BODY_LESS_HEAD_BMD", "TBODY_TOTAL_BMD", "SUB_TOTAL_BMD"],
)
def test_the_bodys_total_is_no_hips(label):
    found, doubts = readings(
        f"PID,Scan Date,Neck BMD,{label},Total Hip BMD\nP1,2021-03-04,0.7,1.1,0.8\n"
    )
    assert found == [("P1", None, {"neck": 0.7, "total": 0.8})] and not doubts


def test_the_bodys_total_among_regions_is_no_hips():
    text = "PID,Scan Date,Region,BMD\nP1,2021-03-04,Neck,0.7\n"
    found, _ = readings(text + "P1,2021-03-04,Total Body,1.1\n")
    assert found == [("P1", None, {"neck": 0.7})]


def test_a_femoral_head_is_of_a_hip():
    text = "PID,Scan Date,Exam,Neck BMD\nP1,2021-03-04,Femoral head and neck,0.7\n"
    assert readings(text)[0] == [("P1", None, {"neck": 0.7})]


@pytest.mark.parametrize(
    "labels", ["Total Hip BMD,Total BMD", "Total BMD,Total Hip BMD"]
)
def test_a_total_that_names_a_hip_goes_first(labels):
    cells = "0.8,1.1" if labels.startswith("Total Hip") else "1.1,0.8"
    found, doubts = readings(f"PID,Scan Date,{labels}\nP1,2021-03-04,{cells}\n")
    assert found == [("P1", None, {"total": 0.8})] and not doubts


def scanned(columns, *cells, sites="Neck BMD,Total BMD", values="0.7,0.8"):
    """What is found in a row whose scan is named so, and what is told of it."""
    row = ",".join(["P1", "2021-03-04", *cells, values])
    return readings(f"PID,Scan Date,{columns},{sites}\n{row}\n")


def test_the_type_of_a_scan_goes_before_the_place_where_it_was_made():
    found, doubts = scanned("Site,Scan Type", "Spine Clinic", "Hip")
    assert found == [("P1", None, {"neck": 0.7, "total": 0.8})] and not doubts
    found, doubts = scanned("Site,Scan Type", "L", "Right Hip")
    assert found == [("P1", "R", {"neck": 0.7, "total": 0.8})]
    assert doubts == ["x.csv: Scan Type and Site differ: Scan Type counts"]


def test_a_site_tells_what_the_type_of_the_scan_does_not():
    assert scanned("Scan Mode,Site", "Fast", "Left Femur")[0][0][1] == "L"
    assert scanned("Exam,Site", "Hip", "Left")[0][0][1] == "L"
    with pytest.raises(Refused, match="no BMD of a hip in its 1 rows"):
        scanned("Scan Mode,Site", "Fast", "AP Spine")


def test_a_scan_of_hip_and_spine_keeps_its_neck_and_not_the_spines_total():
    exam = "Hip and Lumbar Spine"
    found, doubts = scanned("Exam", exam)
    assert found == [("P1", None, {"neck": 0.7, "total": 0.8})] and not doubts
    sites = "L1 BMD,Neck BMD,Total BMD"
    found, doubts = scanned("Exam", exam, sites=sites, values="1,0.7,1.1")
    assert found == [("P1", None, {"neck": 0.7})]
    assert "total may be of another part of the body" in doubts[0]


def dicom(path, modality="SR", **elements):
    """A file of a densitometer about P100."""
    file = Dataset()
    file.file_meta = FileMetaDataset()
    file.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file.SOPClassUID = file.file_meta.MediaStorageSOPClassUID = EncapsulatedPDFStorage
    file.SOPInstanceUID = file.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    file.PatientID, file.PatientName, file.StudyDate = "P100", NAME, "20240314"
    file.Modality, file.Manufacturer = modality, "HOLOGIC"
    for keyword, value in elements.items():
        setattr(file, keyword, value)
    file.save_as(path, enforce_file_format=True)
    return path


def coded(meaning, value="1"):
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "99", meaning
    return [code]


def content(kind, meaning, *inside, **more):
    item = Dataset()
    item.RelationshipType, item.ValueType = "CONTAINS", kind
    item.ConceptNameCodeSequence = coded(meaning)
    item.ContentSequence = list(inside)
    for keyword, value in more.items():
        setattr(item, keyword, value)
    return item


def density(meaning, value):
    measured = Dataset()
    measured.NumericValue = value
    measured.MeasurementUnitsCodeSequence = coded("g/cm2", "g/cm2")
    return content("NUM", meaning, MeasuredValueSequence=[measured])


def test_a_structured_report_is_read(study, tmp_path):
    hip = content(
        "CONTAINER", "Left Hip", density("Neck BMD", "0.701"),
        density("Total BMD", "0.805"),
    )  # fmt: skip
    spine = content("CONTAINER", "AP Spine", density("Total BMD", "0.999"))
    path = dicom(tmp_path / "sr.dcm", ContentSequence=[hip, spine])
    done = paired(study, path)
    assert done.pairs[0].reading.bmd_g_cm2 == {"neck": 0.701, "total": 0.805}
    assert done.pairs[0].days == 13 and done.pairs[0].reading.maker == "Hologic"


def test_a_structured_report_that_tells_a_site_twice_gives_no_such_site(
    study, tmp_path
):
    hip = content(
        "CONTAINER", "Left Hip", density("Neck BMD", "0.701"),
        density("Neck BMD", "0.801"), density("Total BMD", "0.805"),
        density("Total BMD", "0.805"),
    )  # fmt: skip
    done = paired(study, dicom(tmp_path / "sr.dcm", ContentSequence=[hip]))
    assert done.pairs[0].reading.bmd_g_cm2 == {"total": 0.805}
    assert "sr.dcm: neck is told twice and differs; it was left out" in done.doubts


def test_a_total_of_a_structured_report_that_no_hip_is_named_for_is_told(
    study, tmp_path
):
    left = content("CONTAINER", "Left Hip", density("Neck BMD", "0.701"))
    path = dicom(tmp_path / "sr.dcm", ContentSequence=[left, density("Total", "1.1")])
    done = paired(study, path)
    assert done.pairs[0].reading.bmd_g_cm2 == {"neck": 0.701}
    assert any("total may be of another part of the body" in d for d in done.doubts)


def test_encapsulated_text_is_read_and_a_picture_of_text_is_told(study, tmp_path):
    text = "\n".join(REPORT.splitlines()[3:]).encode()
    text += b"\0" * (len(text) % 2)
    path = dicom(
        tmp_path / "text.dcm", "DOC", EncapsulatedDocument=text,
        MIMETypeOfEncapsulatedDocument="text/plain",
    )  # fmt: skip
    done = paired(study, path)
    assert done.pairs[0].reading.bmd_g_cm2["neck"] == 0.718
    pdf = dicom(
        tmp_path / "pdf.dcm", "DOC", EncapsulatedDocument=b"%PDF-1.4",
        MIMETypeOfEncapsulatedDocument="application/pdf",
    )  # fmt: skip
    with pytest.raises(Refused, match="a document of the type application/pdf"):
        paired(study, pdf)


@pytest.mark.parametrize(
    ("kind", "encoding", "preamble"),
    [
        ("text/plain; charset=utf-8", "utf-8", True),
        ("text/plain", "utf-16", True),
        ("text/plain", "utf-8", False),
    ],
)
def test_encapsulated_text_is_read_however_it_is_told_and_stored(
    study, tmp_path, kind, encoding, preamble
):
    text = "\n".join(REPORT.splitlines()[3:]).encode(encoding)
    path = dicom(
        tmp_path / "text.dcm", "DOC", MIMETypeOfEncapsulatedDocument=kind,
        EncapsulatedDocument=text + b"\0" * (len(text) % 2),
    )  # fmt: skip
    if not preamble:
        path.write_bytes(path.read_bytes()[132:])
    assert paired(study, path).pairs[0].reading.bmd_g_cm2["neck"] == 0.718


@pytest.mark.parametrize(
    ("head", "what"),
    [(b"%PDF-1.4\n", "a PDF document"), (b"\xff\xd8\xff", "a picture")],
)
def test_a_report_that_is_a_picture_is_called_so(study, tmp_path, head, what):
    (tmp_path / "report").write_bytes(head + b"Neck 0.8")
    with pytest.raises(Refused, match=f"report is {what}, of which no number can be"):
        paired(study, tmp_path / "report")


def test_a_text_about_somebody_else_than_its_header_is_told_and_left_out(
    study, tmp_path
):
    text = REPORT.replace("P100", "P200").replace("March", "2024-03-14").encode()
    path = dicom(
        tmp_path / "text.dcm", "DOC", MIMETypeOfEncapsulatedDocument="text/plain",
        EncapsulatedDocument=text + b"\0" * (len(text) % 2),
    )  # fmt: skip
    with pytest.raises(Refused, match="header names another patient than its text"):
        paired(study, path)


def test_a_film_of_the_pelvis_becomes_two_hips(tmp_path, export):
    film(tmp_path / "study" / "p.dcm", side=None, BodyPartExamined="PELVIS")
    paired(tmp_path / "study", export(HOLOGIC + ROWS))
    rows = table(tmp_path / "study")
    assert rows["p-L"]["bmd_neck"] == "0.712" and rows["p-R"]["bmd_neck"] == "0.612"
    assert rows["p-L"]["group"] == rows["p-R"]["group"]


@pytest.mark.parametrize("day", ["2024-03-01", "2024-03-02", "2024-06-01"])
def test_a_reading_of_the_hip_goes_before_one_of_no_side(study, export, day):
    text = f"PID,Scan Date,Side,Neck BMD\nP100,2024-03-01,,.9\nP100,{day},L,.7\n"
    pairs = paired(study, export(text), look=True).pairs
    assert pairs[0].reading.bmd_g_cm2 == {"neck": 0.7}
    assert "does not say which hip" not in " ".join(pairs[0].doubts)
    near = paired(study, export(text), look=True, window=0).pairs[0].reading
    assert near.side == ("L" if day == "2024-03-01" else None)


def test_a_film_without_a_side_is_not_guessed_between_two_readings(tmp_path, export):
    film(tmp_path / "study" / "h.dcm", side=None)
    done = paired(tmp_path / "study", export(HOLOGIC + ROWS))
    assert done.pairs[0].reading is None
    assert "no side, and there are readings of both" in done.pairs[0].doubts[0]


ROW = "P100,Quillfeather,2024-03-14,Left,0.712,0.600,1.001,0.5,0.851,30\n"


@pytest.mark.parametrize("written", ['="P100"', "'P100", " P100 "])
def test_a_number_that_is_kept_from_the_spreadsheet_is_the_patients(
    study, export, written
):
    done = paired(study, export(HOLOGIC + ROW.replace("P100", written)), look=True)
    assert done.pairs[0].reading is not None


def test_a_number_that_a_spreadsheet_rounded_is_told_and_its_row_left_out(
    study, export
):
    rows = ROW + ROW.replace("P100", "1.23457E+11")
    done = paired(study, export(HOLOGIC + rows), look=True)
    (doubt,) = done.doubts
    assert "line 3: a spreadsheet has rounded the patient's number" in doubt


def test_numbers_that_fit_no_film_at_all_are_told_with_what_may_have_become_of_them(
    study, export
):
    done = paired(study, export(HOLOGIC + ROW.replace("P100", "100")), look=True)
    assert "a spreadsheet makes 123 of 00123" in " ".join(done.doubts)


@pytest.mark.parametrize(
    ("written", "side"),
    [("li.", "L"), ("RE", "R"), ("linkes Femur", "L"), ("re-scan", None)],
)
def test_german_sides_are_known(study, export, written, side):
    table = readings_of_text(
        LUNAR.replace("Left Femur", f"Hüfte {written}" if " " in written else written)
        if side
        else LUNAR.replace("Left Femur", f"Left Femur {written}"),
        "x",
        patient_key,
    )
    assert table.readings[0].side == (side or "L")


def test_a_patients_number_under_a_german_name_is_read():
    text = LUNAR.replace("Patient ID", "Patienten-Nr.")
    assert readings_of_text(text, "x", patient_key).readings[0].patient


@pytest.mark.parametrize("column", ["BMD (mg/cm²)", "Neck BMD [mg/cm2]"])
def test_readings_in_milligrams_are_refused_with_their_column(column):
    text = LUNAR.replace("BMD (g/cm²)", column)
    with pytest.raises(Refused, match="readings in mg/cm² .*export them in g/cm²"):
        readings_of_text(text, "x", patient_key)


def test_a_table_that_breaks_off_in_its_last_row_is_told_and_the_row_left_out():
    text = HOLOGIC + ROW + "P200,Quillfeather,2024-03-14,Left,0.7"
    table = readings_of_text(text, "x", patient_key)
    assert len(table.readings) == 1
    assert "line 3: the last row breaks off" in table.doubts[0]


def test_a_negative_reading_is_told_to_be_perhaps_one_of_several_t_scores():
    text = HOLOGIC + ROW + ROW.replace("P100", "P200").replace("0.712", "-1.9")
    doubts = " ".join(readings_of_text(text, "x", patient_key).doubts)
    assert "neck is -1.9" in doubts and "it may be a T-score" in doubts


def test_readings_of_neck_and_total_that_are_mostly_swapped_are_told(tmp_path, export):
    folder, names = tmp_path / "many", [f"P{i}" for i in range(101, 105)]
    for name in names:
        film(folder / "images" / f"{name[1:]}x.dcm", name)
    swapped = ROW.replace("0.712", "0.95").replace("0.851", "0.812")
    rows = "".join(swapped.replace("P100", name) for name in names)
    done = paired(folder, export(HOLOGIC + rows), look=True)
    assert "bmd_neck is above bmd_total in 4 of 4 cases" in " ".join(done.doubts)
