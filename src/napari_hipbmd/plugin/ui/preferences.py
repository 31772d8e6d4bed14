"""What a person at this computer chose once: small JSON files, nothing about patients.

They lie in a folder of their own beside napari's: ``hipbmd`` writes there only what
somebody chose in the window.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qtpy.QtCore import QStandardPaths

from ...core.bounded_json import read_json
from ...core.errors import Refused
from ...core.files import write_text_atomic

FILE = "workbench.json"


def preferences_dir() -> Path:
    """The folder for preferences of this user."""
    base = QStandardPaths.writableLocation(
        QStandardPaths.StandardLocation.GenericConfigLocation
    )
    return Path(base) / "napari-hipbmd"


def read_preference(name: str, default: Any = None) -> Any:
    """What was chosen, or ``default`` when nothing was, or the file is damaged."""
    return _all().get(name, default)


def write_preference(name: str, value: Any) -> None:
    """Remember a choice; a folder that cannot be written only forgets it."""
    content = {**_all(), name: value}
    try:
        write_text_atomic(preferences_dir() / FILE, json.dumps(content, indent=1))
    except OSError:
        return


def _all() -> dict[str, Any]:
    try:
        content = read_json(preferences_dir() / FILE)
    except (OSError, Refused):
        return {}
    return content if isinstance(content, dict) else {}
