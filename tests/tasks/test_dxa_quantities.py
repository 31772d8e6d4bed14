"""What stands where a BMD should: other quantities, other units, means, other words."""

import pytest

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.dicom import patient_key
from napari_hipbmd.study.dxa.tables import readings_of_text

LUNAR = "Patient ID;Scan Date;Side;Region;BMD (g/cm²);BMC (g);Area (cm²)\n"
HOLOGIC = (
    "IDENTIFIER1,SCAN_DATE,SIDE,NECK_AREA,NECK_BMC,NECK_BMD,HTOT_AREA,HTOT_BMC,HTOT_BMD"
    "\n"
)


def read(text):
    return readings_of_text(text, "x", patient_key)


def rows(*regions):
    """German rows: region, BMD, BMC, area."""
    return LUNAR + "".join(f"P1;14.03.2024;L;{one}\n" for one in regions)


def test_a_t_score_in_the_place_of_a_bmd_is_told_where_bmc_and_area_make_another():
    text = rows("Neck;0,3;3,74;4,61", "Total;0,912;30,2;33,1")
    table = read(text)
    assert table.readings[0].bmd_g_cm2 == {"total": 0.912}
    [told] = table.doubts
    assert "line 2: neck is 0.3, and its BMC over its area 0.811: one of them" in told


def test_columns_of_one_site_are_held_against_each_other_and_not_against_anothers():
    table = read(HOLOGIC + "P1,2024-03-14,L,4.6,3.7,0.812,33.1,30.2,2.1\n")
    assert table.readings[0].bmd_g_cm2 == {"neck": 0.812}
    right = read(HOLOGIC + "P1,2024-03-14,L,4.6,3.7,0.812,33.1,30.2,0.912\n")
    assert right.readings[0].bmd_g_cm2 == {"neck": 0.812, "total": 0.912}
    assert right.doubts == []


def test_a_row_that_lacks_a_cell_and_is_shifted_is_told():
    head = "Patient ID: P1\nScan Date: 14-Mar-2024\nScan Type: Left Hip\n"
    table = "Region  Area  BMC  BMD  T-score\nNeck  4.60  3.70  0.804  -1.2\n"
    read_table = read(head + table + "Total  29.8  0.914  0.5\n")
    assert read_table.readings[0].bmd_g_cm2 == {"neck": 0.804}
    assert "total is 0.5, and its BMC over its area 0.0307" in read_table.doubts[0]


@pytest.mark.parametrize("amounts", ["3,74;461", "3740;4,61"])
def test_a_bmc_in_mg_and_an_area_in_square_millimetres_say_nothing_against_it(amounts):
    table = read(rows(f"Neck;0,812;{amounts}"))
    assert table.readings[0].bmd_g_cm2 == {"neck": 0.812} and table.doubts == []


@pytest.mark.parametrize("name", ["Scan Typ", "Scanart", "Untersuchung", "Messort"])
def test_a_german_report_tells_its_side(name):
    head = f"Patienten-ID: P1\nMessdatum: 14.03.2024\n{name}: Linke Hüfte\n"
    table = read(head + "Region  BMD\nSchenkelhals  0,804\nGesamt  0,914\n")
    assert [one.side for one in table.readings] == ["L"]


def test_german_names_of_regions_are_read_and_an_unknown_one_of_the_same_scan_is_told():
    table = read(
        rows("Hals;0,8;;", "Trochantär;0,6;;", "Schaft;1,1;;", "Gesamtfemur;0,9;;")
    )
    assert table.readings[0].bmd_g_cm2 == {
        "neck": 0.8,
        "trochanter": 0.6,
        "intertrochanter": 1.1,
    }
    [told] = table.doubts
    assert "Gesamtfemur is none of the places that are known" in told


@pytest.mark.parametrize("word", ["Mittel", "Mittelwert", "Differenz", "average"])
def test_the_mean_of_both_hips_and_their_difference_are_no_reading(word):
    text = rows("Schenkelhals links;0,8;;", f"Schenkelhals {word};0,75;;")
    table = read(text.replace("P1;14.03.2024;L;", "P1;14.03.2024;;"))
    assert [one.side for one in table.readings] == ["L"]


@pytest.mark.parametrize(("unit", "said"), [("g/cm3", "g/cm³"), ("mg/cm³", "mg/cm³")])
def test_readings_of_a_volume_are_refused_with_their_unit(unit, said):
    with pytest.raises(Refused, match=f"readings in {said}"):
        read(LUNAR.replace("g/cm²", unit) + "P1;14.03.2024;L;Neck;0,28;;\n")


@pytest.mark.parametrize("unit", ["gm/cm?", "g/cm", "g/cmÂ²", "g/cm^2"])
def test_a_unit_whose_exponent_is_spoilt_is_still_one_of_an_area(unit):
    text = LUNAR.replace("g/cm²", unit) + "P1;14.03.2024;L;Neck;0,8;;\n"
    assert read(text).readings[0].bmd_g_cm2 == {"neck": 0.8}


def test_an_expected_or_a_standardised_bmd_is_no_reading():
    head = "PATIENT_ID,SCAN_DATE,SIDE,NECK_BMD,Expected neck BMD,Standardised neck BMD"
    table = read(f"{head}\nP1,2024-03-14,L,0.8,0.9,0.84\n")
    assert table.readings[0].bmd_g_cm2 == {"neck": 0.8}


def test_a_patients_number_that_a_spreadsheet_made_a_whole_power_of_is_rounded():
    head = "PATIENT_ID,SCAN_DATE,SIDE,NECK_BMD\n"
    table = read(head + "1E+11,2024-03-14,L,0.8\nP2,2024-03-14,L,0.9\n")
    assert len(table.readings) == 1
    assert "a spreadsheet has rounded the patient's number" in table.doubts[0]
