"""A case in the viewer, as far as those reach into it who help to show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ...viewer.place import Place

if TYPE_CHECKING:
    from .editor import Editor


class ShownCase(Protocol):
    """What :class:`.case_view.CaseView` is to its mouse and its lines."""

    editor: Editor | None

    @property
    def viewer(self) -> Any: ...

    @property
    def film(self) -> Any: ...

    @property
    def place(self) -> Place: ...

    def layer(self, kind: str) -> Any: ...

    def where(self, name: str) -> np.ndarray | None: ...
