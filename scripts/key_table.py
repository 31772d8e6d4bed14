"""Write the key tables of the docs from the registry of the plugin.

.venv/bin/python scripts/key_table.py
"""

from __future__ import annotations

import re
from pathlib import Path

from napari_hipbmd.plugin.ui.shortcuts import SCOPES, key_table

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = (DOCS / "annotating.md", DOCS / "enhancement.md")


def with_tables(page: str) -> str:
    """The page with every table between ``<!-- keys: SCOPE -->`` marks made anew."""
    for scope in SCOPES:
        start, end = f"<!-- keys: {scope} -->", f"<!-- end of keys: {scope} -->"
        page = re.sub(
            f"{re.escape(start)}.*?{re.escape(end)}",
            lambda _, a=start, b=end, s=scope: f"{a}\n\n{key_table(s)}\n{b}",
            page,
            flags=re.DOTALL,
        )
    return page


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(with_tables(page.read_text("utf-8")), encoding="utf-8")
        print(page)
