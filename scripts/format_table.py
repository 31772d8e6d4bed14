"""Write the table of what each format of labels holds into docs/exchange.md.

.venv/bin/python scripts/format_table.py
"""

from __future__ import annotations

from pathlib import Path

from napari_hipbmd.study.exchange import FORMATS, HOLDINGS, SAID, LabelFormat

PAGE = Path(__file__).parents[1] / "docs" / "exchange.md"
BEGIN, END = "<!-- formats -->", "<!-- end of formats -->"


def table() -> str:
    """Markdown: a row for what labels hold, a column a format."""
    forms = FORMATS.values()
    lines = [
        "| | " + " | ".join(f"`{form.name}`" for form in forms) + " |",
        "|---|" + "---|" * len(FORMATS),
    ]
    for what in HOLDINGS:
        cells = ["yes" if what in form.holds else "–" for form in forms]
        lines.append(f"| {SAID[what]} | {' | '.join(cells)} |")
    regions = [_regions(form) for form in forms]
    lines.append(f"| regions | {' | '.join(regions)} |")
    return "\n".join(lines)


def _regions(form: LabelFormat) -> str:
    if not form.holds:
        return "to the pixel"
    return "yes" if "outlines" in form.holds else "from the landmarks"


def with_table(page: str) -> str:
    """The page with the table between its marks made anew."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text("utf-8")), "utf-8")
