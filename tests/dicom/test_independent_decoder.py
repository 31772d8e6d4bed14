"""Stored values are those that another program reads (SimpleITK, its own GDCM)."""

import numpy as np
import pytest

from napari_hipbmd.dicom.decode import stored_values
from napari_hipbmd.dicom.facts import facts_of
from napari_hipbmd.dicom.guard import quietly, refusing
from napari_hipbmd.dicom.header import read_header
from napari_hipbmd.dicom.modality import modality_transform
from napari_hipbmd.dicom.sniff import kind_of
from napari_hipbmd.radiograph import FilmRefused

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
            if kind_of(any_file)[0] not in ("dicom", "bare dicom"):
                pytest.skip("not DICOM")
            header = read_header(any_file)
            facts = facts_of(header)
            if header.pixel_keyword is None or not facts.rows:
                pytest.skip("no picture")
            if facts.frames > 1 or facts.photometric in COLOURS:
                pytest.skip("not a single grey picture")
            ours = stored_values(header, facts)
    except FilmRefused as refusal:
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
