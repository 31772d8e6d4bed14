"""A film rewritten in another transfer syntax, by GDCM and by nobody's own codec."""

from __future__ import annotations

from pathlib import Path

import gdcm

LOSSLESS = (
    "ImplicitVRLittleEndian",
    "ExplicitVRBigEndian",
    "DeflatedExplicitVRLittleEndian",
    "RLELossless",
    "JPEGLosslessProcess14",
    "JPEGLosslessProcess14_1",
    "JPEGLSLossless",
    "JPEG2000Lossless",
)
LOSSY = ("JPEGExtendedProcess2_4", "JPEGLSNearLossless", "JPEG2000")


def in_syntax(path: Path, syntax: str, to: Path | None = None) -> Path:
    """The film at ``path`` in another transfer syntax, beside it or at ``to``."""
    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, syntax)))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    changed = to or path.with_name(f"{syntax}.dcm")
    writer.SetFileName(str(changed))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return changed
