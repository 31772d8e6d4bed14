"""Draw docs/architecture.svg: floors, folders and imports, from the code as it is.

    python scripts/architecture_picture.py            draws the picture
    python scripts/architecture_picture.py --check    tells whether it is up to date

The floors are those of the contract *floors* in pyproject.toml; an arrow is an import
between two folders. Only the shortest arrows that say everything are drawn: where A
imports B and B imports C, A's own import of C is not.
"""

from __future__ import annotations

import argparse
import ast
import sys
import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "napari_hipbmd"
PICTURE = ROOT / "docs" / "architecture.svg"
WIDTH, HEIGHT, GAP, MARGIN = 148, 54, 46, 24


def floors() -> list[list[str]]:
    """The folders of each floor, the top floor first."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c["id"] == "floors")
    return [[name.strip() for name in layer.split("|")] for layer in layers]


def imports() -> set[tuple[str, str]]:
    """Which folder imports which."""
    found: set[tuple[str, str]] = set()
    for path in PACKAGE.rglob("*.py"):
        inside = path.relative_to(PACKAGE).parts
        if len(inside) > 1:
            others = _imported(path, inside) - {inside[0]}
            found.update((inside[0], other) for other in others)
    return found


def _imported(path: Path, inside: tuple[str, ...]) -> set[str]:
    """The folders that a file imports from."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        base = inside[:-1][: len(inside) - node.level]
        whole = [*base, *(node.module or "").split(".")] if node.module else [*base]
        if whole:
            found.add(whole[0])
        else:
            found.update(alias.name for alias in node.names)
    return {name for name in found if (PACKAGE / name).is_dir()}


def shortest(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Without an arrow where a way over other folders says the same."""
    below: dict[str, set[str]] = {}
    for a, b in arrows:
        below.setdefault(a, set()).add(b)

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            new = below.get(todo.pop(), set()) - seen
            seen |= new
            todo += new
        return seen

    return {
        (a, b) for a, b in arrows if not any(b in reached(c) for c in below[a] - {b})
    }


def sizes() -> dict[str, int]:
    """Lines of each folder."""
    return {
        folder.name: sum(len(p.read_text("utf-8").splitlines()) for p in files)
        for folder in PACKAGE.iterdir()
        if (files := list(folder.rglob("*.py")))
    }


def svg() -> str:
    """The whole picture."""
    rows, lines = floors(), sizes()
    widest = max(map(len, rows))
    width = widest * (WIDTH + 12) - 12 + 2 * MARGIN
    height = len(rows) * (HEIGHT + GAP) - GAP + 2 * MARGIN
    at: dict[str, tuple[float, float]] = {}
    for i, row in enumerate(rows):
        left = (width - len(row) * (WIDTH + 12) + 12) / 2
        for j, name in enumerate(row):
            at[name] = left + j * (WIDTH + 12), MARGIN + i * (HEIGHT + GAP)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            ' font-family="system-ui, sans-serif" role="img">'
        ),
        "<title>Floors, folders and imports of napari_hipbmd</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for a, b in sorted(shortest(imports())):
        (ax, ay), (bx, by) = at[a], at[b]
        x, y = ax + WIDTH / 2, ay + HEIGHT
        to_x, to_y = bx + WIDTH / 2, by
        middle = (y + to_y) / 2
        parts.append(
            f'<path d="M{x:.0f} {y:.0f}C{x:.0f} {middle:.0f} {to_x:.0f} {middle:.0f}'
            f' {to_x:.0f} {to_y:.0f}" fill="none" stroke="#7f8a97"'
            ' stroke-width="1.5"/>'
        )
    for name, (x, y) in at.items():
        parts += [
            (
                f'<rect x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{HEIGHT}"'
                ' rx="6" fill="#eef3f8" stroke="#2b5d8c"/>'
                f'<text x="{x + WIDTH / 2:.0f}" y="{y + 24:.0f}" text-anchor="middle"'
                f' font-size="16" fill="#12283d">{escape(name)}/</text>'
            ),
            (
                f'<text x="{x + WIDTH / 2:.0f}" y="{y + 42:.0f}" text-anchor="middle"'
                f' font-size="11" fill="#51606e">{lines[name]:,} lines</text>'
            ),
        ]
    return "\n".join([*parts, "</svg>", ""])


def main() -> int:
    """Draw, or check that what is drawn is so still."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        drawn = PICTURE.read_text("utf-8") if PICTURE.exists() else ""
        same = _arrows(drawn) == _arrows(svg())
        print("up to date" if same else "draw docs/architecture.svg anew")
        return 0 if same else 1
    PICTURE.write_text(svg(), "utf-8")
    return 0


def _arrows(text: str) -> list[str]:
    """All but the numbers of lines, which change every day."""
    return [line for line in text.splitlines() if " lines</text>" not in line]


if __name__ == "__main__":
    sys.exit(main())
