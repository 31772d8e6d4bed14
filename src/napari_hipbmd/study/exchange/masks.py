"""Regions as a label image: 0 nothing, 1 neck, 2 trochanter, 3 inter-trochanter.

A pixel belongs to a region when its centre lies inside the outline. Read back, a region
becomes an outline with few corners that has exactly the same pixels. The pixel spacing
is the picture's resolution.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from functools import partial
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...bmd.raster import inside as filled
from ...core.anatomy import REGIONS, Points, Region
from ...core.errors import Refused
from ..labelling.facts import FilmFacts
from ..labelling.labels import Labels
from ..labelling.outlines import MOST_CORNERS, Polygon, as_polygon, crosses_itself
from .content import refusing
from .parcel import Intake, Parcel

MaskFile = Literal["tiff", "png"]
VALUES: Mapping[Region, int] = {region: i for i, region in enumerate(REGIONS, 1)}
MOST_CRUMBS = 0.01
"""Of a region's pixels: loose ones beyond that are a second piece."""
_TOLERANCES = (0.49, 0.4, 0.3, 0.2, 0.1, 0.0)
_GREY = ("L", "P", "I;16", "I;16B", "I")
LabelImage = NDArray[np.uint8]


def label_image(labels: Labels, shape: tuple[int, int]) -> LabelImage:
    """The regions on a film; where two overlap, the later one."""
    image = np.zeros(shape, np.uint8)
    for region, outline in labels.outlines().items():
        low = np.clip(np.floor(outline.min(axis=0)), 0, None).astype(int)
        high = np.ceil(outline.max(axis=0)).astype(int) + 1
        window = image[low[1] : max(high[1], 0), low[0] : max(high[0], 0)]
        window[filled(outline - low, window.shape)] = VALUES[region]
    return image


def write_mask(labels: Labels, kind: MaskFile) -> bytes:
    """The regions of one case as a TIFF or PNG file.

    Raises
    ------
    Refused
        If no region is complete, or the film's size is not known.
    """
    if labels.film.shape is None:
        raise Refused(f"The film of {labels.case_id} cannot be read: how large?")
    if not labels.outlines():
        raise Refused(f"{labels.case_id}: no region has all its landmarks.")
    file = io.BytesIO()
    options: dict[str, Any] = {}
    if labels.film.spacing_mm is not None:
        row, column = labels.film.spacing_mm
        options["dpi"] = (25.4 / column, 25.4 / row)
    if kind == "tiff":
        options["compression"] = "tiff_adobe_deflate"
    picture = Image.fromarray(label_image(labels, labels.film.shape))
    picture.save(file, kind.upper(), **options)
    return file.getvalue()


write_png = partial(write_mask, kind="png")
write_tiff = partial(write_mask, kind="tiff")


def read_mask(data: bytes, name: str, case: str, intake: Intake) -> Parcel:
    """The outlines of a label image.

    Raises
    ------
    Refused
        If it is not an image of these regions of the film's size, or a region is in
        several pieces or has a hole.
    """
    with refusing(f"{name} is not a mask of hip regions"):
        image = _image(data, intake.film(case).shape)
        other = set(np.unique(image).tolist()) - {0, *VALUES.values()}
        if other:
            raise Refused(
                f"it holds the value {min(other)}; 1 is the neck, 2 the trochanter, 3"
                " the inter-trochanter."
            )
        regions: dict[Region, Polygon] = {}
        for region, value in VALUES.items():
            inside = image == value
            whole = largest_piece(inside)
            crumbs = int(inside.sum() - whole.sum())
            if crumbs > MOST_CRUMBS * inside.sum():
                raise Refused(f"the {region} is in several pieces.")
            if crumbs:
                intake.tell(f"{name}: {crumbs} loose pixels of {region} were left out.")
            if whole.any():
                regions[region] = as_polygon(outline_of(whole, region), region)
        rows, columns = image.shape
        return Parcel(case, {}, regions, FilmFacts((rows, columns)))


def largest_piece(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest of the pieces that hang together by their sides.

    A corner that is thinner than a pixel leaves loose pixels behind.
    """
    from skimage.measure import label

    pieces = label(inside, connectivity=1)
    if pieces.max() < 2:
        return inside
    sizes = np.bincount(pieces.ravel())
    return np.asarray(pieces == 1 + sizes[1:].argmax())


def outline_of(inside: NDArray[np.bool_], region: Region) -> Points:
    """The outline whose pixels are these, with few corners; ``(n, 2)`` as x, y.

    Raises
    ------
    Refused
        If there is a hole in it.
    """
    from skimage.measure import approximate_polygon, find_contours, label

    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    corner = np.array([columns[0], rows[0]], np.float64)
    inside = inside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    padded = np.pad(inside, 1)
    if label(~padded, connectivity=1).max() > 1:
        raise Refused(f"the {region} has a hole.")
    [contour] = find_contours(padded.astype(float), 0.5, fully_connected="low")
    for tolerance in _TOLERANCES:
        corners = approximate_polygon(contour, tolerance)[:-1, ::-1] - 1
        if (
            3 <= len(corners) <= MOST_CORNERS
            and not crosses_itself(corners)
            and np.array_equal(filled(corners, inside.shape), inside)
        ):
            return np.asarray(corners + corner, np.float64)
    raise Refused(f"the {region} has no simple outline.")


def _image(data: bytes, shape: tuple[int, int] | None) -> NDArray[np.integer[Any]]:
    """The label image; its size is looked at before its pixels are."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=["PNG", "TIFF"]) as picture:
                columns, rows = picture.size
                if shape is not None and (rows, columns) != shape:
                    raise Refused(
                        f"it has {rows} × {columns} pixels, and the film {shape[0]} ×"
                        f" {shape[1]}: it is of another film."
                    )
                if picture.mode not in _GREY or getattr(picture, "n_frames", 1) > 1:
                    raise Refused("it is not one grey picture of whole numbers.")
                return cast(NDArray[np.integer[Any]], np.asarray(picture).astype(int))
    except Refused:
        raise
    except Image.DecompressionBombError:
        raise Refused("it has more pixels than any film.") from None
    except (OSError, SyntaxError, ValueError):
        raise Refused("it is neither a whole TIFF nor a whole PNG.") from None
