"""The window speaks German to whoever wants it to."""

from __future__ import annotations

import ast
import json
import os
import re
import string
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import napari_hipbmd
from napari_hipbmd.plugin.ui import translation
from napari_hipbmd.plugin.ui.sentences import TEMPLATES
from napari_hipbmd.plugin.ui.translation import LOCALE, first_capital, tr, trn
from napari_hipbmd.plugin.viewer.films import NOT_OURS

PLUGIN = Path(napari_hipbmd.__file__).parent / "plugin"
WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}|^[A-Z][a-z]{2,}")
NO_TEXTS = re.compile(
    r"^(font-|color:|Q\w+::|QTabBar|\*\.|\| key|PNG \(|(upper|lower) (left|right)$"
    r"|layer (list|controls)$|\w+ \| None$|[\w-]+$)|<font color"
)
"""Style sheets, file patterns, places in a figure, types; names of one word are Qt's,
napari's and Python's own, or values that are looked up."""
DOCKS = {"Open study", "Archive (PACS)", "Film facts", "Landmark workbench",
         "Make pairs", "Measure BMD", "Features and thresholds", "Fit BMD"}  # fmt: skip
"""What napari calls the docks, in its menu and when one is opened."""
COLLECTED = {"tr": 1, "trn": 2, "HomeStep": 1}
"""Calls whose first arguments are collected."""
STORED = {
    # Reasons that go into reports and files, which stay English.
    NOT_OURS.text,
    "the layer's scale",
    "there is no error where the truth is not known",
    "the measurement does not hold its film",
    # Values that are looked up; the window shows tr() of them.
    "all cases", "not done", "in work", "second look",
    "projected bone", "synthetic film",
    "Your name", "The annotator",
}  # fmt: skip


@pytest.fixture(scope="module")
def languages() -> list[str]:
    return sorted(path.name for path in LOCALE.glob("*/"))


def messages(catalog: Any) -> list[Any]:
    return [message for message in catalog if message.id]


def both(message: Any) -> list[tuple[str, str]]:
    """Texts with their translations; those of one and of many things apart."""
    if isinstance(message.id, str):
        return [(message.id, message.string)]
    return list(zip(message.id, message.string, strict=True))


def fields(text: str) -> set[tuple[str | None, str | None, str | None]]:
    return {(name, spec, conv) for _, name, spec, conv in string.Formatter().parse(text)
            if name is not None}  # fmt: skip


def test_every_text_of_the_window_is_translated(translations, languages) -> None:
    now = {message.id for message in messages(translations["collected"]())}
    for language in languages:
        catalog = translations["catalog_of"](language)
        there = {message.id for message in messages(catalog)}
        assert there == now, f"run scripts/translations.py: {there ^ now}"
        left = [m.id for m in messages(catalog) if not all(t for _, t in both(m))]
        assert not left, f"not translated into {language}: {left}"


def test_a_translation_has_the_placeholders_of_its_text(
    translations, languages
) -> None:
    for language in languages:
        for message in messages(translations["catalog_of"](language)):
            for text, said in both(message):
                assert fields(said) == fields(text), text
                for pattern in (r"</?[a-z]+", r"%[vm]", r"\*\.\w+", "&nbsp;"):
                    found = sorted(re.findall(pattern, text))
                    assert sorted(re.findall(pattern, said)) == found, text
                assert said[:1].isspace() == text[:1].isspace() or said[0] == ",", text
                assert said[-1:].isspace() == text[-1:].isspace(), text


def test_what_the_window_reads_is_what_translators_wrote(
    translations, languages
) -> None:
    listed = TEMPLATES.read_text("utf-8")
    assert listed == translations["sentences_text"](), "run scripts/translations.py"
    for language in languages:
        catalog = translations["catalog_of"](language)
        made = translations["po_path"](language).with_suffix(".mo").read_bytes()
        assert made == translations["mo_bytes"](catalog), "run scripts/translations.py"


def test_no_text_of_the_window_is_left_out_of_translation() -> None:
    left = [
        f"{path.relative_to(PLUGIN)}:{line}: {text}"
        for path in sorted(PLUGIN.rglob("*.py"))
        for line, text in bare_texts(ast.parse(path.read_text("utf-8")))
        if path.name != "shortcuts.py"  # what keys do is collected from their table
    ]
    assert not left, "wrap in tr(): " + "\n".join(left)


def bare_texts(tree: ast.Module) -> list[tuple[int, str]]:
    """Literals with words that are no docstring and not within ``tr`` or ``trn``."""
    found: list[tuple[int, str]] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return
        if isinstance(node, ast.Call) and _name(node.func) in COLLECTED:
            rest = node.args[COLLECTED[_name(node.func)] :]
            for each in [*rest, *(k.value for k in node.keywords)]:
                visit(each)
            return
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
            known = NO_TEXTS.search(text) or text in DOCKS | STORED
            if WORDS.search(re.sub(r"<[^>]*>", "", text)) and not known:
                found.append((node.lineno, text))
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree)
    return found


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else ""


def test_a_text_in_a_label_is_noticed_when_nobody_collects_it() -> None:
    tree = ast.parse('QLabel("Look at this"); QLabel(tr("Look at that"))')
    assert bare_texts(tree) == [(1, "Look at this")]


def test_german_is_for_every_german_speaking_country(german: None) -> None:
    assert tr("Measure") == "Messen"
    assert trn("{count} thing to look at:", "{count} things to look at:", 1) == (
        "{count} Auffälligkeit:"
    )


def test_a_text_without_translation_is_told_in_english(german: None) -> None:
    assert tr("Never written anywhere") == "Never written anywhere"
    assert tr("") == ""


def test_a_first_capital_leaves_the_rest_alone() -> None:
    assert first_capital("aBMD of STO") == "ABMD of STO"


def test_a_language_that_nobody_wrote_is_english(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(translation.VARIABLE, "xx")
    translation._chosen.cache_clear()
    assert tr("Measure") == "Measure"
    translation._chosen.cache_clear()


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the docks say in a window of their own, in German."""
    if not (os.environ.get("DISPLAY") or sys.platform != "linux"):
        pytest.skip("no display: run scripts/with_display.sh pytest")
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("german_window.py"),
         tmp_path_factory.mktemp("german")],
        env={**os.environ, translation.VARIABLE: "de"},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


@pytest.mark.slow
def test_every_dock_speaks_german(window, translations) -> None:
    for dock, text in (
        ("Hip BMD", "Studie öffnen"),
        ("Open study", "Ordner wählen …"),
        ("Measure BMD", "Messen"),
        ("Landmark workbench", "Fertig ▶"),
        ("Make pairs", "Paare schreiben"),
        ("Enhancement", "Trainieren"),
        ("Validate", "Validieren"),
        ("Archive (PACS)", "Angekreuzte holen"),
    ):
        assert text in window["said"][dock]
    english = {
        text
        for message in messages(translations["catalog_of"]("de"))
        for text, said in both(message)
        if said != text and len(text) > 2
    }
    for dock, texts in window["said"].items():
        assert not english & set(texts), dock


@pytest.mark.slow
def test_the_docks_ask_for_no_text_that_the_catalogue_lacks(window) -> None:
    assert window["forgotten"] == []


@pytest.mark.slow
def test_no_german_dock_scrolls_sideways_at_320_pixels(window) -> None:
    wide = {page: px for page, px in window["sideways_px"].items() if px}
    assert len(window["sideways_px"]) > 20
    assert not wide


@pytest.mark.slow
def test_archive_and_workbench_do_not_scroll_sideways_with_large_letters(
    window,
) -> None:
    wide = {page: px for page, px in window["large_px"].items() if px}
    assert len(window["large_px"]) == 8
    assert not wide


@pytest.mark.slow
def test_the_keyboard_alone_comes_to_every_control(window) -> None:
    assert window["unreachable"] == []
