"""What is read is what other programs read and draw.

Stored and modality values: SimpleITK with its own GDCM. The picture on the screen:
pydicom's modality and VOI functions, turned where it is drawn inverted.
"""

import warnings

import numpy as np
import pydicom
import pytest
from pydicom.pixels import apply_modality_lut, apply_voi_lut

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.dicom import open_film
from napari_hipbmd.dicom.decoding.decode import stored_values
from napari_hipbmd.dicom.facts import header_facts
from napari_hipbmd.dicom.greys.modality import modality_transform
from napari_hipbmd.dicom.guard import quietly, refusing
from napari_hipbmd.dicom.header import read_header
from napari_hipbmd.dicom.sniff import file_kind

sitk = pytest.importorskip("SimpleITK")

# Pictures, not films: the two programs convert their colours differently.
COLOURS = {"PALETTE COLOR"}
RLE_COLOURS_16 = {"SC_rgb_rle_16bit.dcm", "SC_rgb_rle_32bit.dcm"}


def test_values_equal_those_of_another_program(any_file):
    # Not only films: any single grey or RGB picture can tell of a wrong bit.
    if any_file.name in RLE_COLOURS_16:
        pytest.skip("SimpleITK swaps the bytes of 16-bit RLE colours")
    try:
        with quietly(), refusing():
            if file_kind(any_file)[0] not in ("dicom", "bare dicom"):
                pytest.skip("not DICOM")
            header = read_header(any_file)
            facts = header_facts(header)
            if header.pixel_keyword is None or not facts.rows:
                pytest.skip("no picture")
            if facts.frames > 1 or facts.photometric in COLOURS:
                pytest.skip("not a single grey picture")
            ours = stored_values(header, facts)
    except Refused as refusal:
        pytest.skip(f"refused: {refusal}")
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        theirs = sitk.GetArrayFromImage(sitk.ReadImage(str(any_file))).squeeze()
    except RuntimeError:
        pytest.skip("SimpleITK cannot read it")
    transform = modality_transform(header.dataset, facts.signed)
    # SimpleITK applies a rescale, but no modality table.
    if transform.lut is None:
        ours = transform(ours)
    if facts.photometric == "MONOCHROME1":
        # It also turns what is drawn dark-is-high; stored values are kept here.
        theirs = sum(transform.value_range(facts.stored_range)) - theirs
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def test_readable_films_are_drawn_as_another_program_draws_them(any_file):
    try:
        shown = open_film(any_file)
    except Refused as refusal:
        pytest.skip(f"refused: {refusal}")
    if shown.facts is None:
        pytest.skip("a picture, not DICOM")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        film = pydicom.dcmread(any_file, force=True)
        modality = apply_modality_lut(shown.stored, film)
        np.testing.assert_allclose(shown.modality, modality, rtol=1e-6)
        if not shown.windows:  # as it is then up to each program, all of the content
            low, high = float(modality.min()), float(modality.max())
            bright = (modality - low) / (high - low)
        elif shown.windows[0].function == "LUT":
            drawn = apply_voi_lut(modality, film, prefer_lut=True)
            bits = int(film.VOILUTSequence[0].LUTDescriptor[2])
            bright = drawn / (2**bits - 1)
        else:
            drawn = apply_voi_lut(modality, film, prefer_lut=False)
            low, high = drawn_range(film, shown)
            bright = (drawn - low) / (high - low)
    if film.PhotometricInterpretation == "MONOCHROME1":
        bright = 1 - bright
    # Half of one of the 256 steps of a screen.
    np.testing.assert_allclose(shown.displayed(), bright, atol=0.5 / 255)


def drawn_range(film, shown):
    """Between what pydicom's window puts black and white (its own range, not 0 … 1)."""
    low, high = shown.contrast_limits_range
    ends = pydicom.Dataset()
    for keyword in (
        "WindowCenter", "WindowWidth", "VOILUTFunction", "BitsStored",
        "PixelRepresentation", "PhotometricInterpretation", "RescaleSlope",
        "RescaleIntercept",
    ):  # fmt: skip
        if keyword in film:
            setattr(ends, keyword, film[keyword].value)
    far = np.array([low - 1e9, high + 1e9])
    black, white = apply_voi_lut(far, ends)
    return float(black), float(white)
