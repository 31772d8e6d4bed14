"""Whether what a file says of a case can be about its film."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ...core.errors import Refused
from ..labelling.facts import FilmFacts
from ..labelling.label import XY
from .parcel import Parcel

SAME_SPACING = 0.005
_MANY = 4
"""So many landmarks do not lie in one pixel."""


def insist_on_film(
    parcel: Parcel, case_id: str, film: FilmFacts, *, outside: bool = False
) -> None:
    """Refuse what is about another film, or lies off this one.

    Parameters
    ----------
    parcel
        What the file says.
    case_id
        The case.
    film
        What the study knows of its film.
    outside
        Whether landmarks and corners may lie off the film.

    Raises
    ------
    Refused
        If size, spacing or side differ, or a point lies off the film; if positions are
        shares of the film's size.
    """
    there = parcel.film
    _insist_on_pixels(parcel, case_id)
    if film.shape and there.shape and film.shape != there.shape:
        raise Refused(
            f"The image of {case_id} has {_size(there.shape)} pixels in the file, and"
            f" the film {_size(film.shape)}: it is another image."
        )
    if film.spacing_mm and there.spacing_mm:
        ratio = np.divide(there.spacing_mm, film.spacing_mm)
        if (np.abs(ratio - 1) > SAME_SPACING).any():
            raise Refused(
                f"The film of {case_id} has {there.spacing_mm[0]:.4g} mm a pixel in the"
                f" file, and {film.spacing_mm[0]:.4g} mm in the study: set the spacing"
                " right in one of them."
            )
    if film.side and there.side and film.side != there.side:
        raise Refused(
            f"{case_id} is a {_hip(there.side)} in the file and a {_hip(film.side)} in"
            " the study: it is the other hip, or one of them is wrong."
        )
    shape = film.shape or there.shape
    if shape is not None and not outside:
        _insist_on_inside(parcel, case_id, shape)


def _insist_on_pixels(parcel: Parcel, case_id: str) -> None:
    places = [label.xy for label in parcel.landmarks.values() if label.xy]
    if len(places) < _MANY or np.ptp(places, axis=0).max() == 0:
        return
    if np.min(places) >= 0 and np.max(places) <= 1:
        raise Refused(
            f"Every x and y of {case_id} lies between 0 and 1: they are shares of the"
            " film's width and height, and pixels are needed."
        )


def _insist_on_inside(parcel: Parcel, case_id: str, shape: tuple[int, int]) -> None:
    rows, columns = shape
    places: dict[str, Iterable[XY]] = {
        name: [label.xy] for name, label in parcel.landmarks.items() if label.xy
    }
    for name, corners in (places | dict(parcel.regions)).items():
        for x, y in corners:
            if not (-0.5 <= x <= columns - 0.5 and -0.5 <= y <= rows - 0.5):
                raise Refused(
                    f"{name} of {case_id} lies outside its film ({_size(shape)}"
                    f" pixels) at x = {x:.1f}, y = {y:.1f}: is it of this case, in"
                    " these units? Points outside have to be allowed."
                )


def _size(shape: tuple[int, int]) -> str:
    return f"{shape[0]} × {shape[1]}"


def _hip(side: str) -> str:
    return "left hip" if side == "L" else "right hip"
