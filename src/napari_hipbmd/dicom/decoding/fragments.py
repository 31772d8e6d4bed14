"""The frames in encapsulated pixel data (DICOM PS3.5, A.4), whatever a header counts.

A frame may lie in several fragments; each frame begins with the first bytes of its
format.
"""

from __future__ import annotations

from pydicom.encaps import generate_fragments, parse_basic_offsets
from pydicom.filebase import DicomBytesIO

from .codestream import begins_a_frame


def first_frame(data: bytes) -> tuple[bytes, int]:
    """The first frame, and how many there are.

    Parameters
    ----------
    data
        The value of the pixel data, from its offset table on.

    Raises
    ------
    ValueError
        If it is not made of fragments.
    """
    buffer = DicomBytesIO(data)
    buffer.is_little_endian = True
    parse_basic_offsets(buffer)
    fragments = list(generate_fragments(buffer))
    starts = [i for i, one in enumerate(fragments) if i == 0 or begins_a_frame(one)]
    end = starts[1] if len(starts) > 1 else len(fragments)
    return b"".join(fragments[:end]), len(starts)
