"""Codes of the structured report: standard ones where they say what is meant.

The estimate has none: every standard code of a BMD says that it was read by DXA. It
gets codes of a private scheme; LOINC's DXA codes are for the reference reading alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydicom.sr.coding import Code

from ..core.anatomy import LANDMARKS, Site
from ..core.radiograph import Side
from ..quality import FLAG_CODES

SCHEME = "99HIPBMD"
"""Private coding scheme designator: its codes mean what is said beside them here."""


def private(value: str, meaning: str) -> Code:
    """A code of the private scheme."""
    return Code(value, SCHEME, meaning)


ESTIMATE = private("ABMD", "Radiograph-estimated areal bone mineral density")
ESTIMATE_LOW = private("ABMD-LOW", "Lower limit of its 90 % interval")
ESTIMATE_HIGH = private("ABMD-HIGH", "Upper limit of its 90 % interval")
T_SCORE = private("T", "T-score of the estimate, young white women")
FEATURES = tuple(
    private(f"FEATURE-{i}", f"Mean bone image clipped to threshold pair {i}")
    for i in (1, 2, 3)
)
EXPECTED_ERROR = private("SIGMA", "Expected radial error of a landmark")
CAUTION = private("CAUTION", "Reason for caution")
WITHHELD = private("WITHHELD", "Value withheld because of")
REGION = private("REGION", "Region of the proximal femur")
WHOLE = private("TOTAL", "Union of the regions")
READING = private("READING", "Reference reading")
LANDMARK: Mapping[str, Code] = {
    mark.id: private(mark.id, mark.name[0].upper() + mark.name[1:])
    for mark in LANDMARKS
}
FLAG: Mapping[str, Code] = {
    code: private(code.upper()[:16], meaning[:64])
    for code, meaning in FLAG_CODES.items()
}

PLACE: Mapping[Site, Code] = {
    "neck": Code("29627003", "SCT", "Neck of femur"),
    "trochanter": Code("30547004", "SCT", "Greater trochanter"),
    "intertrochanter": Code("310651003", "SCT", "Proximal femur"),
    "total": Code("29836001", "SCT", "Hip"),
}
SIDE: Mapping[Side, Code] = {
    "L": Code("7771000", "SCT", "Left"),
    "R": Code("24028007", "SCT", "Right"),
}
PROCEDURE = Code("168537006", "SCT", "Plain radiography")
AREA = Code("42798000", "SCT", "Area")

DXA: Mapping[Side | None, Code] = {
    "L": Code("80954-1", "LN", "DXA Left femur Bone density"),
    "R": Code("80953-3", "LN", "DXA Right femur Bone density"),
    None: Code("24701-5", "LN", "DXA Femur Bone density"),
}

G_CM2 = Code("g/cm2", "UCUM", "g/cm2")
CM2 = Code("cm2", "UCUM", "cm2")
MM = Code("mm", "UCUM", "mm")
ONE = Code("1", "UCUM", "no units")
