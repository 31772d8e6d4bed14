"""Tables in pages of the documentation: each lies between two marks of its name."""

from __future__ import annotations

import re
from pathlib import Path

from napari_hipbmd.core.files import write_text_atomic


def write_into(page: Path, tables: dict[str, str]) -> None:
    """Put each table between ``<!-- NAME -->`` and ``<!-- end NAME -->``."""
    text = page.read_text("utf-8")
    for name, table in tables.items():
        start, end = f"<!-- {name} -->", f"<!-- end {name} -->"
        pattern = re.compile(re.escape(start) + ".*?" + re.escape(end), re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"{page} has no place marked {start}")
        text = pattern.sub(lambda _, put=f"{start}\n{table}\n{end}": put, text)
    write_text_atomic(page, text)
