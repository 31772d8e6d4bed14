"""Nobody's name, number or birthday comes out of a film."""

import json
import logging

import numpy as np
import pytest

from napari_hipbmd.dicom import inspect, open_film, public_path, read_film

SECRETS = ["Quillfeather", "Ottoline", "PX-99817", "19460307", "Bramblewick", "ACC4471"]
PRIVATE = {
    "PatientName": "Quillfeather^Ottoline",
    "PatientID": "PX-99817",
    "PatientBirthDate": "19460307",
    "StudyDate": "20210307",
    "ReferringPhysicianName": "Bramblewick^A",
    "AccessionNumber": "ACC4471",
    "SeriesDescription": "Hip of Ottoline Quillfeather",
    "StudyDescription": "Quillfeather frog leg",
    "InstitutionName": "Bramblewick Hospital",
    "OtherPatientIDs": "PX-99817",
    "PatientComments": "Ottoline",
    "WindowCenter": "2000",
    "WindowWidth": "1000",
}


def assert_no_secret(text):
    for secret in SECRETS:
        assert secret.lower() not in text.lower()


@pytest.mark.parametrize("refused", [False, True])
def test_nothing_that_is_said_names_a_person(make_film, capfd, caplog, refused):
    edit = PRIVATE | ({"NumberOfFrames": 9} if refused else {})
    path = make_film(edit=edit, name="hip_12.dcm")
    with caplog.at_level(logging.DEBUG):
        answer = inspect(path)
        said = json.dumps(answer)
        if not refused:
            shown = open_film(path)
            film = shown.radiograph
            said += repr(film) + repr(shown.facts) + repr(shown.windows)
            assert film.patient.age_years == pytest.approx(75, abs=0.1)
            assert film.case_id == "hip_12"
    assert (answer["status"] == "refused") == refused
    assert_no_secret(said + caplog.text + "".join(capfd.readouterr()))


@pytest.mark.parametrize(
    "name",
    [
        "Quillfeather.dcm",
        "OTTOLINE_hip.dcm",
        "hip-px-99817-left.dcm",
        "Ottoline2.dcm",
    ],
)
def test_a_file_that_was_named_after_the_patient_gets_a_number(make_film, name):
    case_id = read_film(make_film(edit=PRIVATE, name=name)).case_id
    assert_no_secret(case_id)
    assert case_id.startswith("film-")
    assert case_id == read_film(make_film(edit=PRIVATE, name=name)).case_id


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ("Müller^Hans", "Mueller"),
        ("Müller^Hans", "MULLER_left"),
        ("Müller^Hans", "Mu\u0308ller"),  # as a Mac writes it
        ("MUELLER^HANS", "müller2"),
        ("MUELLER^HANS", "hmueller"),
        ("SCHRÖDER^EVA", "schroeder"),
        ("Nguyễn^An", "nguyen"),
        ("JOERGENSEN^A", "Jørgensen"),
        ("Łukasz^Jan", "lukasz"),
        ("Иванов^Пётр", "иванов"),
        ("Иванов^Пётр", "ivanov_left"),
        ("Чайковский^Юрий", "Chaikovskii"),
        ("Yamada^Tarou=山田^太郎", "山田太郎"),
        ("李^娜", "李娜左髋"),
        ("Li^Na", "LiNa"),
        ("Hong^Gildong=洪^吉洞=홍^길동", "홍길동 hip"),
    ],
)
def test_a_name_is_known_in_every_spelling(make_film, person, name):
    edit = {"SpecificCharacterSet": "ISO_IR 192", "PatientName": person}
    assert read_film(make_film(edit=edit, name=f"{name}.dcm")).case_id != name


@pytest.mark.parametrize("said", ["ISO_IR 100", "ISO_IR 6\0\0", "ISO_IR 999"])
@pytest.mark.parametrize(
    ("person", "name"),
    [("Müller^Hans", "müller"), ("Иванов^Пётр", "иванов"), ("李^娜", "李娜")],
)
def test_a_name_is_known_where_the_film_tells_a_wrong_character_set(
    make_film, person, name, said
):
    edit = {"SpecificCharacterSet": "ISO_IR 192", "PatientName": person}
    path = make_film(edit=edit, name=f"{name}.dcm")
    wrong = said.encode().ljust(10, b" ")
    path.write_bytes(path.read_bytes().replace(b"ISO_IR 192", wrong))
    assert name not in read_film(path).case_id


@pytest.mark.parametrize(
    ("edit", "name"),
    [
        ({"PatientBirthDate": "19500213"}, "130250"),
        ({"PatientBirthDate": "19500213"}, "hip 13.02.1950"),
        ({"PatientBirthDate": "19500213"}, "02-13-1950"),
        ({"PatientID": "0004711"}, "hip4711"),
    ],
)
def test_a_birthday_and_a_number_are_known_however_written(make_film, edit, name):
    assert read_film(make_film(edit=edit, name=f"{name}.dcm")).case_id != name


@pytest.mark.parametrize(
    ("name", "case_id"),
    [
        ("hip_L_004.dcm", "hip_L_004"),
        ("IM0001", "IM0001"),
        ("1.2.840.113619.2", "1.2.840.113619.2"),
        ("left hip.DCM", "left hip"),
    ],
)
def test_an_innocent_file_name_names_the_case(make_film, name, case_id):
    assert read_film(make_film(name=name)).case_id == case_id


def test_a_word_of_anatomy_that_holds_a_name_is_no_name(make_film):
    edit = {"PatientName": "Elvis^A", "BodyPartExamined": "PELVIS"}
    film = open_film(make_film(edit=edit, name="pelvis_12.dcm"))
    assert film.radiograph.case_id == "pelvis_12"


def test_a_spoilt_file_is_not_called_after_a_neighbour_s_patient(make_film):
    film = make_film(edit={"PatientName": "Smith^Jane"}, name="a.dcm")
    spoilt = film.parent / "SMITH_hip.dcm"
    spoilt.write_bytes(b"")
    assert "smith" not in public_path(spoilt, film.parent).casefold()
    alone = film.parent / "cut.dcm"
    alone.write_bytes(b"")
    assert public_path(alone, film.parent) == "cut.dcm"


def test_a_window_name_longer_than_a_name_is_not_repeated(make_film):
    path = make_film(
        windows=((2000, 1000, "for Mrs. Ottoline Quillfeather: see letter!"),)
    )
    assert_no_secret(json.dumps(inspect(path)))


def test_what_the_program_writes_names_nobody(make_film, hip):
    path = make_film(np.asarray(hip))
    film_bytes = path.read_bytes()
    assert b"DIGITAL^HIP" in film_bytes
