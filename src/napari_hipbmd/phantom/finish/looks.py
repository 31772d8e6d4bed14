"""What happens to a finished film: resampling, borders, writing, bits, JPEG.

A :class:`Look` is all that was drawn; with it the same film can be made again.
Borders, writing and resolution are the same in film and STO. Noise, eight bits and
JPEG belong to the film alone, so that the STO stays the exact target.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from ...core.radiograph import Side
from ..families import Family
from ..geometry import Field
from .annotations import ink


@dataclass(frozen=True)
class Borders:
    """A collimator's shadow: depths as shares (top, bottom, left, right).

    ``level`` 0 … 1 is what lies under it, ``soft_mm`` how wide its edge is.
    """

    depths: tuple[float, float, float, float]
    tilt_deg: float
    soft_mm: float
    level: float


@dataclass(frozen=True)
class Letterbox:
    """Bars added to fill a format: shares at the two ends of an axis."""

    axis: int
    depths: tuple[float, float]
    level: float


@dataclass(frozen=True)
class Look:
    """Everything drawn for one film's looks; ``PLAIN`` leaves it as it is.

    Attributes
    ----------
    seed
        Of noise and writing.
    resolution_mm
        Size of the pixels through which the film went; 0: its own.
    noise, noise_mm
        SD on the display scale, and its grain.
    marks, ink_level
        Names of :data:`annotations.MARKS`, and their grey.
    jpeg_quality
        0: none.
    """

    seed: int = 0
    resolution_mm: float = 0.0
    noise: float = 0.0
    noise_mm: float = 0.0
    borders: Borders | None = None
    letterbox: Letterbox | None = None
    marks: tuple[str, ...] = ()
    ink_level: float = 1.0
    eight_bit: bool = False
    jpeg_quality: int = 0


PLAIN = Look()


@dataclass(frozen=True)
class _Odds:
    """How likely a family's looks are."""

    resolution: tuple[float, float, float]  # share, from, to in mm
    noise: float
    borders: float
    dark_border: float
    letterbox: float
    marks: tuple[tuple[str, float], ...]
    eight_bit: float
    jpeg: tuple[float, int, int]


ODDS: dict[Family, _Odds] = {
    "train": _Odds(
        resolution=(0.5, 0.15, 1.0), noise=0.35, borders=0.3, dark_border=0.75,
        letterbox=0.12,
        marks=(("letter", 0.4), ("text", 0.2), ("arrow", 0.06), ("ruler", 0.08),
               ("box", 0.05), ("stripe", 0.25), ("dust", 0.15)),
        eight_bit=0.5, jpeg=(0.4, 30, 95),
    ),
    "shifted": _Odds(
        resolution=(0.35, 0.2, 0.8), noise=0.5, borders=0.5, dark_border=0.5,
        letterbox=0.2,
        marks=(("letter", 0.7), ("text", 0.35), ("arrow", 0.12), ("ruler", 0.2),
               ("box", 0.02), ("stripe", 0.1), ("dust", 0.05)),
        eight_bit=0.7, jpeg=(0.5, 40, 80),
    ),
}  # fmt: skip


def draw_look(rng: np.random.Generator, family: Family) -> Look:
    """One film's looks."""
    odds = ODDS[family]
    u = rng.uniform
    share, finest, coarsest = odds.resolution
    marks = tuple(name for name, often in odds.marks if rng.random() < often)
    often, worst, best = odds.jpeg
    jpeg = int(rng.integers(worst, best + 1)) if rng.random() < often else 0
    return Look(
        seed=int(rng.integers(2**31)),
        resolution_mm=float(np.exp(u(np.log(finest), np.log(coarsest))))
        if rng.random() < share
        else 0.0,
        noise=u(0.001, 0.012) if rng.random() < odds.noise else 0.0,
        noise_mm=u(0.0, 0.7),
        borders=_draw_borders(rng, odds) if rng.random() < odds.borders else None,
        letterbox=_draw_letterbox(rng) if rng.random() < odds.letterbox else None,
        marks=marks,
        ink_level=1.0 if rng.random() < 0.8 else u(0.5, 0.95),
        eight_bit=jpeg > 0 or rng.random() < odds.eight_bit,
        jpeg_quality=jpeg,
    )


def _draw_borders(rng: np.random.Generator, odds: _Odds) -> Borders:
    deep = rng.uniform(0.01, 0.07, 4) * (rng.random(4) < 0.5)
    top, bottom, left, right = deep.tolist()
    dark = rng.random() < odds.dark_border
    return Borders(
        depths=(top, bottom, left, right),
        tilt_deg=float(rng.normal(0, 1.2)) if rng.random() < 0.6 else 0.0,
        soft_mm=rng.uniform(0.1, 4) if rng.random() < 0.6 else 0.0,
        level=float(
            rng.choice([0.0, rng.uniform(0, 0.2)]) if dark else rng.uniform(0.8, 1)
        ),
    )


def _draw_letterbox(rng: np.random.Generator) -> Letterbox:
    deep = rng.uniform(0.01, 0.06, 2) * (rng.random(2) < 0.8)
    return Letterbox(
        axis=int(rng.integers(2)),
        depths=(float(deep[0]), float(deep[1])),
        level=float(rng.random() < 0.3),
    )


def apply(
    look: Look,
    film: Field,
    sto: Field,
    pixel_mm: float,
    side: Side,
    whole: bool = False,
) -> tuple[Field, Field]:
    """Film and STO as the look makes them; same shapes, float32 0 … 1.

    Parameters
    ----------
    film, sto
        ``(rows, columns)`` on the display scale, as they will be seen (not mirrored
        afterwards).
    side, whole
        The hip's side for the letter; on a whole pelvis R or L, whichever letter the
        film carries.
    """
    shape = film.shape
    film, sto = (np.asarray(a, np.float32) for a in (film, sto))
    if look.noise > 0:
        film = film + np.float32(look.noise) * _grain(look, film.shape, pixel_mm)
    if look.resolution_mm > 1.1 * pixel_mm:
        film, sto = (_resampled(a, pixel_mm / look.resolution_mm) for a in (film, sto))
    covers: list[tuple[Field, float]] = []
    if look.borders is not None:
        covers.append((_shadow(look.borders, film.shape, pixel_mm), look.borders.level))
    if look.letterbox is not None:
        covers.append((_bars(look.letterbox, film.shape), look.letterbox.level))
    if look.marks:
        written = ink((shape[0], shape[1]), look.marks, look.seed, side, whole)
        covers.append((written, look.ink_level))
    for cover, level in covers:
        film, sto = (a + cover * (np.float32(level) - a) for a in (film, sto))
    film, sto = np.clip(film, 0, 1), np.clip(sto, 0, 1)
    if look.eight_bit:
        film = _eight_bits(film, look.jpeg_quality)
    return film.astype(np.float32), sto.astype(np.float32)


def _grain(look: Look, shape: tuple[int, ...], pixel_mm: float) -> Field:
    noise: Field = np.random.default_rng(look.seed).standard_normal(shape, np.float32)
    if look.noise_mm > 0.5 * pixel_mm:
        noise = gaussian_filter(noise, look.noise_mm / pixel_mm, mode="wrap")
        noise = noise / noise.std()
    return noise


def _resampled(image: Field, shrink: float) -> Field:
    """Down to larger pixels and back, as a viewer does it; the field stays the same."""
    rows, columns = image.shape
    small = max(16, round(columns * shrink)), max(16, round(rows * shrink))
    coarse = Image.fromarray(image).resize(small, Image.Resampling.BICUBIC)
    back = coarse.resize((columns, rows), Image.Resampling.BICUBIC)
    return np.asarray(back, np.float32)


def _shadow(borders: Borders, shape: tuple[int, ...], pixel_mm: float) -> Field:
    rows, columns = shape
    y = np.arange(rows, dtype=np.float32)[:, None]
    x = np.arange(columns, dtype=np.float32)[None, :]
    lean = np.float32(np.tan(np.radians(borders.tilt_deg)))
    top, bottom, left, right = borders.depths
    u, v = x + lean * (y - rows / 2), y - lean * (x - columns / 2)
    open_px = np.full(shape, np.inf, np.float32)
    for depth, inside in (
        (top, v - top * rows + 0.5),
        (bottom, rows - 0.5 - bottom * rows - v),
        (left, u - left * columns + 0.5),
        (right, columns - 0.5 - right * columns - u),
    ):
        if depth > 0:
            np.minimum(open_px, inside, out=open_px)
    soft = max(borders.soft_mm / pixel_mm, 1.0)
    t = np.clip(open_px / np.float32(soft), 0, 1)
    return 1 - t * t * (3 - 2 * t)


def _bars(bars: Letterbox, shape: tuple[int, ...]) -> Field:
    cover = np.zeros(shape, np.float32)
    turned = cover if bars.axis == 0 else cover.T
    count = turned.shape[0]
    first, last = (round(d * count) for d in bars.depths)
    turned[:first] = 1
    turned[count - last :] = 1
    return cover


def _eight_bits(film: Field, quality: int) -> Field:
    stored = np.round(film * 255).astype(np.uint8)
    if quality:
        buffer = BytesIO()
        Image.fromarray(stored).save(buffer, "JPEG", quality=quality)
        stored = np.asarray(Image.open(buffer))
    return stored.astype(np.float32) / np.float32(255)
