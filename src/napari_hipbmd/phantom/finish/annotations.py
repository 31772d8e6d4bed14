"""What is written into films: letters, names, arrows, rulers, boxes, stripes, dust.

Every mark is drawn as ink (0 … 1) on an empty sheet; film and STO take it alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ...core.radiograph import Side
from ..geometry import Field

_ONSETS = (
    "b",
    "br",
    "ch",
    "d",
    "f",
    "g",
    "h",
    "kl",
    "l",
    "m",
    "n",
    "r",
    "sch",
    "t",
    "w",
)
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ou", "ee")
_WORDS = (
    "AP",
    "PA",
    "HIP",
    "PELVIS",
    "HUEFTE",
    "SUPINE",
    "STANDING",
    "GRID",
    "POST-OP",
)


@dataclass(frozen=True)
class Sheet:
    """An empty sheet of a film's size; ``unit`` is a hundredth of its longer side."""

    image: Image.Image
    pen: ImageDraw.ImageDraw
    rng: np.random.Generator
    letter: str
    on_left: bool | None  # where the side's letter belongs; None: anywhere

    @property
    def unit(self) -> float:
        """Pixels."""
        return max(self.image.size) / 100

    def spot(self, width: float, height: float) -> tuple[float, float]:
        """A corner near a border for something of that size, in pixels."""
        columns, rows = self.image.size
        u = self.rng.uniform
        x, y = u(0, columns - width), u(0, rows - height)
        depth = u(0.005, 0.06)
        edge = self.rng.integers(4)
        if edge < 2:
            y = depth * rows if edge == 0 else rows * (1 - depth) - height
        else:
            x = depth * columns if edge == 2 else columns * (1 - depth) - width
        return max(0.0, float(x)), max(0.0, float(y))


def _write(
    sheet: Sheet, text: str, high: float, at: tuple[float, float] | None
) -> None:
    font = ImageFont.load_default(max(6.0, high))
    box = sheet.pen.textbbox((0, 0), text, font=font)
    place = at or sheet.spot(box[2], box[3])
    sheet.pen.text(place, text, fill=int(sheet.rng.uniform(150, 255)), font=font)


def _name(rng: np.random.Generator) -> str:
    def part() -> str:
        pieces = rng.integers(1, 4)
        word = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(pieces))
        return (word + rng.choice(["", "n", "r", "s", "ng"])).capitalize()

    return f"{part()}{rng.choice([', ', ' ', '^'])}{part()}"


def _line_of_text(rng: np.random.Generator) -> str:
    u = rng.integers
    return str(
        rng.choice(
            [
                _name(rng),
                f"{u(1, 29):02d}.{u(1, 13):02d}.{u(1990, 2026)}",
                f"{u(0, 24):02d}:{u(0, 60):02d}:{u(0, 60):02d}",
                f"{u(60, 90)} kV {u(2, 60)} mAs",
                f"ID {u(10000, 9999999)}",
                str(rng.choice(_WORDS)),
                f"S:{u(50, 900)} L:{rng.uniform(1, 3):.1f}",
            ]
        )
    )


def side_letter(sheet: Sheet) -> None:
    """L or R, plain, in a ring, or as a lead letter with initials."""
    rng, unit = sheet.rng, sheet.unit
    high = rng.uniform(3, 8) * unit
    columns, rows = sheet.image.size
    x, y = sheet.spot(high, high)
    if sheet.on_left is not None:
        away = rng.uniform(0.01, 0.16) * columns
        x = away if sheet.on_left else columns - away - high
        y = rng.uniform(0.02, 0.95) * (rows - high)
    _write(sheet, sheet.letter, high, (x, y))
    if rng.random() < 0.25:
        r = 0.75 * high
        cx, cy = x + 0.3 * high, y + 0.6 * high
        width = max(1, round(0.1 * high))
        sheet.pen.ellipse((cx - r, cy - r, cx + r, cy + r), outline=220, width=width)
    if rng.random() < 0.2:
        _write(sheet, str(rng.choice(_WORDS)), 0.4 * high, (x, y + high))


def text(sheet: Sheet) -> None:
    """One to four lines as a machine prints them."""
    high = sheet.rng.uniform(1.4, 3.2) * sheet.unit
    x, y = sheet.spot(12 * high, 4 * high)
    for i in range(int(sheet.rng.integers(1, 5))):
        _write(sheet, _line_of_text(sheet.rng), high, (x, y + 1.25 * i * high))


def arrow(sheet: Sheet) -> None:
    """A reader's arrow, anywhere."""
    rng, unit = sheet.rng, sheet.unit
    columns, rows = sheet.image.size
    tip = np.array([rng.uniform(0, columns), rng.uniform(0, rows)])
    turn = rng.uniform(0, 2 * np.pi)
    along = np.array([np.cos(turn), np.sin(turn)])
    across = np.array([-along[1], along[0]])
    long, wide = rng.uniform(4, 10) * unit, rng.uniform(0.8, 2) * unit
    line = max(1, round(0.35 * wide))
    end = tip - long * along
    sheet.pen.line([*tip, *end], fill=235, width=line)
    barbs = [tip - 1.5 * wide * along + s * wide * across for s in (-1, 1)]
    sheet.pen.polygon([tuple(tip), *map(tuple, barbs)], fill=235)


def ruler(sheet: Sheet) -> None:
    """A scale along one border, a tick a centimetre."""
    rng, unit = sheet.rng, sheet.unit
    columns, rows = sheet.image.size
    x = rng.choice([rng.uniform(0.01, 0.05), rng.uniform(0.95, 0.99)]) * columns
    inward = 1 if x < columns / 2 else -1
    y, step = rng.uniform(0.1, 0.4) * rows, rng.uniform(2.0, 4.5) * unit
    count = int(rng.integers(5, 12))
    grey, width = int(rng.uniform(140, 255)), max(1, round(unit / 5))
    sheet.pen.line((x, y, x, y + step * count), fill=grey, width=width)
    for i in range(count + 1):
        long = unit * (2.0 if i % 5 == 0 else 1.0)
        level = y + step * i
        sheet.pen.line((x, level, x + inward * long, level), fill=grey, width=width)


def box(sheet: Sheet) -> None:
    """What a coloured box of a detector's output leaves in grey."""
    rng, unit = sheet.rng, sheet.unit
    columns, rows = sheet.image.size
    w, h = rng.uniform(0.1, 0.45) * columns, rng.uniform(0.1, 0.45) * rows
    x, y = rng.uniform(0, columns - w), rng.uniform(0, rows - h)
    grey, width = (
        int(rng.uniform(60, 230)),
        max(1, round(rng.uniform(0.15, 0.6) * unit)),
    )
    sheet.pen.rectangle((x, y, x + w, y + h), outline=grey, width=width)
    if rng.random() < 0.5:
        high = rng.uniform(1.4, 2.4) * unit
        sheet.pen.rectangle((x, y - 1.2 * high, x + 6 * high, y), fill=grey)


def stripe(sheet: Sheet) -> None:
    """Light along a border where the plate was read to its end."""
    rng = sheet.rng
    columns, rows = sheet.image.size
    edge, grey = rng.integers(4), int(rng.uniform(60, 255))
    depth = int(rng.uniform(0, 0.012) * max(columns, rows))
    width = max(1, round(rng.uniform(0.1, 0.6) * sheet.unit))
    low, high = sorted(rng.uniform(-0.3, 1.3, 2))
    at = depth if edge % 2 == 0 else (columns if edge < 2 else rows) - 1 - depth
    if edge < 2:
        line = (at, low * rows, at + rng.normal(0, 2), high * rows)
    else:
        line = (low * columns, at, high * columns, at + rng.normal(0, 2))
    sheet.pen.line(line, fill=grey, width=width)


def dust(sheet: Sheet) -> None:
    """Specks and scratches of a plate."""
    rng = sheet.rng
    columns, rows = sheet.image.size
    for _ in range(int(rng.integers(2, 14))):
        x, y, r = rng.uniform(0, columns), rng.uniform(0, rows), rng.uniform(0.3, 1.4)
        grey = int(rng.uniform(30, 220))
        sheet.pen.ellipse((x - r, y - r, x + r, y + r), fill=grey)
    if rng.random() < 0.4:
        x, y = rng.uniform(0, columns), rng.uniform(0, rows)
        to = (x + rng.normal(0, 4) * sheet.unit, y + rng.normal(0, 4) * sheet.unit)
        sheet.pen.line((x, y, *to), fill=int(rng.uniform(20, 120)))


MARKS: dict[str, Callable[[Sheet], None]] = {
    "letter": side_letter, "text": text, "arrow": arrow, "ruler": ruler,
    "box": box, "stripe": stripe, "dust": dust,
}  # fmt: skip


def ink(
    shape: tuple[int, int], marks: tuple[str, ...], seed: int, side: Side, whole: bool
) -> Field:
    """Cover of all ``marks`` (names of :data:`MARKS`), ``(rows, columns)`` 0 … 1.

    Parameters
    ----------
    side
        Of the hip; on a ``whole`` pelvis of the letter, which then stands on the
        picture's right for L and on its left for R.
    """
    image = Image.new("L", (shape[1], shape[0]))
    pen = ImageDraw.Draw(image)
    for i, name in enumerate(marks):
        rng = np.random.default_rng([seed, i])
        left = (side == "R") if whole else None
        MARKS[name](Sheet(image, pen, rng, side, left))
    return np.asarray(image, np.float32) / np.float32(255)
