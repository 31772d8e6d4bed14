"""COCO keypoints (cocodataset.org/#format-data): one file for many films.

``keypoints`` are ``[x, y, v]`` in the order of the anatomy; v is 2 for placed and
uncertain, 1 for occluded, 0 for absent and for not placed. A keypoint's (0, 0) is the
centre of the first pixel, as here; in ``bbox`` and ``segmentation`` it is the film's
corner, half a pixel before it. Images are named after the case, never after the
film's file. The label file is carried along in a key of its own, so that what the
format has no words for comes back; other programs pass over it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from ...core.anatomy import INDEX, LANDMARK_IDS, POLYGONS, REGIONS, Points, Region, area
from ...core.anatomy import polygons as polygons_through
from ...core.bounded_json import parse_json
from ...core.errors import Refused
from ..labelling.facts import FilmFacts
from ..labelling.label import Label, State
from ..labelling.labels import Labels
from ..labelling.outlines import as_polygon
from .content import LARGEST_BYTES, json_text, refusing
from .parcel import OWN, Intake, Parcel, own, own_labels, same_outline, with_origins

HIP = 1
VISIBLE: Mapping[State, int] = {"placed": 2, "uncertain": 2, "occluded": 1, "absent": 0}
CORNER = 0.5
"""From the centre of the first pixel, where keypoints begin, to the film's corner."""


def write_coco(labels: Sequence[Labels]) -> bytes:
    """Labels of one annotator, one for each case, as a COCO file.

    Raises
    ------
    Refused
        If a film's size is not known.
    """
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, one in enumerate(labels, 1):
        if one.film.shape is None:
            raise Refused(
                f"The film of {one.case_id} cannot be read, and COCO needs its size."
            )
        rows, columns = one.film.shape
        images.append(
            {
                "id": number,
                "file_name": one.case_id,
                "width": columns,
                "height": rows,
                OWN: own(one),
            }
        )
        for annotation in _annotations(one):
            both = {"id": len(annotations) + 1, "image_id": number}
            annotations.append(both | annotation)
    return json_text(
        {
            "info": {"description": "Landmarks and regions of hips", "version": "1"},
            "licenses": [],
            "images": images,
            "annotations": annotations,
            "categories": _categories(),
        }
    )


def read_coco(data: bytes, name: str, intake: Intake) -> list[Parcel]:
    """The cases of a COCO file.

    Raises
    ------
    Refused
        If it is not a COCO file, or its keypoints are not known.
    """
    with refusing(f"{name} is not a COCO file of hip landmarks"):
        start = data.lstrip()[:1]
        if start in (b"<", b"["):
            form = "XML, as CVAT's own is" if start == b"<" else "a list of tasks"
            raise Refused(f"it is {form}: export it as COCO there")
        content = parse_json(data, LARGEST_BYTES)
        categories = _by_id(content["categories"], "categories")
        found = defaultdict(list)
        images = _by_id(content["images"], "images")
        for annotation in content["annotations"]:
            if annotation["image_id"] not in images:
                raise Refused("an annotation is of an image that is not there.")
            found[annotation["image_id"]].append(annotation)
        return [
            _parcel(image, found[number], categories, intake)
            for number, image in images.items()
            if found[number] or OWN in image
        ]


def _by_id(items: Sequence[Mapping[str, Any]], what: str) -> dict[Any, Any]:
    found = {item["id"]: item for item in items}
    if len(found) < len(items):
        ids = [item["id"] for item in items]
        twice = next(one for one in ids if ids.count(one) > 1)
        raise Refused(
            f"two of its {what} have the id {str(twice)[:20]}, and nobody can tell"
            " which of them an annotation means"
        )
    return found


def _categories() -> list[dict[str, Any]]:
    lines = {
        tuple(sorted((INDEX[a] + 1, INDEX[b] + 1)))
        for names in POLYGONS.values()
        for a, b in zip(names, names[1:] + names[:1], strict=True)
    }
    hip = {
        "id": HIP,
        "name": "hip",
        "supercategory": "bone",
        "keypoints": list(LANDMARK_IDS),
        "skeleton": [list(line) for line in sorted(lines)],
    }
    return [hip] + [
        {"id": HIP + i, "name": region, "supercategory": "bone"}
        for i, region in enumerate(REGIONS, 1)
    ]


def _annotations(one: Labels) -> list[dict[str, Any]]:
    keypoints: list[float] = []
    for name in LANDMARK_IDS:
        mark = one.landmarks.get(name)
        if mark is None or mark.xy is None:
            keypoints += [0, 0, 0]
        else:
            keypoints += [*mark.xy, VISIBLE[mark.state]]
    places = one.xy[np.isfinite(one.xy).all(axis=1)]
    hip = {
        "category_id": HIP,
        "keypoints": keypoints,
        "num_keypoints": len(places),
        "iscrowd": 0,
        **_box(_corners(one.film, places)),
    }
    return [hip] + [
        {
            "category_id": HIP + 1 + REGIONS.index(region),
            "segmentation": [(outline + CORNER).ravel().tolist()],
            "iscrowd": 0,
            **_box(outline),
            "area": area(outline),
        }
        for region, outline in one.outlines().items()
    ]


def _corners(film: FilmFacts, places: Points) -> Points:
    """The corners of the hip box, or the landmarks where there is none."""
    if film.box is None:
        return places
    return np.array([[film.box.x0, film.box.y0], [film.box.x1, film.box.y1]])


def _box(points: Points) -> dict[str, Any]:
    if not len(points):
        return {"bbox": [0, 0, 0, 0], "area": 0}
    low, size = points.min(axis=0) + CORNER, np.ptp(points, axis=0)
    return {"bbox": [*low.tolist(), *size.tolist()], "area": float(size.prod())}


def _parcel(
    image: Mapping[str, Any],
    annotations: Sequence[Mapping[str, Any]],
    categories: Mapping[Any, Mapping[str, Any]],
    intake: Intake,
) -> Parcel:
    case = str(image["file_name"])
    kept = own_labels(image)
    landmarks: dict[str, Label] | None = None
    outlines: dict[Region, Points] = {}
    for annotation in annotations:
        kind = categories[annotation["category_id"]]
        region = intake.names.region(kind["name"])
        if annotation.get("keypoints"):
            if landmarks is not None:
                raise Refused(
                    f"the image {case[:40]!r} has two sets of keypoints; give each hip"
                    " an image that is called after its case, or take one of them away."
                )
            landmarks = _landmarks(annotation, kind["keypoints"], kept, intake)
            _tell_of_unlabelled(annotation["keypoints"], case, intake)
        elif region is not None:
            if region in outlines:
                raise Refused(f"the image {case[:40]!r} has two of {region}.")
            outlines[cast(Region, region)] = _corners_of(annotation, region)
        elif kind.get("keypoints"):
            intake.tell(f"{case[:40]}: a hip without keypoints was left out.")
        else:
            intake.tell("Annotations of other categories were left out.")
    found = landmarks or {}
    through = polygons_through(Labels("x", "x", found).xy)
    return with_origins(
        Parcel(
            case,
            found,
            {
                region: as_polygon(corners, region)
                for region, corners in outlines.items()
                if not same_outline(corners, through[region])
            },
            FilmFacts((int(image["height"]), int(image["width"]))),
        ),
        kept,
    )


def _landmarks(
    annotation: Mapping[str, Any],
    order: Sequence[Any],
    kept: Labels | None,
    intake: Intake,
) -> dict[str, Label]:
    flat = annotation["keypoints"]
    if len(flat) != 3 * len(order):
        raise Refused(f"{len(flat)} numbers are given for {len(order)} keypoints.")
    out: dict[str, Label] = {}
    for i, theirs in enumerate(order):
        name = intake.names.landmark(theirs)
        x, y, v = flat[3 * i : 3 * i + 3]
        if v not in (0, 1, 2):
            raise Refused(
                f"{str(theirs)[:40]} has the visibility {str(v)[:20]}, not 0, 1 or 2."
            )
        if name is None:
            intake.tell(f"The point {str(theirs)[:40]!r} was left out.")
        elif name in out:
            raise Refused(f"{name} occurs twice among the keypoints.")
        elif v:
            before = None if kept is None else kept.landmarks.get(name)
            state: State = "occluded" if v == 1 else "placed"
            if before is not None and VISIBLE[before.state] == v:
                state = before.state
            out[name] = Label((float(x), float(y)), state, source=intake.source)
    return out


def _tell_of_unlabelled(flat: Sequence[Any], case: str, intake: Intake) -> None:
    """Of keypoints with a position that the visibility 0 calls not labelled."""
    several = sum(
        v == 0 and (x, y) != (0, 0)
        for x, y, v in zip(flat[::3], flat[1::3], flat[2::3], strict=True)
    )
    if several:
        intake.tell(
            f"{case[:40]}: {several} keypoints with a position have the visibility 0"
            " (not labelled) and were left out."
        )


def _corners_of(annotation: Mapping[str, Any], region: str) -> Points:
    parts = annotation["segmentation"]
    if not isinstance(parts, list) or len(parts) != 1:
        raise Refused(f"the {region} is not one polygon.")
    corners: Points = np.array(parts[0], float).reshape(-1, 2) - CORNER
    return corners
