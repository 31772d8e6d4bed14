"""What a room leaves on a film besides the patient: collimation, a side marker."""

from __future__ import annotations

import numpy as np

from .family import Plan
from .implicit import Field


def collimate(
    film: Field, sto: Field, plan: Plan, rng: np.random.Generator
) -> tuple[Field, Field]:
    """Collimation: a masked or bright border on one to three sides."""
    if rng.random() > (0.25 if plan.family == "train" else 0.5):
        return film, sto
    rows, columns = film.shape
    depth = (rng.uniform(0.01, 0.07, 4) * rows * (rng.random(4) < 0.5)).astype(int)
    level = np.float32(rng.choice([0.0, 1.0], p=[0.7, 0.3]))
    keep = np.zeros(film.shape, bool)
    keep[depth[0] : rows - depth[1], depth[2] : columns - depth[3]] = True
    return np.where(keep, film, level), np.where(keep, sto, level)


def burn_letters(
    film: Field, sto: Field, plan: Plan, rng: np.random.Generator
) -> tuple[Field, Field]:
    """A burned-in side marker near the border, in film and STO alike."""
    if rng.random() > (0.35 if plan.family == "train" else 0.7):
        return film, sto
    glyph = np.array(
        [[int(c) for c in row] for row in _GLYPHS[plan.side]], dtype=bool
    ).repeat(max(1, film.shape[0] // 110), 0)
    glyph = glyph.repeat(max(1, film.shape[0] // 110), 1)
    rows, columns = film.shape
    margin = int(0.02 * rows) + 1
    r = margin if rng.random() < 0.5 else rows - margin - glyph.shape[0]
    c = int(rng.uniform(margin, columns - margin - glyph.shape[1]))
    film, sto = film.copy(), sto.copy()
    where = (slice(r, r + glyph.shape[0]), slice(c, c + glyph.shape[1]))
    for image in (film, sto):
        image[where][glyph] = 1.0
    return film, sto


_GLYPHS = {
    "L": ("10000", "10000", "10000", "10000", "10000", "10000", "11111"),
    "R": ("11110", "10001", "10001", "11110", "10100", "10010", "10001"),
}
