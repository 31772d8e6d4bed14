"""``cases.csv`` is read as people write it, and every mistake is named."""

from __future__ import annotations

import os
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from napari_hipbmd.core.anatomy import SITES
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.radiograph import Patient
from napari_hipbmd.study import Case, append_cases, read_cases, write_cases
from napari_hipbmd.study.cases.row import _MISSING, COLUMNS

HEADER = ",".join(COLUMNS)


def table(folder: Path, *rows: str, header: str = HEADER) -> Path:
    text = "\n".join([header, *rows]) + "\n"
    (folder / "cases.csv").write_text(text, encoding="utf-8")
    return folder


def test_a_full_row_gives_the_film_the_patient_and_the_reading(tmp_path: Path) -> None:
    row = "hip_1,images/hip_1.dcm,L,F,71,158.5,62,0.701,0.61,0.95,0.83,p1"
    (case,) = read_cases(table(tmp_path, row))
    assert case.case_id == "hip_1"
    assert case.image == tmp_path / "images" / "hip_1.dcm"
    assert case.side == "L"
    assert case.patient == Patient("F", 71, 158.5, 62)
    assert case.dxa == dict(zip(SITES, (0.701, 0.61, 0.95, 0.83), strict=True))
    assert case.group == "p1"


def test_missing_values_are_none_and_the_group_is_then_the_case(tmp_path: Path) -> None:
    row = "hip_1,a.png,,NA,,n/a,nan,,,,,"
    (case,) = read_cases(table(tmp_path, row))
    assert case.side is None
    assert case.patient == Patient()
    assert set(case.dxa.values()) == {None}
    assert case.group == "hip_1"


def test_a_table_of_two_columns_is_enough(tmp_path: Path) -> None:
    (case,) = read_cases(table(tmp_path, "a,a.png", header="case_id,image"))
    assert case.patient == Patient()


def test_other_columns_are_kept_in_their_order(tmp_path: Path) -> None:
    header = "case_id,ward,image,true_bmd_neck"
    (case,) = read_cases(table(tmp_path, "a,3 B,a.png,0.713", header=header))
    assert case.extra == {"ward": "3 B", "true_bmd_neck": "0.713"}
    assert case.number("true_bmd_neck") == 0.713
    assert case.number("ward") is None
    assert case.number("nothing") is None
    write_cases(tmp_path, [case])
    first = (tmp_path / "cases.csv").read_text(encoding="utf-8").splitlines()[0]
    assert first == f"{HEADER},ward,true_bmd_neck"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_spreadsheets_are_read_as_they_save(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    header = separator.join(["case_id", "image", "side", "age_years", "note"])
    row = separator.join(["a", "images\\a.png", "right", "70", "Hüfte"])
    (tmp_path / "cases.csv").write_bytes(f"{header}\r\n{row}\r\n\r\n".encode(encoding))
    (case,) = read_cases(tmp_path)
    assert case.image == tmp_path / "images" / "a.png"
    assert case.side == "R"
    assert case.patient.age_years == 70
    assert case.extra == {"note": "Hüfte"}


def test_decimal_commas_are_read_between_semicolons(tmp_path: Path) -> None:
    header = "case_id;image;bmd_neck"
    (case,) = read_cases(table(tmp_path, "a;a.png;0,713", header=header))
    assert case.dxa["neck"] == 0.713


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ("a,a.png,up,,,,,,,,,", ["line 2", "case a", "side", "'up'", "L or R"]),
        ("a,a.png,,X,,,,,,,,", ["sex", "F or M"]),
        ("a,a.png,,,old,,,,,,,", ["age_years", "'old'", "number"]),
        ("a,a.png,,,-3,,,,,,,", ["age_years", "-3"]),
        ("a,a.png,,,,1.58,,,,,,", ["height_cm", "50 to 250"]),
        ("a,a.png,,,,,,713,,,,", ["bmd_neck", "0.05 to 3"]),
        ("a,a.png,,,,,inf,,,,,", ["weight_kg"]),
        (",a.png,,,,,,,,,,", ["line 2", "case_id"]),
        ("a/b,a.png,,,,,,,,,,", ["case_id", "a/b"]),
        ("../a,a.png,,,,,,,,,,", ["case_id"]),
        ("CON,a.png,,,,,,,,,,", ["case_id"]),
        ("a,,,,,,,,,,,", ["case a", "image"]),
        ("a,/etc/passwd,,,,,,,,,,", ["image", "inside the study"]),
        ("a,../b.png,,,,,,,,,,", ["image", "inside the study"]),
        ("a,x/../../b.png,,,,,,,,,,", ["image", "inside the study"]),
        ("a,..\\b.png,,,,,,,,,,", ["image", "inside the study"]),
        ("a,C:\\b.png,,,,,,,,,,", ["image", "inside the study"]),
        ("a,a.png,,,,,,,,,,,more", ["case a", "more cells than columns"]),
    ],
)
def test_a_bad_cell_is_refused_with_its_line_case_and_column(
    tmp_path: Path, row: str, names: list[str]
) -> None:
    with pytest.raises(Refused) as refusal:
        read_cases(table(tmp_path, row))
    for name in names:
        assert name in str(refusal.value)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    rows = [f"a{i},a.png,up,,,,,,,,," for i in range(7)]
    with pytest.raises(Refused, match=r"case a0.*case a4.*and 2 more"):
        read_cases(table(tmp_path, *rows))


def test_a_table_that_was_cut_off_in_a_row_is_refused(tmp_path: Path) -> None:
    whole = "case_id,image,age_years,group\na,a.png,71,p\nb,b.png,71,q"
    (tmp_path / "cases.csv").write_text(whole, "utf-8")
    assert len(read_cases(tmp_path)) == 2
    (tmp_path / "cases.csv").write_text(whole[:-3], "utf-8")
    with pytest.raises(Refused, match="line 3, ends in the middle of a row"):
        read_cases(tmp_path)


def test_a_name_that_occurs_twice_is_refused_whatever_its_case(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"line 3 \(case A\).*twice"):
        read_cases(table(tmp_path, "a,a.png", "A,b.png", header="case_id,image"))
    with pytest.raises(Refused, match="twice"):
        write_cases(tmp_path, [Case("a", Path("a.png")), Case("A", Path("b.png"))])
    rows = ("h\u00fcfte,a.png", "hu\u0308fte,b.png")  # one name, in two spellings
    with pytest.raises(Refused, match="line 3 .*twice"):
        read_cases(table(tmp_path, *rows, header="case_id,image"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"image\na.png\n", "no column case_id"),
        (b"case_id\na\n", "no column image"),
        (b"case_id|image\na|a.png\n", "commas, semicolons or tabs"),
        (b'"case_id,image"\n"a,a.png"\n', "commas, semicolons or tabs"),
        (b"# hips of May\ncase_id,image\na,a.png\n", "first line names the columns"),
        (b"case_id,image,image\n", "'image' more than once"),
        (b"case_id,,image\n", "without a name"),
        ("case_id,image,größe\n".encode("latin-1"), "UTF-8"),
        ("case_id,image\n".encode("utf-16-le"), "save it again as 'CSV UTF-8'"),
        ("case_id,image\n".encode("utf-16-be"), "save it again as 'CSV UTF-8'"),
        (b"case_id,image\na," + b"x" * 200_000, "not a table"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "cases.csv").write_bytes(content)
    with pytest.raises(Refused, match=message):
        read_cases(tmp_path)


def test_a_folder_without_a_table_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=f"{tmp_path.name} is not a study"):
        read_cases(tmp_path)


def test_cases_are_added_all_or_none(tmp_path: Path) -> None:
    append_cases(tmp_path, [Case("a", Path("a.png"), extra={"kvp": "74"})])
    append_cases(tmp_path, [Case("b", tmp_path / "b.png", extra={"film": "1"})])
    before = (tmp_path / "cases.csv").read_bytes()
    with pytest.raises(Refused, match="case b occurs twice"):
        append_cases(tmp_path, [Case("c", Path("c.png")), Case("b", Path("b.png"))])
    assert (tmp_path / "cases.csv").read_bytes() == before
    a, b = read_cases(tmp_path)
    assert a.extra == {"kvp": "74", "film": ""}
    assert b.extra == {"kvp": "", "film": "1"}


def test_a_film_outside_the_study_is_not_written_into_it(tmp_path: Path) -> None:
    study = tmp_path / "study"
    with pytest.raises(Refused, match="outside the study"):
        write_cases(study, [Case("a", tmp_path / "a.png")])
    with pytest.raises(Refused, match="not inside the study"):
        write_cases(study, [Case("a", Path("../a.png"))])
    assert not study.exists()


def test_an_extra_column_cannot_pose_as_a_known_one(tmp_path: Path) -> None:
    for column in ("bmd_neck", "Side", "", " a"):
        with pytest.raises(Refused, match="extra column"):
            write_cases(tmp_path, [Case("a", Path("a.png"), extra={column: "1"})])


NAMES = (
    st.text(string.ascii_letters + string.digits + "äß_- .", min_size=1)
    .filter(lambda text: text == text.strip(" .") and len(text) <= 100)
    .map("h".__add__)
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).map(
    str.strip
)


def maybe(low: float, high: float) -> st.SearchStrategy[float | None]:
    return st.none() | st.floats(low, high)


@st.composite
def some_cases(draw: st.DrawFn) -> list[Case]:
    names = draw(st.lists(NAMES, max_size=4, unique_by=str.casefold))
    columns = draw(
        st.lists(
            st.text(string.ascii_letters + " ,;", min_size=1)
            .map(str.strip)
            .filter(lambda name: name and name.casefold() not in COLUMNS),
            max_size=3,
            unique=True,
        )
    )
    return [
        Case(
            name,
            Path("images") / f"{name}.dcm",
            draw(st.sampled_from(["L", "R", None])),
            Patient(
                draw(st.sampled_from(["F", "M", None])),
                draw(maybe(0, 130)),
                draw(maybe(50, 250)),
                draw(maybe(2, 400)),
            ),
            {site: draw(maybe(0.05, 3)) for site in SITES},
            draw(TEXTS.filter(lambda text: text.casefold() not in _MISSING)),
            {column: draw(TEXTS) for column in columns},
        )
        for name in names
    ]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(some_cases())
def test_what_is_written_is_read_back_equal(tmp_path: Path, cases: list[Case]) -> None:
    write_cases(tmp_path, cases)
    found = read_cases(tmp_path)
    assert len(found) == len(cases)
    for case, back in zip(cases, found, strict=True):
        assert back.image == tmp_path / case.image
        assert back.case_id == case.case_id
        assert (back.side, back.patient) == (case.side, case.patient)
        assert (back.dxa, back.group) == (case.dxa, case.group)
        assert back.extra == case.extra
    once = (tmp_path / "cases.csv").read_bytes()
    write_cases(tmp_path, found)
    assert (tmp_path / "cases.csv").read_bytes() == once


def test_the_separator_that_a_spreadsheet_names_is_taken(tmp_path: Path) -> None:
    text = "sep=;\ncase_id;image;height_cm\na;a.png;155,5\n"
    (tmp_path / "cases.csv").write_text(text, encoding="utf-8")
    (case,) = read_cases(tmp_path)
    assert case.patient.height_cm == 155.5


def test_a_quote_that_is_never_closed_swallows_no_cases(tmp_path: Path) -> None:
    rows = ('a,a.png,"left hip', "b,b.png,", "c,c.png,")
    with pytest.raises(Refused, match="is not a table"):
        read_cases(table(tmp_path, *rows, header="case_id,image,note"))


def test_a_column_that_is_nearly_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no column case_id: call the column 'Case ID'"):
        read_cases(table(tmp_path, "a,a.png", header="Case ID,image"))


def test_a_table_that_is_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "cases.csv")
    with pytest.raises(Refused, match="no regular file"):
        read_cases(tmp_path)
