"""Digital hips as DICOM films: the tags a real film has, and nobody's name.

The same array and tags give the same bytes: unique identifiers are derived from
``case_id`` and no clock is read.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    ExplicitVRLittleEndian,
    generate_uid,
)
from pydicom.valuerep import DSfloat

from ..core.files import write_bytes_atomic
from ..core.radiograph import Sex, Side, SpacingMm

WindowTags = tuple[float, float, str]
WRITER = "NAPARI_HIPBMD"


@dataclass(frozen=True)
class FilmTags:
    """What a film says about itself; None leaves a tag out or empty.

    Attributes
    ----------
    case_id
        Name of the case. It goes into the series description and seeds the UIDs.
    side
        Side of the hip, as ``ImageLaterality`` (DX) or ``Laterality`` (CR).
    modality
        ``"DX"`` or ``"CR"``: decides the SOP class.
    bits_stored
        8 … 16; values are always written in 16 allocated bits.
    presentation_lut_shape
        None gives a DX film for presentation the shape that its photometric
        interpretation asks for (IDENTITY for MONOCHROME2, INVERSE for MONOCHROME1)
        and other films none.
    pixel_intensity_relationship
        ``"LOG"``, ``"LIN"`` or None. A LIN film is written "for processing".
    pixel_intensity_sign
        +1 when low values mean low X-ray intensity, −1 when they mean high
        (DICOM PS3.3 C.8.11.3.1.2); None follows the photometric interpretation.
    pixel_spacing_mm, imager_pixel_spacing_mm
        ``(row, column)`` in mm, in the patient and in the detector plane.
    pixel_spacing_calibration_type
        ``"GEOMETRY"`` or ``"FIDUCIAL"``: how ``pixel_spacing_mm`` was corrected.
    height_m, weight_kg
        As DICOM has them: metres and kilograms.
    windows
        ``(centre, width, explanation)`` each.
    """

    case_id: str
    side: Side | None = None
    modality: Literal["DX", "CR"] = "DX"
    bits_stored: int = 12
    photometric: Literal["MONOCHROME1", "MONOCHROME2"] = "MONOCHROME2"
    presentation_lut_shape: Literal["IDENTITY", "INVERSE"] | None = None
    pixel_intensity_relationship: Literal["LOG", "LIN"] | None = "LOG"
    pixel_intensity_sign: Literal[-1, 1] | None = None
    pixel_spacing_mm: SpacingMm | None = None
    pixel_spacing_calibration_type: Literal["GEOMETRY", "FIDUCIAL"] | None = None
    imager_pixel_spacing_mm: SpacingMm | None = None
    distance_source_to_detector_mm: float | None = None
    distance_source_to_patient_mm: float | None = None
    estimated_radiographic_magnification: float | None = None
    kvp: float | None = None
    sex: Sex | None = None
    age_years: float | None = None
    height_m: float | None = None
    weight_kg: float | None = None
    windows: tuple[WindowTags, ...] = ()
    voi_lut_function: Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"] | None = None
    body_part: str = "HIP"
    view: str = "AP"
    patient_orientation: tuple[str, str] = ("L", "F")
    manufacturer: str = "napari-hipbmd digital hip"

    @property
    def for_processing(self) -> bool:
        """Whether the film is raw: linear in X-ray intensity."""
        return self.modality == "DX" and self.pixel_intensity_relationship == "LIN"


def write_film(path: str | Path, stored: NDArray[np.uint16], tags: FilmTags) -> None:
    """Write one film, explicit VR little endian, atomically.

    Parameters
    ----------
    path
        File to write.
    stored
        ``(rows, columns)`` uint16, written as they are.
    tags
        What the film says about itself.

    Raises
    ------
    ValueError
        If the array is not two-dimensional uint16 or does not fit in the bits.
    """
    if stored.ndim != 2 or stored.dtype != np.uint16:
        raise ValueError(
            f"expected (rows, columns) uint16, got {stored.shape} {stored.dtype}"
        )
    if not 8 <= tags.bits_stored <= 16:
        raise ValueError(f"bits_stored must be 8 … 16, got {tags.bits_stored}")
    if stored.size and int(stored.max()) >> tags.bits_stored:
        raise ValueError(f"values do not fit in {tags.bits_stored} bits")

    film = _film(tags)
    film.Rows, film.Columns = stored.shape
    film.PixelData = stored.astype("<u2", copy=False).tobytes()
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = film.SOPClassUID
    meta.MediaStorageSOPInstanceUID = film.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = generate_uid(entropy_srcs=[WRITER])
    meta.ImplementationVersionName = WRITER
    film.file_meta = meta
    buffer = io.BytesIO()
    dcmwrite(buffer, film, enforce_file_format=True)
    write_bytes_atomic(Path(path), buffer.getvalue())


def _film(tags: FilmTags) -> Dataset:
    film = Dataset()
    _identity(film, tags)
    _patient(film, tags)
    _geometry(film, tags)
    _grey_values(film, tags)
    return film


def _identity(film: Dataset, tags: FilmTags) -> None:
    if tags.modality == "CR":
        film.SOPClassUID = ComputedRadiographyImageStorage
    elif tags.for_processing:
        film.SOPClassUID = DigitalXRayImageStorageForProcessing
    else:
        film.SOPClassUID = DigitalXRayImageStorageForPresentation
    for keyword, level in (
        ("StudyInstanceUID", "study"),
        ("SeriesInstanceUID", "series"),
        ("SOPInstanceUID", "film"),
    ):
        uid = generate_uid(entropy_srcs=[WRITER, level, tags.case_id])
        setattr(film, keyword, uid)
    film.SpecificCharacterSet = "ISO_IR 192"
    film.ImageType = ["ORIGINAL", "PRIMARY", ""]
    film.Modality = tags.modality
    film.Manufacturer = tags.manufacturer
    film.StudyDescription = "Digital hip"
    film.SeriesDescription = tags.case_id
    for keyword in (
        "StudyDate",
        "StudyTime",
        "ContentDate",
        "ContentTime",
        "AccessionNumber",
        "ReferringPhysicianName",
        "StudyID",
    ):
        setattr(film, keyword, "")
    film.SeriesNumber = film.InstanceNumber = 1


def _patient(film: Dataset, tags: FilmTags) -> None:
    film.PatientName = "DIGITAL^HIP"
    film.PatientID = ""
    film.PatientBirthDate = ""
    film.PatientSex = tags.sex or ""
    if tags.age_years is not None:
        film.PatientAge = f"{round(tags.age_years):03d}Y"
    if tags.height_m is not None:
        film.PatientSize = _decimal(tags.height_m)
    if tags.weight_kg is not None:
        film.PatientWeight = _decimal(tags.weight_kg)


def _geometry(film: Dataset, tags: FilmTags) -> None:
    film.BodyPartExamined = tags.body_part
    film.ViewPosition = tags.view
    film.PatientOrientation = list(tags.patient_orientation)
    side = tags.side or ""
    if tags.modality == "DX":
        film.ImageLaterality = side or "U"
        film.PresentationIntentType = (
            "FOR PROCESSING" if tags.for_processing else "FOR PRESENTATION"
        )
        film.DetectorType = ""
        for keyword in (
            "AnatomicRegionSequence",
            "ViewCodeSequence",
            "AcquisitionContextSequence",
        ):
            setattr(film, keyword, Sequence())
    else:
        film.Laterality = side
    numbers: dict[str, float | SpacingMm | None] = {
        "PixelSpacing": tags.pixel_spacing_mm,
        "ImagerPixelSpacing": tags.imager_pixel_spacing_mm,
        "DistanceSourceToDetector": tags.distance_source_to_detector_mm,
        "DistanceSourceToPatient": tags.distance_source_to_patient_mm,
        "EstimatedRadiographicMagnificationFactor": (
            tags.estimated_radiographic_magnification
        ),
        "KVP": tags.kvp,
    }
    for keyword, value in numbers.items():
        if value is not None:
            setattr(film, keyword, _decimal(value))
    if tags.pixel_spacing_calibration_type:
        film.PixelSpacingCalibrationType = tags.pixel_spacing_calibration_type


def _grey_values(film: Dataset, tags: FilmTags) -> None:
    film.SamplesPerPixel = 1
    film.PhotometricInterpretation = tags.photometric
    film.BitsAllocated = 16
    film.BitsStored = tags.bits_stored
    film.HighBit = tags.bits_stored - 1
    film.PixelRepresentation = 0
    film.BurnedInAnnotation = "NO"
    film.LossyImageCompression = "00"
    film.RescaleIntercept, film.RescaleSlope, film.RescaleType = "0", "1", "US"

    dark_is_high = tags.photometric == "MONOCHROME1"
    shape = tags.presentation_lut_shape
    if shape is None and tags.modality == "DX" and not tags.for_processing:
        shape = "INVERSE" if dark_is_high else "IDENTITY"
    if shape is not None:
        film.PresentationLUTShape = shape
    if tags.pixel_intensity_relationship is not None:
        film.PixelIntensityRelationship = tags.pixel_intensity_relationship
        film.PixelIntensityRelationshipSign = tags.pixel_intensity_sign or (
            1 if dark_is_high else -1
        )
    if tags.windows:
        centres, widths, names = zip(*tags.windows, strict=True)
        film.WindowCenter = _decimal(centres)
        film.WindowWidth = _decimal(widths)
        film.WindowCenterWidthExplanation = list(names)
    if tags.voi_lut_function:
        film.VOILUTFunction = tags.voi_lut_function


def _decimal(value: float | Iterable[float]) -> Any:
    """A DICOM decimal string (16 characters at most), or a list of them."""
    if isinstance(value, Iterable):
        return [_decimal(v) for v in value]
    return DSfloat(float(value), auto_format=True)
