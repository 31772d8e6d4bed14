"""What a file holds beyond the picture that its header names."""

from __future__ import annotations

from ..core.radiograph import Flag
from .facts import HeaderFacts
from .header import Header


def left_over(header: Header, facts: HeaderFacts) -> tuple[Flag, ...]:
    """The flag of a film that holds more than its header names."""
    frames = header.pictures[1] if header.encapsulated else 1
    needed = facts.picture_bytes
    spare = 0 if header.encapsulated else header.pixel_bytes - needed
    rows = max(0, spare) * facts.rows // needed
    if frames > 1:
        text = (
            f"The file holds {frames} pictures and its header names one: the first was"
            " taken, so check that it shows the hip."
        )
    elif rows:
        text = (
            f"The file holds {rows} rows more than the {facts.rows} × {facts.columns}"
            " pixels that its header names: if the film looks cut or slanted, the"
            " header is wrong."
        )
    else:
        return ()
    return (Flag("left-over", text),)
