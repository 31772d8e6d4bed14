"""What the library refuses and doubts is said in the language of the window."""

from __future__ import annotations

import ast
import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import napari_hipbmd
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.dicom import read_film
from napari_hipbmd.plugin.ui.sentences import NAMES, TEMPLATES, said
from napari_hipbmd.plugin.ui.translation import tr
from napari_hipbmd.study import Study

PACKAGE = Path(napari_hipbmd.__file__).parent


def field_names(text: str) -> list[str]:
    return [name for _, name, *_ in Formatter().parse(text) if name]


@pytest.mark.usefixtures("german")
def test_every_sentence_is_said_in_german_with_its_values() -> None:
    for text in json.loads(TEMPLATES.read_text("utf-8")):
        values = {name: f"{i}.5" for i, name in enumerate(field_names(text), 1)}
        assert said(text.format(**values)) == tr(text).format(**values)


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("english", "expected"),
    [
        (("The film is saturated in the neck and trochanter: grey values there say"
          " nothing about density."),
         ("Die Aufnahme ist gesättigt in Schenkelhals und Trochanter: Grauwerte dort"
          " sagen nichts über die Dichte.")),
        ("N3 and T5 look swapped. All landmarks lie in one place.",
         "N3 und T5 sehen vertauscht aus. Alle Landmarken liegen an einem Ort."),
        ("Age: 300 is not between 0 and 120 years.",
         "Alter: 300 ist nicht erlaubt (0 bis 120 Jahre)."),
        (("The shaft cannot be read: the shaft is burnt out, or holds metal. The film's"
          " contrast is judged without it, and less surely."),
         ("Der Schaft lässt sich nicht lesen: der Schaft ist ausgebrannt oder enthält"
          " Metall. Der Kontrast der Aufnahme wird ohne ihn beurteilt, und weniger"
          " sicher.")),
        ("left.dcm: The file is empty: export it again.",
         "left.dcm: Die Datei ist leer: Exportieren Sie sie noch einmal."),
        ("There is no policy side: check the path.",
         "Es gibt keine Richtlinie side: Prüfen Sie den Pfad."),
        ("N1 moved", "N1 verschoben"),
        ("left.dcm", "left.dcm"),
        ("Nobody ever wrote this.", "Nobody ever wrote this."),
    ],
)  # fmt: skip
def test_what_is_filled_in_is_said_too_and_names_stay(english, expected) -> None:
    assert said(english) == expected


@pytest.mark.usefixtures("german")
def test_a_refusal_stays_english_where_no_window_is(tmp_path: Path) -> None:
    (tmp_path / "film.pdf").write_bytes(b"%PDF-1.7 ...")
    with pytest.raises(Refused) as film:
        read_film(tmp_path / "film.pdf")
    assert str(film.value).startswith("This is a PDF document, not a radiograph")
    assert said(film.value) == (
        "Das ist ein PDF-Dokument und keine Röntgenaufnahme: Öffnen Sie eine Aufnahme"
        " als DICOM, PNG, JPEG oder TIFF."
    )


@pytest.mark.usefixtures("german")
def test_every_problem_of_a_table_is_said_in_german(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(
        "case_id,image,side,age_years\nA,x.dcm,Q,1950\nA,y.dcm,L,30\n"
    )
    with pytest.raises(Refused) as table:
        Study.open(tmp_path)
    assert said(table.value) == (
        "cases.csv, Zeile 2 (Fall A): side ist 'Q', wohin L or R gehört; Zeile 2 (Fall"
        " A): age_years ist '1950', wohin eine Zahl von 0 bis 130 gehört, in Jahren: Es"
        " könnte ein Geburtsjahr sein; Zeile 3 (Fall A): die case_id kommt zweimal vor."
    )


def test_in_an_english_window_nothing_changes() -> None:
    for text in json.loads(TEMPLATES.read_text("utf-8")):
        assert said(text) == text


def test_a_new_refusal_is_noticed(scripts: Path, tmp_path: Path) -> None:
    assert scripts.is_dir()
    collected: Any = importlib.import_module("sentences").sentences
    (tmp_path / "new.py").write_text(
        "class Odd(Refused): ...\n"
        "def f(case, left):\n"
        "    side = 'left' if left else 'right'\n"
        "    raise Odd(f'Case {case.case_id} is no {side} hip.')\n"
    )
    assert {
        "Case {case_id} is no left hip.",
        "Case {case_id} is no right hip.",
    } <= collected(tmp_path).keys()


def test_places_that_are_searched_by_name_are_there(scripts: Path) -> None:
    places: Any = importlib.import_module("sentences").ELSEWHERE
    for file, names in places.items():
        code = (PACKAGE / file).read_text("utf-8")
        for name in names:
            assert name == "*" or f"def {name}(" in code or f"\n{name}" in code, file


def test_fields_that_hold_names_are_fields_of_sentences() -> None:
    used = {
        name
        for text in json.loads(TEMPLATES.read_text("utf-8"))
        for name in field_names(text)
    }
    assert used >= NAMES


def test_no_refusal_is_shown_as_it_is() -> None:
    left = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in sorted((PACKAGE / "plugin").rglob("*.py"))
        for line in shown_as_they_are(ast.parse(path.read_text("utf-8")))
    ]
    assert not left, "wrap in said(): " + ", ".join(left)


def shown_as_they_are(tree: ast.Module) -> list[int]:
    """Lines where what was caught becomes text without :func:`said`."""
    found = []
    for handler in ast.walk(tree):
        if isinstance(handler, ast.ExceptHandler) and handler.name:
            for node in inside(handler):
                texts = [node.value] if isinstance(node, ast.FormattedValue) else []
                if isinstance(node, ast.Call):
                    texts = node.args if _name(node) == "str" else []
                    filled = node.keywords if _name(node) == "format" else []
                    texts = [*texts, *(each.value for each in filled)]
                found += [
                    text.lineno
                    for text in texts
                    if isinstance(text, ast.Name) and text.id == handler.name
                ]
    return sorted(found)


def inside(node: ast.AST) -> Iterator[ast.AST]:
    """All of a node but what is raised again, and said where that is caught."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.Raise):
            yield child
            yield from inside(child)


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", None) or getattr(call.func, "attr", "")


def test_a_refusal_that_is_shown_as_it_is_is_noticed() -> None:
    tree = ast.parse(
        "try: f()\n"
        "except Refused as refusal:\n"
        "    say(said(refusal))\n"
        "    say(str(refusal))\n"
        "    say(f'Not kept: {refusal}')\n"
        "    say('Not kept: {why}'.format(why=refusal))\n"
    )
    assert shown_as_they_are(tree) == [4, 5, 6]
