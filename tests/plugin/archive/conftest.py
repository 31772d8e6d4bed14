"""An archive that holds films."""

from ...dicom.made_up_archive import films, secrets, server

__all__ = ["films", "secrets", "server"]
