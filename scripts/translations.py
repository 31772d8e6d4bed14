"""Collect what the window says, and compile what translators wrote.

    .venv/bin/python scripts/translations.py

Texts that are new are added to ``locale/<language>/LC_MESSAGES/napari_hipbmd.po`` with
an empty translation, those that are gone are taken out, and the ``.mo`` beside it is
made anew. A new language begins with ``scripts/translations.py fr``.
"""

from __future__ import annotations

import ast
import importlib
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from sentences import sentences

from napari_hipbmd.core.options import Option, options_of
from napari_hipbmd.plugin.ui.options_form import texts_of
from napari_hipbmd.plugin.ui.sentences import TEMPLATES
from napari_hipbmd.plugin.ui.translation import DOMAIN, LOCALE

PACKAGE = LOCALE.parent
PLUGIN = PACKAGE / "plugin"
KEYWORDS = {"tr": None, "trn": (1, 2)}
WIDTH = 88
ALWAYS = datetime(2020, 1, 1, tzinfo=UTC)
"""What files say of when they were made: the same texts make the same file."""


def collected() -> Catalog:
    """Every text of the window, with the files that have it."""
    catalog = Catalog(domain=DOMAIN, fuzzy=False)
    folders = extract_from_dir(
        PACKAGE, [("**.py", "python")], keywords=KEYWORDS, strip_comment_tags=True
    )
    for file, _, text, _, _ in folders:
        catalog.add(text, locations=[(f"{PACKAGE.name}/{file}", None)])
    for text in (*from_below(), *from_library()):
        if text and text not in catalog:
            catalog.add(text)
    return catalog


@cache
def from_library() -> list[str]:
    """Templates of what the library says, and what it calls its options."""
    return sorted({*sentences(), *(one.words for one in options_in_forms())})


def sentences_text() -> str:
    """What the window finds them by."""
    return json.dumps(from_library(), ensure_ascii=False, indent=0) + "\n"


def from_below() -> Iterator[str]:
    """Texts that the window takes from lists of the library, and from its own."""
    from napari_hipbmd.bmd import SITE_NAMES
    from napari_hipbmd.core.anatomy import LANDMARKS
    from napari_hipbmd.core.caveats import CANNOT_RULE_OUT, OF_BUNDLED
    from napari_hipbmd.core.ruler_choice import MATERIALS
    from napari_hipbmd.evaluation.row_result import ROW_NAMES
    from napari_hipbmd.plugin.home import STEPS
    from napari_hipbmd.plugin.ui.shortcuts import SCOPES, SHORTCUTS
    from napari_hipbmd.plugin.workbench.case.layers import STATE_COLOURS
    from napari_hipbmd.plugin.workbench.landmarks.table import MISSING
    from napari_hipbmd.plugin.workbench.queue.panel import ALL, UNDONE
    from napari_hipbmd.study import STATUSES

    yield from (CANNOT_RULE_OUT, OF_BUNDLED)
    for mark in LANDMARKS:
        yield from (mark.name, mark.definition)
    yield from (*SITE_NAMES.values(), *ROW_NAMES.values())
    yield from (*STATE_COLOURS, MISSING, *STATUSES, ALL, UNDONE)
    yield from (step.dock for step in STEPS)
    yield from (*SCOPES, *(each.does for each in SHORTCUTS))
    yield from (*STAGES, *MATERIALS)
    for option in options_in_forms():
        yield from texts_of(option)


STAGES = (
    "measuring",
    "estimating",
    "fitting",
    "intervals",
    "learning curve",
    "writing",
)
"""What the library calls the steps of a fit and a validation."""


def options_in_forms() -> Iterator[Option]:
    """Options of tasks that a dock imports, and names in one of its modules."""
    for dock in sorted(path for path in PLUGIN.iterdir() if path.is_dir()):
        nodes = [
            node
            for path in sorted(dock.glob("*.py"))
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
        ]
        words = {node.value for node in nodes if isinstance(node, ast.Constant)}
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.level == 3 and node.module:
                module = importlib.import_module(f"napari_hipbmd.{node.module}")
                for alias in node.names:
                    kind = getattr(module, alias.name, None)
                    if is_dataclass(kind) and any(
                        "setting" in one.metadata for one in fields(kind)
                    ):
                        options = options_of(kind)
                        yield from (one for one in options if one.name in words)


def po_path(language: str) -> Path:
    """The file that a translator edits."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def catalog_of(language: str) -> Catalog:
    """What has been translated so far."""
    path = po_path(language)
    if not path.exists():
        return Catalog(language, DOMAIN)
    with path.open("rb") as file:
        return read_po(file, language, DOMAIN)


def updated(language: str) -> Catalog:
    """The translations of a language, for the texts that there are now."""
    catalog = catalog_of(language)
    catalog.update(collected(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def po_bytes(catalog: Catalog) -> bytes:
    """A catalogue as its ``.po`` file."""
    file = io.BytesIO()
    write_po(file, catalog, WIDTH, omit_header=True, sort_output=True)
    head = (
        f'msgid ""\nmsgstr ""\n"Language: {catalog.locale_identifier}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    return head.encode() + file.getvalue()


def mo_bytes(catalog: Catalog) -> bytes:
    """A catalogue as its ``.mo`` file, which the window reads."""
    file = io.BytesIO()
    catalog.creation_date = catalog.revision_date = ALWAYS
    write_mo(file, catalog)
    return file.getvalue()


def main(languages: list[str]) -> None:
    """Bring the files of these languages up to date, by default of all."""
    TEMPLATES.write_text(sentences_text(), "utf-8")
    for language in languages or sorted(path.name for path in LOCALE.glob("*/")):
        catalog, path = updated(language), po_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(po_bytes(catalog))
        path.with_suffix(".mo").write_bytes(mo_bytes(catalog))
        left = {message.id for message in catalog if message.id and not message.string}
        print(f"{language}: {len(catalog)} texts, {len(left)} not translated")
        library = from_library()
        print(f"  of {len(library)} of the library, {len(left & {*library})}")


if __name__ == "__main__":
    main(sys.argv[1:])
