"""Bone mineral density of the hip, estimated from an ordinary radiograph.

What a notebook needs is here, and loaded when it is first used::

    import napari_hipbmd as hipbmd

    found = hipbmd.measure("film.dcm", side="L")
    found.bmd_g_cm2, found.t_score, found.flags

A film may be a file, a :class:`Radiograph`, or an array with ``spacing_mm``. Importing
this package loads neither torch nor pydicom.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .core.version import __version__

if TYPE_CHECKING:
    from .core.errors import FilmRefused, Refused
    from .core.radiograph import HipBox, Patient, Radiograph
    from .dicom import read_film
    from .runs.measuring import measure_path
    from .study import Study
    from .tasks.api import enhance, features, find_landmarks, measure
    from .tasks.fit import fit_regression as fit
    from .tasks.validate import validate

__all__ = [
    "FilmRefused",
    "HipBox",
    "Patient",
    "Radiograph",
    "Refused",
    "Study",
    "__version__",
    "enhance",
    "features",
    "find_landmarks",
    "fit",
    "measure",
    "measure_path",
    "read_film",
    "validate",
]

_HOME = {
    "FilmRefused": ".core.errors",
    "HipBox": ".core.radiograph",
    "Patient": ".core.radiograph",
    "Radiograph": ".core.radiograph",
    "Refused": ".core.errors",
    "Study": ".study",
    "enhance": ".tasks.api",
    "features": ".tasks.api",
    "find_landmarks": ".tasks.api",
    "fit": ".tasks.fit",
    "measure": ".tasks.api",
    "measure_path": ".runs.measuring",
    "read_film": ".dicom",
    "validate": ".tasks.validate",
}
_NAMED = {"fit": "fit_regression"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name], __name__), _NAMED.get(name, name))


def __dir__() -> list[str]:
    return sorted(__all__)
