"""PNG, JPEG and TIFF pictures of a film: welcome, but they say nothing about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from ..core.errors import FilmRefused
from ..core.radiograph import Flag
from .greys.grey import grey_of_colour
from .greys.grey_range import levels_of_picture
from .greys.outside import reaching_border
from .guard import MAX_PIXELS
from .tiff import black_zero, misread

_GREY_8 = frozenset({"L", "LA"})
_GREY_16 = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})
_COLOUR = frozenset({"RGB", "RGBA", "P", "PA", "RGBX", "YCbCr"})

_FEW_BITS = re.compile(r"[LP];([24])\b")
"""How Pillow calls pictures of 4 and 16 greys or colours, which it unpacks."""

_MOST_PREVIEWS = 16
_NEW_SUBFILE_TYPE, _BITS_PER_SAMPLE = 254, 258
"""Tags of TIFF 6.0, section 8."""

_SINGLE_CLEAR = frozenset({"L", "RGB", "P"})
_CLEAR, _SOLID, _MOST_VEILED = 0, 255, 0.01
"""Of an alpha channel, and the share of pixels that may be neither."""

_ORIENTATION, _LAST_UPRIGHT = 274, 4
"""Of EXIF; 5 … 8 change rows and columns."""

PICTURE_FLAGS = (
    Flag(
        "uncalibrated",
        "A picture does not say how its grey values follow the X-ray intensity: bone"
        " is taken as bright, and its BMD does not compare with that of other films.",
    ),
    Flag(
        "spacing",
        "No length can be measured, because a picture has no pixel spacing: give the"
        " spacing in mm.",
    ),
)


@dataclass(frozen=True, eq=False)
class Picture:
    """A grey picture.

    Attributes
    ----------
    values
        ``(rows, columns)`` unsigned.
    bits
        8 … 16, of the format, or fewer where the values leave many unused.
    flags
        What is doubtful about it, or about any picture.
    burnt_in
        ``(rows, columns)``, where coloured marks hide the film; None without any.
    aspect
        Height of a pixel over its width.
    hidden
        ``(rows, columns)``, where the picture is transparent; None without any.
    """

    values: NDArray[np.integer]
    bits: int
    flags: tuple[Flag, ...] = PICTURE_FLAGS
    burnt_in: NDArray[np.bool_] | None = None
    aspect: float = 1.0
    hidden: NDArray[np.bool_] | None = None


def read_picture(path: Path) -> Picture:
    """Read a grey picture.

    Raises
    ------
    FilmRefused
        If it has colours, several pages, floating-point values, half transparent
        parts or too many pixels.
    """
    try:
        turned = black_zero(path)
        # By name, Pillow maps plain TIFFs into memory, and then turns some wrongly.
        with (
            turned or path.open("rb") as file,
            Image.open(file, formats=("PNG", "JPEG", "TIFF")) as image,
        ):
            picture = _grey(image)
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise FilmRefused(
            "The picture is damaged or cut short, or of a kind that cannot be read:"
            " save it again as grey PNG or TIFF, without transparency."
        ) from error
    return _on_its_range(picture, turned is not None)


def _on_its_range(picture: Picture, white_zero: bool) -> Picture:
    """The range is that of the values as stored, before they are inverted."""
    found = levels_of_picture(picture.values, picture.bits, picture.hidden)
    top = found.values.dtype.type(found.ends[1])
    return replace(
        picture,
        values=top - found.values if white_zero else found.values,
        bits=int(top).bit_length(),
        flags=(*picture.flags, *found.flags),
    )


def _grey(image: Image.Image) -> Picture:
    columns, rows = image.size
    if rows * columns > MAX_PIXELS:
        raise FilmRefused(
            f"The picture claims {rows} × {columns} pixels, more than any film: export"
            " it again."
        )
    if _pages(image) > 1:
        raise FilmRefused(
            "This picture has several pages, a film has one: save the page with the"
            " hip on its own."
        )
    tags = dict(getattr(image, "tag_v2", {}))
    odd = misread(tags)
    if odd is not None:
        raise _no_range(odd)
    few = _FEW_BITS.search(str(getattr(image, "tile", "")))
    if few is not None:
        raise FilmRefused(
            f"This picture has {few[1]} bits a pixel, too few for a film: export it"
            " again as 8- or 16-bit grey PNG or TIFF."
        )
    aspect = _pixel_aspect(image)
    image.load()  # turns a TIFF as its tag asks
    upright = ImageOps.exif_transpose(image)
    return replace(_grey_values(upright, tags), aspect=aspect, hidden=_clear(upright))


def _clear(image: Image.Image) -> NDArray[np.bool_] | None:
    """Where a picture is transparent: what its grey values are there, nobody sees.

    A single grey that is called transparent (PNG's tRNS) may lie in the hip, too: it
    counts where it reaches the border, as padding does.
    """
    if "A" in image.getbands():
        alpha = np.asarray(image.getchannel("A"))
    elif "transparency" not in image.info:
        return None
    elif image.mode in _GREY_16 or image.mode == "I":
        alpha = np.where(
            np.asarray(image) == image.info["transparency"], _CLEAR, _SOLID
        )
    elif image.mode in _SINGLE_CLEAR:
        alpha = np.asarray(image.convert("RGBA").getchannel("A"))
    else:
        return None
    if ((alpha > _CLEAR) & (alpha < _SOLID)).mean() > _MOST_VEILED:
        raise FilmRefused(
            "The picture is half transparent, so that its grey values depend on what"
            " lies behind it: save it without transparency (alpha)."
        )
    clear: NDArray[np.bool_] = alpha == _CLEAR
    if "A" not in image.getbands():
        clear = reaching_border(clear)
    return clear if clear.any() else None


def _grey_values(image: Image.Image, tags: dict[int, object]) -> Picture:
    if image.mode in _GREY_8:
        return Picture(np.asarray(image.getchannel(0)), 8)
    if image.mode in _GREY_16 or image.mode == "I":
        values = np.asarray(image)
        if values.min() >= 0 and values.max() <= 0xFFFF:
            return _sixteen_bits(values.astype(np.uint16), tags)
    if image.mode in _COLOUR:
        values, marks, flags = grey_of_colour(np.asarray(image.convert("RGB")))
        return Picture(values, 8, (*PICTURE_FLAGS, *flags), marks)
    raise _no_range(image.mode)


def _no_range(kind: str) -> FilmRefused:
    return FilmRefused(
        f"This picture's format ({kind}) has no fixed grey range: save it as 8- or"
        " 16-bit grey PNG or TIFF."
    )


def _pixel_aspect(image: Image.Image) -> float:
    """Height over width of a pixel that is no square; the resolution tells the shape.

    It does not tell a length: a printer's, not a detector's.
    """
    names = ("dpi", "jfif_density", "aspect", "resolution")
    said = (image.info[name] for name in names if image.info.get(name))
    across, down = next(said, (1, 1))
    if image.getexif().get(_ORIENTATION, 1) > _LAST_UPRIGHT:
        across, down = down, across
    aspect = float(across) / float(down) if across > 0 and down > 0 else 1.0
    return aspect if 0.2 <= aspect <= 5 and abs(aspect - 1) > 0.01 else 1.0


def _pages(image: Image.Image) -> int:
    """How many pictures a file holds, previews of the first one not counted.

    Phones put a smaller copy behind the picture (MPO), and programs put one into a
    TIFF, which says that it is one.
    """
    frames = getattr(image, "n_frames", 1)
    if frames == 1 or image.format == "MPO":
        return 1
    if image.format != "TIFF" or frames > _MOST_PREVIEWS:
        return frames
    previews = 0
    for frame in range(1, frames):
        image.seek(frame)
        previews += int(image.tag_v2.get(_NEW_SUBFILE_TYPE, 0)) & 1  # type: ignore[attr-defined]
    image.seek(0)
    return frames - previews


def _sixteen_bits(values: NDArray[np.uint16], tags: dict[int, object]) -> Picture:
    """A picture of 9 … 16 bits."""
    said = tags.get(_BITS_PER_SAMPLE, (16,))
    bits = said[0] if isinstance(said, tuple) and said else 16
    if not isinstance(bits, int) or not 8 < bits < 16:
        bits = 16
    return Picture(values, bits)
