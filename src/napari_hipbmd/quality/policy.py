"""Which flags take a value away: a policy, and what it does to a measurement.

A flagged value is shown with its reason. A policy names the flags whose values are
withheld instead: the number is then in no output, and its reason stands in its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..core.anatomy import SITES, Site
from ..core.bounded_json import as_type, read_json
from ..core.errors import Refused
from ..core.measurement import Measurement
from ..core.radiograph import Flag

POLICY_FILE = "policy.json"
_FORMAT = "hipbmd-policy"

FLAG_CODES: dict[str, str] = {
    "age-differs": "the film's age does not fit its dates",
    "age": "the film does not say that the patient is grown up",
    "biology": "sex, age, height or weight is missing",
    "body-part": "the film says that it shows another part of the body",
    "box-assumed": "a film of unknown size was taken for one hip",
    "box-guessed": "the hip was searched for on a large film",
    "burnt-in": "coloured marks hide part of the film, or writing is burnt into it",
    "burnt-in-region": "coloured marks in the picture cross a region",
    "calibration": "the regression is fitted to digital hips",
    "child": "the patient is not grown up",
    "collimation": "a collimated border covers part of a region",
    "colour": "a colour picture was turned grey",
    "extrapolation": "grey values or a patient unlike those that were learnt from",
    "head-size": "the femoral head is too small or too large for an adult's",
    "implant": "the film's description speaks of an implant",
    "implausible-area": "an area that a survey of adults never saw",
    "implausible-bmd": "an aBMD that a survey of adults never saw",
    "implausible-shape": "landmarks that make no hip's shape",
    "landmarks-differ": "landmarks lie elsewhere than the networks find them",
    "landmarks-disagree": "two networks place one landmark apart",
    "landmarks-lost": "the networks can hardly see a landmark",
    "landmarks-unsure": "the landmarks' expected error is large",
    "left-over": "the file holds more rows or pictures than its header names",
    "lossy": "the film was compressed with loss",
    "metal": "metal in a region",
    "metal-nearby": "metal beside the regions",
    "modality": "the file is not that of an X-ray film",
    "no-hip": "the networks hardly recognise an adult's hip in AP view",
    "no-ruler": "the shaft tells no gain: the film's contrast is judged without it",
    "orientation": "the film is stored mirrored or turned, and was turned upright",
    "other-scale": "the regression is fitted to readings of another densitometer",
    "polarity": "what is bright had to be decided from doubtful tags",
    "position": "the thigh is not straight, or the film does not say how it lay",
    "range": "the header's number of grey levels does not fit the picture",
    "region-outside": "a region reaches over the film's border",
    "rotation": "the leg is turned far outwards or inwards",
    "saturation": "grey values are burnt out in a region",
    "shutter": "a shutter, padding or white border was left out",
    "separated": "bone or soft tissue was taken away, or it is no plain film",
    "side": "the picture, or another tag, tells another side than the film",
    "side-guessed": "the film does not say which hip it is",
    "spacing": "the pixel spacing is doubtful or missing",
    "spelling": "tags that were understood although they are spelt otherwise",
    "table-differs": "a table tells of another patient or side than the film",
    "uncalibrated": "a picture without the tags that make its grey a measure",
    "unread": "tags that were not understood were passed over",
    "view": "the film says that its view is not AP",
}
"""Every flag's code and what it says, in a few words."""


@dataclass(frozen=True)
class Policy:
    """The flags whose values are withheld."""

    name: str
    withhold: frozenset[str]

    def to_json(self) -> dict[str, Any]:
        """What :func:`read_policy` reads."""
        return {
            "format": _FORMAT,
            "version": 1,
            "name": self.name,
            "withhold": sorted(self.withhold),
        }


NONE = Policy("none", frozenset())
"""Every value is shown, with its reasons for caution."""

DEFAULT = Policy(
    "default",
    frozenset(
        {
            "burnt-in-region",
            "collimation",
            "implant",
            "implausible-bmd",
            "implausible-shape",
            "landmarks-disagree",
            "landmarks-lost",
            "metal",
            "no-hip",
            "range",
            "region-outside",
            "saturation",
            "side",
        }
    ),
)
"""Values that are wrong rather than doubtful are withheld."""


def policy_of(codes: Iterable[str], name: str = "given") -> Policy:
    """A policy that withholds for these codes.

    Raises
    ------
    Refused
        If a code is none; names those that there are.
    """
    wanted = frozenset(codes)
    unknown = sorted(wanted - FLAG_CODES.keys())
    if unknown:
        raise Refused(
            f"There is no flag {unknown[0][:40]!r} to withhold values for: the flags"
            f" are {', '.join(FLAG_CODES)}."
        )
    return Policy(name, wanted)


def policy_named(text: str) -> Policy:
    """The policy that a person asks for: ``none``, ``default``, a file, or codes.

    Raises
    ------
    Refused
        If it is none of these.
    """
    known = {policy.name: policy for policy in (NONE, DEFAULT)}
    if text in known:
        return known[text]
    if text.endswith(".json"):
        return read_policy(Path(text))
    return policy_of(code.strip() for code in text.split(",") if code.strip())


def policy_of_study(folder: Path) -> Policy:
    """The policy that lies in a study's folder; :data:`NONE` when there is none.

    Raises
    ------
    Refused
        If the file there is damaged.
    """
    path = folder / POLICY_FILE
    return read_policy(path) if path.is_file() else NONE


def read_policy(path: Path) -> Policy:
    """Read a stored policy.

    Raises
    ------
    Refused
        If the file is missing, or is not such a policy.
    """
    try:
        stored = as_type(_Stored, read_json(path))
        known = stored.format == _FORMAT and stored.version == 1
    except FileNotFoundError:
        raise Refused(f"There is no policy {path.name}: check the path.") from None
    except (OSError, Refused):
        known = False
    if not known:
        raise Refused(
            f"The file {path.name} is no policy: it needs"
            f' {{"format": "{_FORMAT}", "version": 1, "name": "…",'
            ' "withhold": ["metal", …]}.'
        )
    return policy_of(stored.withhold, stored.name[:64])


@dataclass(frozen=True)
class _Stored:
    format: str
    version: int
    name: str
    withhold: list[str]


def withhold(measurement: Measurement, policy: Policy) -> Measurement:
    """The measurement without the values that its flags and the policy take away.

    A flag that concerns single sites takes those and the total; any other flag takes
    all four. What is taken is gone from ``bmd_g_cm2`` and ``t_score``, and
    ``withheld`` says why.
    """
    taken: dict[Site, tuple[Flag, ...]] = {}
    there = [site for site in SITES if site not in measurement.not_fitted]
    for site in there if measurement.bmd_g_cm2 else ():
        reasons = tuple(
            flag for flag in measurement.flags_of(site) if flag.code in policy.withhold
        )
        if reasons:
            taken[site] = reasons
    bmd, scores = measurement.bmd_g_cm2, measurement.t_score
    return replace(
        measurement,
        policy=policy.name,
        withheld=taken,
        bmd_g_cm2=None
        if bmd is None
        else {site: value for site, value in bmd.items() if site not in taken},
        t_score=None
        if scores is None
        else {site: value for site, value in scores.items() if site not in taken},
    )
