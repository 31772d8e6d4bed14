"""JSON of strangers: what is wrong with it is one clause, before it costs memory."""

import os
import tracemalloc
from dataclasses import dataclass
from typing import Literal

import pytest

from napari_hipbmd.core.bounded_json import JsonRefused, as_type, parse_json, read_json


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": ' + "9" * 400 + "}", "400 digits"),
        ('{"a": 1e999}', "too large"),
        ('{"a": Infinity}', "Infinity, which is not a number"),
        ('{"a": NaN}', "NaN, which is not a number"),
        ("[" * 100_000, "nested too deep"),
        ("[" * 100 + "]" * 100, "nested too deep"),
        ("[" + "[]," * 2_100_000 + "[]]", "more than 2000000 values"),
        ('{"a": 1', "not whole JSON"),
        ('{"a": 1, "b": {"N1": 2, "N1": 3}}', "gives 'N1' twice"),
        (b"\xff\xfe{}", "not UTF-8"),
        ("[" + " " * 40_000_000 + "]", "larger than 32 MB"),
    ],
)
def test_what_no_file_of_ours_holds_is_told_in_a_clause(text, why):
    with pytest.raises(JsonRefused, match=why):
        parse_json(text)


def test_a_flood_of_brackets_costs_no_memory():
    flood = b"[" + b"[]," * 10_000_000 + b"[]]"
    tracemalloc.start()
    with pytest.raises(JsonRefused):
        parse_json(flood)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000


def test_a_pipe_in_a_files_place_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "boxes.json")
    for place in (tmp_path / "boxes.json", tmp_path, "/dev/zero"):
        with pytest.raises(JsonRefused, match="no regular file"):
            read_json(place)


@dataclass(frozen=True)
class Inner:
    xy: tuple[float, float]
    state: Literal["placed", "absent"] = "placed"


@dataclass(frozen=True)
class Outer:
    name: str
    marks: dict[str, Inner]
    count: int | None = None


def test_what_fits_becomes_the_dataclass_and_more_is_passed_over():
    found = as_type(Outer, {"name": "a", "marks": {"N1": {"xy": [1, 2.5]}}, "new": 1})
    assert found == Outer("a", {"N1": Inner((1.0, 2.5))})


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ([], "it is not a table"),
        ({"marks": {}}, "it lacks 'name'"),
        ({"name": 1, "marks": {}}, "name is not text"),
        ({"name": "a", "marks": []}, "marks is not a table"),
        ({"name": "a", "marks": {"N1": {}}}, "lacks 'xy' in marks.N1"),
        ({"name": "a", "marks": {"N1": {"xy": [1]}}}, "xy is not a list of 2"),
        ({"name": "a", "marks": {"N1": {"xy": [1, True]}}}, r"xy\[1\] is not a number"),
        ({"name": "a", "marks": {}, "count": 1.5}, "count is not a whole number"),
        (
            {"name": "a", "marks": {"N1": {"xy": [1, 2], "state": "lost"}}},
            "state is not one of placed, absent",
        ),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(content, why):
    with pytest.raises(JsonRefused, match=why):
        as_type(Outer, content)
