"""Point files (``.pts``) of point-distribution programs: one complete shape a file.

::

    version: 1
    n_points: 16
    {
    124.4 57.7
    …
    }

``x y`` in pixels, the centre of the first pixel at (1, 1), in the order of the anatomy:
the convention of iBUG's and Cootes' files. The file says none of this itself.
"""

from __future__ import annotations

from ...core.anatomy import LANDMARK_IDS
from ...core.errors import Refused
from ..labelling.label import Label
from ..labelling.labels import Labels
from .content import refusing
from .parcel import Intake, Parcel

FIRST_PIXEL = 1.0


def write_pts(labels: Labels) -> bytes:
    """Labels of one case as a point file.

    Raises
    ------
    Refused
        If a landmark has no position.
    """
    places = []
    for name in LANDMARK_IDS:
        mark = labels.landmarks.get(name)
        if mark is None or mark.xy is None:
            raise Refused(
                f"{labels.case_id}: {name} has no position, and a .pts file holds"
                " complete shapes only."
            )
        places.append((mark.xy[0] + FIRST_PIXEL, mark.xy[1] + FIRST_PIXEL))
    lines = ["version: 1", f"n_points: {len(places)}", "{"]
    lines += [f"{x!r} {y!r}" for x, y in places]
    return "\n".join([*lines, "}", ""]).encode()


def read_pts(data: bytes, name: str, case: str, intake: Intake) -> Parcel:
    """A case from a point file.

    Raises
    ------
    Refused
        If it is not a point file, or its points are not known.
    """
    with refusing(f"{name} is not a .pts file of hip landmarks"):
        header, opened, rest = data.decode("utf-8-sig").partition("{")
        body, closed, after = rest.partition("}")
        if not (opened and closed) or after.strip() or "{" in body:
            raise Refused("its points are not in one pair of braces.")
        lines = [line.split() for line in body.splitlines() if line.strip()]
        count = _count(header)
        if count not in (None, len(lines)):
            raise Refused(f"it says {count} points and holds {len(lines)}.")
        if not intake.names.told and len(lines) != len(LANDMARK_IDS):
            raise Refused(
                f"it has {len(lines)} points, and a hip {len(LANDMARK_IDS)}: a file of"
                " names can say which is which."
            )
        landmarks: dict[str, Label] = {}
        for number, line in enumerate(lines, 1):
            mark = _name(number, intake)
            x, y = _pair(line, number)
            if mark is None:
                intake.tell(f"The point {number} was left out.")
            elif mark in landmarks:
                raise Refused(f"{mark} occurs twice.")
            else:
                xy = (x - FIRST_PIXEL, y - FIRST_PIXEL)
                landmarks[mark] = Label(xy, source=intake.source)
        return Parcel(case, {n: landmarks[n] for n in LANDMARK_IDS if n in landmarks})


def _pair(words: list[str], number: int) -> tuple[float, float]:
    try:
        x, y = map(float, words)
    except ValueError:
        raise Refused(
            f"its point {number} is {' '.join(words)[:40]!r}, not two numbers, x and y,"
            " with decimal points."
        ) from None
    return x, y


def _name(number: int, intake: Intake) -> str | None:
    if not intake.names.told:
        return LANDMARK_IDS[number - 1]
    return intake.names.landmark(number)


def _count(header: str) -> int | None:
    for line in header.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "n_points":
            return int(value)
    return None
