"""The library behind torch, loaded beside the window before a network is wanted.

Python loads a library while it holds its lock, and torch's takes half a second:
so long no thread can draw the window. The system's own call does the same without that
lock; the ``import torch`` that follows in a worker then finds the library there.
"""

from __future__ import annotations

import ctypes
import os
from importlib.util import find_spec
from pathlib import Path

LIBRARY = {"Linux": "libtorch_python.so", "Darwin": "libtorch_python.dylib"}


def load_torch_library() -> None:
    """Load it, where this is known to work; for a thread."""
    library = _library()
    if library is None:
        return
    # A function of a library, unlike ctypes.CDLL(path), is called without the lock.
    load = ctypes.CDLL(None).dlopen
    load.restype, load.argtypes = ctypes.c_void_p, (ctypes.c_char_p, ctypes.c_int)
    load(os.fsencode(library), os.RTLD_LAZY | os.RTLD_LOCAL)


def _library() -> Path | None:
    spec = find_spec("torch")
    name = LIBRARY.get(os.uname().sysname) if hasattr(os, "uname") else None
    if name is None or spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "lib" / name
    return path if path.is_file() else None
