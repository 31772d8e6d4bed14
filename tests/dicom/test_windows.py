"""A film is shown as it asks to be: windows, tables, overlays, signs."""

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.pixels import apply_voi_lut
from pydicom.sequence import Sequence

from napari_hipbmd.dicom import inspect, open_film


def table(entries, first, bits, name=""):
    item = Dataset()
    item.LUTDescriptor = [len(entries), first, bits]
    item.add_new(0x00283006, "US", [int(entry) for entry in entries])
    item.LUTExplanation = name
    return Sequence([item])


def voi(center, width, function):
    data = Dataset()
    data.WindowCenter, data.WindowWidth, data.VOILUTFunction = center, width, function
    data.PhotometricInterpretation = "MONOCHROME2"
    data.BitsStored, data.PixelRepresentation = 12, 0
    return data


def test_the_first_window_sets_the_contrast_and_the_slider_keeps_it_all(make_film):
    path = make_film(windows=((2000, 1001, "BONE"), (1000, 501, "SOFT")))
    shown = open_film(path)
    assert shown.contrast_limits == (1499.5, 2499.5)
    assert shown.contrast_limits_range == (0, 4095)
    assert [window.name for window in shown.windows] == ["BONE", "SOFT"]
    assert [window["name"] for window in inspect(path)["windows"]] == ["BONE", "SOFT"]


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize(("centre", "width"), [(2000, 1500), (1100, 3), (4000, 9000)])
def test_window_functions_draw_what_the_standard_says(
    make_film, hip, function, centre, width
):
    path = make_film(windows=((centre, width, "W"),), voi_lut_function=function)
    shown = open_film(path)
    expected = apply_voi_lut(hip, voi(centre, width, function)) / 4095
    np.testing.assert_allclose(shown.displayed(), expected, atol=2e-5)


def test_a_window_of_width_one_is_a_threshold(make_film, hip):
    shown = open_film(make_film(windows=((1000, 1, "STEP"),)))
    low, high = shown.contrast_limits
    assert high > low
    np.testing.assert_array_equal(shown.displayed(), hip > 999.5)


def test_damaged_windows_are_left_out(make_film):
    path = make_film(edit={"WindowCenter": [10, 2000, 5], "WindowWidth": [0, 800, -3]})
    assert [window.centre for window in open_film(path).windows] == [2000]


@pytest.mark.parametrize(
    ("centre", "width"), [(2048, 0), (2048, -4096), (100_000, 100), (-1000, 50)]
)
def test_a_window_that_shows_nothing_of_a_film_is_told_and_all_greys_are_drawn(
    make_film, hip, centre, width
):
    path = make_film(edit={"WindowCenter": centre, "WindowWidth": width})
    shown = open_film(path)
    assert shown.contrast_limits == (hip.min(), hip.max())
    (flag,) = (f for f in shown.radiograph.flags if f.code == "unread")
    assert "WindowWidth" in flag.text


def test_a_film_without_window_shows_all_of_its_content(make_film, hip):
    shown = open_film(make_film())
    assert shown.contrast_limits == (hip.min(), hip.max())


def test_voi_tables_are_read(make_film, hip):
    entries = np.clip((np.arange(1000) - 100) * 5, 0, 4095)
    path = make_film(edit={"VOILUTSequence": table(entries, 500, 12, "HARDER")})
    shown = open_film(path)
    (window,) = shown.windows
    assert (window.name, window.function) == ("HARDER", "LUT")
    assert shown.contrast_limits == (600, 500 + 919)
    index = np.clip(hip.astype(int) - 500, 0, 999)
    np.testing.assert_allclose(shown.displayed(), entries[index] / 4095, atol=1e-6)


def test_modality_tables_come_first(make_film, hip):
    entries = (np.arange(4096) ** 2) >> 12
    path = make_film(edit={"ModalityLUTSequence": table(entries, 0, 12)})
    shown = open_film(path)
    np.testing.assert_array_equal(shown.stored, hip)
    np.testing.assert_array_equal(shown.modality, entries[hip])
    np.testing.assert_array_equal(shown.radiograph.pixels, entries[hip])
    assert shown.contrast_limits_range == (0, 4095)


def test_windows_are_in_rescaled_values(make_film, hip):
    path = make_film(
        modality="CR",
        windows=((100, 401, "W"),),
        edit={"RescaleSlope": "0.5", "RescaleIntercept": "-200"},
    )
    shown = open_film(path)
    np.testing.assert_array_equal(shown.stored, hip)
    np.testing.assert_allclose(shown.modality, hip * 0.5 - 200)
    assert shown.contrast_limits == (-100.5, 299.5)
    assert shown.contrast_limits_range == (-200, 1847.5)


def test_inversion_comes_last(make_film, hip):
    path = make_film(photometric="MONOCHROME1", windows=((2000, 1001, "W"),))
    shown = open_film(path)
    np.testing.assert_array_equal(shown.modality, hip)
    assert shown.inverted
    np.testing.assert_allclose(
        shown.displayed(), 1 - np.clip((hip - 1499.5) / 1000, 0, 1), atol=1e-6
    )


def test_bits_outside_the_stored_ones_are_dropped(make_film, hip):
    path = make_film(hip | np.uint16(0x5000), bits_stored=16)
    _edit(path, BitsStored=12, HighBit=11)
    np.testing.assert_array_equal(open_film(path).stored, hip)


def test_stored_bits_need_not_be_the_lowest(make_film, hip):
    path = make_film(hip << 4 | np.uint16(0x3), bits_stored=16)
    _edit(path, BitsStored=12, HighBit=15)
    np.testing.assert_array_equal(open_film(path).stored, hip)


def test_signed_values_keep_their_sign(make_film, hip):
    signed = hip.astype(np.int16) - 2048
    path = make_film(signed.view(np.uint16), bits_stored=16)
    _edit(path, BitsStored=12, HighBit=11, PixelRepresentation=1)
    shown = open_film(path)
    np.testing.assert_array_equal(shown.stored, signed)
    assert shown.contrast_limits_range == (-2048, 2047)
    assert shown.radiograph.grey_range == (-2048, 2047)


def test_a_film_looks_as_another_program_draws_it(real_data):
    path = real_data / "dicom" / "overlay.dcm"
    picture = Image.open(real_data / "dicom" / "expected_overlay.png")
    # The overlay is drawn in green and blue; red is the film.
    expected = np.asarray(picture)[..., 0]
    drawn = open_film(path).displayed() * 255
    # 8 bits of brightness, rounded one way or the other.
    assert np.abs(drawn - expected).max() <= 1


def _edit(path, **values):
    film = pydicom.dcmread(path)
    for keyword, value in values.items():
        setattr(film, keyword, value)
    film.save_as(path)
