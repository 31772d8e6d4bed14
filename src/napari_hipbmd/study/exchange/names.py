"""What others call the landmarks and regions: a small JSON file.

::

    {"femoral_neck_superior": "N2", "collum": "neck", "head_centre": null, "*": null}

Names on the left are the file's, those on the right ours; null leaves a point out, and
``*`` stands for every name that is not listed. A ``.pts`` file has no names: its points
are called ``1``, ``2``, ….
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...core.anatomy import LANDMARK_IDS, REGIONS
from ...core.bounded_json import as_type, read_json
from ...core.errors import Refused
from .content import refusing

OTHERS = "*"
KNOWN = (*LANDMARK_IDS, *REGIONS)
_LARGEST_BYTES = 1_000_000


@dataclass(frozen=True)
class Names:
    """Foreign name → landmark or region; None where it is left out.

    Raises
    ------
    Refused
        If a name on the right is none of ours.
    """

    ours: Mapping[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for theirs, name in self.ours.items():
            if name is not None and name not in KNOWN:
                raise Refused(
                    f"{theirs[:40]!r} cannot become {str(name)[:40]!r}: landmarks and"
                    f" regions are called {', '.join(KNOWN)}."
                )
        used = [name for name in self.ours.values() if name is not None]
        twice = [name for name in KNOWN if used.count(name) > 1]
        if twice:
            raise Refused(f"Two names become {twice[0]}: give each of ours once.")

    @property
    def told(self) -> bool:
        """Whether anything was said about names."""
        return bool(self.ours)

    def landmark(self, theirs: object) -> str | None:
        """Our name of a point, or None where it is left out.

        Raises
        ------
        Refused
            If it is not known and nothing is said of it.
        """
        return self._of(theirs, LANDMARK_IDS, "a landmark")

    def region(self, theirs: object) -> str | None:
        """Our name of a region, or None where it is left out."""
        name = str(theirs)
        found = self.ours.get(name, name)
        return found if found in REGIONS else None

    def _of(self, theirs: object, known: tuple[str, ...], what: str) -> str | None:
        name = str(theirs)
        if name in self.ours:
            found = self.ours[name]
        elif name in known:
            found = name
        elif OTHERS in self.ours:
            found = self.ours[OTHERS]
        else:
            raise Refused(
                f"{name[:40]!r} is not {what}: they are called {', '.join(known)}."
                " A file of names can say which is which."
            )
        return found if found in known else None


def read_names(path: str | Path) -> Names:
    """The names in a JSON file.

    Raises
    ------
    Refused
        If it is not such a file.
    """
    path = Path(path)
    with refusing(f"{path.name} is not a file of names"):
        try:
            content = read_json(path, _LARGEST_BYTES)
        except OSError:
            raise Refused("it cannot be read") from None
        if not isinstance(content, dict):
            raise Refused('it has to be of the form {"theirs": "N1", …}')
        return Names(as_type(dict[str, str | None], content))
