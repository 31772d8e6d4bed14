"""What is not a film is refused by name; every file gives a film or a sentence."""

import json

import numpy as np
import pydicom
import pytest
from pydicom.uid import SecondaryCaptureImageStorage

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import Radiograph
from napari_hipbmd.dicom import inspect, open_film, read_film

KEYS = [
    "status", "reason", "flags", "rows", "columns", "bits_stored", "transfer_syntax",
    "modality", "body_part", "view", "side", "photometric", "inverted", "spacing_mm",
    "spacing_source", "windows",
]  # fmt: skip


def coded(meaning):
    item = pydicom.Dataset()
    item.CodeValue, item.CodeMeaning = "X-1", meaning
    return pydicom.Sequence([item])


def codes(path):
    return {flag["code"] for flag in inspect(path)["flags"]}


def test_any_file_gives_a_film_or_a_sentence(any_file):
    try:
        film = read_film(any_file)
    except Refused as refusal:
        sentence = str(refusal)
        assert sentence[0].isupper() and sentence.endswith((".", "pyjpegls"))
        assert ":" in sentence, "it says what to do"
        status = "refused"
    else:
        assert isinstance(film, Radiograph)
        assert np.isfinite(film.pixels).all()
        status = "readable"
    answer = inspect(any_file)
    assert list(answer) == KEYS
    assert answer["status"] == status
    json.dumps(answer, allow_nan=False)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("CT_small.dcm", "a CT slice"),
        ("MR_small.dcm", "an MR slice"),
        ("rtdose.dcm", "a radiotherapy dose"),
        ("rtplan.dcm", "a radiotherapy plan"),
        ("test-SR.dcm", "a written report"),
        ("waveform_ecg.dcm", "an ECG"),
        ("liver_1frame.dcm", "a segmentation"),
        ("SC_rgb_rle_2frame.dcm", "a loop or volume of 2 frames"),
        ("SC_rgb_dcmtk_+eb+cr.dcm", "a picture in colours"),
        ("UN_sequence.dcm", "a header but no picture"),
        ("MR_truncated.dcm", "an MR slice"),
        ("README.txt", "a text file"),
        ("DICOMDIR", "a DICOMDIR"),
    ],
)
def test_public_files_are_refused_by_name(name, words):
    folder = pydicom.data.data_manager.DATA_ROOT
    path = next(file for file in sorted(folder_files(folder)) if file.name == name)
    answer = inspect(path)
    assert answer["status"] == "refused"
    assert words in answer["reason"]


def folder_files(folder):
    from pathlib import Path

    return [path for path in Path(folder).rglob("*") if path.is_file()]


def test_real_files_are_refused_by_name(real_data):
    reasons = {
        "dicom/prLUTs.dcm": "a presentation state",
        "dicom/emri_small_RLE.dcm": "an MR slice",
        "dicom/OT-PAL-8-face.dcm": "palette colours",
        "dicom/bad_sequence.dcm": "a CT slice",
        "not-a-film/example_ct.nii.gz": "a NIfTI volume",
        "README.md": "a text file",
        "hip": "a folder",
    }
    for name, words in reasons.items():
        assert words in inspect(real_data / name)["reason"]


def test_a_film_needs_no_name_and_no_suffix(make_film, hip):
    np.testing.assert_array_equal(read_film(make_film(name="IM0001")).pixels, hip)


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    assert "no such file" in inspect(tmp_path / "nothing.dcm")["reason"]


@pytest.mark.parametrize(
    ("wanted", "near"),
    [
        ("Films/HÜFTE.DCM", True),
        ("films/hu\u0308fte.dcm", True),
        ("films/hüfte", True),
        ("films/hüfte.png", True),
        ("films/knie.dcm", False),
        ("andere/hüfte.dcm", False),
    ],
)
def test_a_film_that_another_computer_would_have_found_is_told_to_be_there(
    make_film, tmp_path, wanted, near
):
    (tmp_path / "films").mkdir()
    make_film().rename(tmp_path / "films" / "hüfte.dcm")
    if (tmp_path / wanted).exists():
        pytest.skip("this computer finds it")
    told = inspect(tmp_path / wanted)["reason"]
    assert "no such file" in told and "fte" not in told
    assert ("write it as it is there" in told) == near


@pytest.mark.parametrize("content", [b"", b"\0" * 5, b"\0" * 128 + b"DICM"])
def test_stumps_are_refused(tmp_path, content):
    path = tmp_path / "stump.dcm"
    path.write_bytes(content)
    assert inspect(path)["status"] == "refused"


@pytest.mark.parametrize(
    ("age", "child"), [("017Y", True), ("018Y", False), ("030M", True), ("900W", True)]
)
def test_children_are_warned_of(make_film, age, child):
    assert ("child" in codes(make_film(edit={"PatientAge": age}))) == child


def test_an_age_of_no_years_is_nobodys_and_the_dates_tell_it(make_film):
    film = read_film(make_film(edit={"PatientAge": "000Y"}))
    assert film.patient.age_years is None
    assert {"unread"} == {flag.code for flag in film.flags} & {"unread", "child"}
    dates = {"PatientBirthDate": "20140901", "StudyDate": "20150101"}
    infant = read_film(make_film(edit={"PatientAge": "000Y", **dates}))
    assert infant.patient.age_years == 0.3
    assert "child" in {flag.code for flag in infant.flags}


def test_an_adults_age_outweighs_a_word_about_children(make_film):
    words = {"StudyDescription": "DDH in childhood"}
    assert "child" not in codes(make_film(age_years=71, edit=words))


def test_an_age_is_worked_out_from_two_dates(make_film):
    path = make_film(edit={"PatientBirthDate": "20100601", "StudyDate": "20200601"})
    assert read_film(path).patient.age_years == pytest.approx(10, abs=0.1)
    assert "child" in codes(path)


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ({"body_part": "CHEST"}, "body-part"),
        ({"body_part": "", "edit": {"StudyDescription": "Chest PA"}}, "body-part"),
        ({"view": "LL"}, "view"),
        ({"edit": {"ViewPosition": ""}}, "position"),
        ({"edit": {"SeriesDescription": "Left hip frog leg"}}, "position"),
        ({"edit": {"StudyDescription": "Hip cross-table lateral"}}, "view"),
        ({"edit": {"StudyDescription": "Z. n. Prothese / arthroplasty"}}, "implant"),
        ({"edit": {"ReasonForStudy": "pain after THR left"}}, "implant"),
        ({"edit": {"AdditionalPatientHistory": "gamma nail 2019"}}, "implant"),
        ({"edit": {"ProcedureCodeSequence": coded("Hip arthroplasty")}}, "implant"),
        ({"edit": {"DerivationDescription": "Bone suppression"}}, "separated"),
        ({"edit": {"ImageType": ["DERIVED", "PRIMARY", "SUBTRACTION"]}}, "separated"),
        ({"edit": {"SeriesDescription": "DUAL_ENERGY bone"}}, "separated"),
        ({"edit": {"SeriesDescription": "Hip tomosynthesis"}}, "separated"),
        ({"edit": {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}}, "separated"),
        ({"edit": {"SeriesDescription": "Knee AP"}}, "body-part"),
        ({"edit": {"AnatomicRegionSequence": coded("Knee")}}, "body-part"),
        ({"edit": {"BurnedInAnnotation": "YES"}}, "burnt-in"),
        ({"edit": {"ViewCodeSequence": coded("frog-lateral")}}, "position"),
        ({"edit": {"ViewCodeSequence": coded("oblique")}}, "view"),
        ({"edit": {"PatientOrientation": ["A", "F"]}}, "view"),
        ({"edit": {"PatientOrientation": ["PL", "F"]}}, "view"),
        ({"edit": {"SeriesDescription": "331_DDH_1"}}, "child"),
        ({"edit": {"ProtocolName": "Paediatric pelvis"}}, "child"),
        ({"edit": {"PatientSize": "0.92"}}, "child"),
        ({"edit": {"PatientWeight": "11"}}, "child"),
        ({"body_part": "PELVIS"}, "age"),
        ({"edit": {"LossyImageCompression": "01"}}, "lossy"),
        ({"edit": {"Modality": "OT"}}, "modality"),
    ],
)
def test_doubts_are_flagged_in_words(make_film, tags, code):
    path = make_film(
        pixel_spacing_mm=(0.2, 0.2), pixel_spacing_calibration_type="GEOMETRY", **tags
    )
    assert codes(path) == {code}


@pytest.mark.parametrize(
    "words",
    [
        "scatter subtracted",
        "soft tissue",
        "no implant",
        "Hip AP without prosthesis",
        "hip and knee",
        "plate 4711",
    ],
)
def test_innocent_words_raise_no_doubt(make_film, words):
    path = make_film(
        pixel_spacing_mm=(0.2, 0.2),
        pixel_spacing_calibration_type="GEOMETRY",
        edit={"StudyDescription": words},
    )
    assert codes(path) == set()


@pytest.mark.parametrize(
    ("tags", "refused"),
    [
        ({"PatientSpeciesDescription": "Canis familiaris"}, True),
        ({"PatientSpeciesCodeSequence": coded("Felis catus")}, True),
        ({"PatientBreedDescription": "German Shepherd"}, True),
        ({"PatientSpeciesDescription": "Homo sapiens"}, False),
        ({"PatientSpeciesDescription": "HUMAN", "PatientBreedDescription": ""}, False),
    ],
)
def test_the_hip_of_an_animal_is_refused(make_film, tags, refused):
    answer = inspect(make_film(edit=tags))
    assert ("of an animal" in (answer["reason"] or "")) == refused


@pytest.mark.parametrize("part", ["HIP", "PELVIS", "LEFT FEMUR", ""])
def test_an_ordinary_film_of_a_hip_is_not_flagged(make_film, part):
    path = make_film(
        pixel_spacing_mm=(0.2, 0.2),
        pixel_spacing_calibration_type="GEOMETRY",
        body_part=part,
        age_years=70,
        edit={"StudyDescription": "Bilateral hips AP, adult"},
    )
    assert codes(path) == set()


def test_three_planes_that_are_called_interleaved_are_no_film(make_colour_film, hip):
    planes = np.stack([(hip >> 4).astype(np.uint8)] * 3)
    told = inspect(make_colour_film(planes))["reason"]
    assert "picture in colours" in told


@pytest.mark.parametrize("same", [True, False])
def test_colour_is_taken_for_grey_only_where_it_is_grey(make_colour_film, hip, same):
    grey = (hip >> 4).astype(np.uint8)
    channels = [grey, grey, grey if same else 255 - grey]
    path = make_colour_film(np.stack(channels, -1))
    if same:
        np.testing.assert_array_equal(open_film(path).stored, grey)
        assert "colour" in codes(path)
    else:
        assert "a picture in colours" in inspect(path)["reason"]


def test_a_screenshot_of_a_volume_is_refused_too(make_film):
    path = make_film(
        edit={"SOPClassUID": SecondaryCaptureImageStorage, "Modality": "CT"}
    )
    assert "a CT slice" in inspect(path)["reason"]


def test_a_refused_film_still_tells_what_it_is(make_film):
    answer = inspect(make_film(edit={"NumberOfFrames": 12}))
    assert answer["status"] == "refused"
    assert (answer["rows"], answer["columns"], answer["side"]) == (96, 80, "L")
    assert "12 frames" in answer["reason"]


@pytest.mark.parametrize(
    ("tag", "value", "side"),
    [
        ("ImageLaterality", "L", "L"),
        ("ImageLaterality", "R", "R"),
        ("ImageLaterality", "B", None),
        ("ImageLaterality", "U", None),
        ("ImageLaterality", None, None),
        ("Laterality", "R", "R"),
    ],
)
def test_the_side_is_read(make_film, tag, value, side):
    modality = "CR" if tag == "Laterality" else "DX"
    path = make_film(modality=modality, side=None, edit={tag: value})
    assert read_film(path).side == side


def test_unbelievable_patients_are_not_believed(make_film):
    path = make_film(
        edit={"PatientSize": "17.2", "PatientWeight": "0", "PatientSex": "O"}
    )
    patient = read_film(path).patient
    assert (patient.sex, patient.height_cm, patient.weight_kg) == (None, None, None)


@pytest.mark.parametrize(
    "edit", [{"BodyPartExamined": "RIGHT HIP"}, {"SeriesDescription": "Hip AP rechts"}]
)
def test_the_films_description_tells_the_side_where_no_tag_does(make_film, edit):
    assert read_film(make_film(edit={"ImageLaterality": None, **edit})).side == "R"
    both = make_film(edit={"ImageLaterality": "B", **edit})
    assert read_film(both).side is None


@pytest.mark.parametrize(
    ("tag", "written", "field", "value"),
    [
        ("PhotometricInterpretation", "MONOCHROME 2", "photometric", "MONOCHROME2"),
        ("PhotometricInterpretation", "Monochrome_2", "photometric", "MONOCHROME2"),
        ("PhotometricInterpretation", "GRAYSCALE", "photometric", "MONOCHROME2"),
        ("PhotometricInterpretation", "MONO2", "photometric", "MONOCHROME2"),
        ("ImageLaterality", "RIGHT", "side", "R"),
        ("ImageLaterality", "left", "side", "L"),
        ("ImageLaterality", "gauche", "side", "L"),
        ("ImageLaterality", "DERECHA", "side", "R"),
        ("ImageLaterality", "RIGHT HIP", "side", "R"),
    ],
)
def test_codes_in_another_spelling_are_read_and_flagged(
    make_film, tag, written, field, value
):
    path = make_film(pixel_spacing_mm=(0.2, 0.2), side=None, edit={tag: written})
    answer = inspect(path)
    assert answer[field] == value
    (flag,) = (f for f in answer["flags"] if f["code"] == "spelling")
    assert tag in flag["text"]


@pytest.mark.parametrize(("age", "flagged"), [("059Y", True), ("084Y", False)])
def test_an_age_that_the_dates_contradict_is_flagged(make_film, age, flagged):
    dates = {"PatientBirthDate": "19300101", "StudyDate": "20150101"}
    path = make_film(edit={"PatientAge": age, **dates})
    assert ("age-differs" in codes(path)) == flagged


@pytest.mark.parametrize(("second", "flagged"), [("L", True), ("R", False)])
def test_two_tags_that_tell_different_sides_are_flagged(make_film, second, flagged):
    path = make_film(side="R", edit={"Laterality": second})
    assert ("side" in codes(path)) == flagged


def test_a_side_that_only_the_films_description_contradicts_is_flagged(make_film):
    assert "side" in codes(
        make_film(side="R", edit={"SeriesDescription": "Hüfte links"})
    )
    assert "side" in codes(make_film(side="R", edit={"BodyPartExamined": "LEFT HIP"}))
    assert "side" in codes(make_film(side="R", edit={"ImageComments": "left hip"}))
    for same in ("AP RIGHT HIP", "right and left hip", "Leftwich protocol"):
        assert "side" not in codes(
            make_film(side="R", edit={"SeriesDescription": same})
        )


@pytest.mark.parametrize(
    ("tag", "written", "field", "value"),
    [
        ("PatientSex", "W", "sex", "F"),
        ("PatientSex", "HOMME", "sex", "M"),
        ("PatientAge", "059", "age_years", 59.0),
        ("PatientAge", "59J", "age_years", 59.0),
        ("PatientSize", "155.1", "height_cm", 155.1),
    ],
)
def test_a_patient_in_another_spelling_is_understood_and_flagged(
    make_film, tag, written, field, value
):
    film = read_film(make_film(edit={tag: written}))
    assert getattr(film.patient, field) == value
    (flag,) = (flag for flag in film.flags if flag.code == "spelling")
    assert tag in flag.text


@pytest.mark.parametrize(
    ("tag", "written"),
    [
        ("PatientSex", "D"),
        ("PatientAge", "999Y"),
        ("PatientAge", "old"),
        ("PatientSize", "17.2"),
        ("PatientWeight", "598"),
        ("ImageLaterality", "HOGER"),
        ("PresentationLUTShape", "FLAT"),
        ("PatientSex", "F\\M"),
        ("RescaleSlope", "1\\2"),
        ("RescaleIntercept", "0\\-5"),
        ("NumberOfFrames", "1\\3"),
        ("NumberOfFrames", "0"),
        ("NumberOfFrames", "-1"),
        ("PatientOrientation", "LEFT\\FOOT"),
        ("PatientOrientation", "L\\R"),
    ],
)
def test_a_tag_that_nobody_can_understand_is_named(make_film, tag, written):
    (flag,) = (f for f in read_film(make_film(edit={tag: written})).flags
               if f.code == "unread")  # fmt: skip
    assert tag in flag.text


@pytest.mark.parametrize("born", ["20200101", "1930.01.01", "17000101"])
def test_an_age_is_compared_with_dates_of_every_kind(make_film, born):
    dates = {"PatientBirthDate": born, "AcquisitionDateTime": "20150101120000"}
    assert "age-differs" in codes(make_film(edit={"PatientAge": "059Y", **dates}))


def test_a_photometric_interpretation_that_says_nothing_is_refused_by_name(make_film):
    path = make_film(edit={"PhotometricInterpretation": "MONOCHROME3"})
    assert "PhotometricInterpretation is MONOCHROME3" in inspect(path)["reason"]


def test_a_film_of_one_value_a_pixel_that_calls_itself_coloured_is_flagged(make_film):
    path = make_film(
        photometric="MONOCHROME2", edit={"PhotometricInterpretation": "RGB"}
    )
    assert "polarity" in codes(path)


@pytest.mark.parametrize("size", ["Rows", "Columns"])
def test_a_header_that_names_fewer_rows_or_columns_than_there_are_is_told(
    make_film, hip, size
):
    fewer = hip.shape[size == "Columns"] - 8
    assert "left-over" in codes(make_film(edit={size: fewer}))
    padded = hip.tobytes() + bytes(2)
    assert "left-over" not in codes(make_film(edit={"PixelData": padded}))
