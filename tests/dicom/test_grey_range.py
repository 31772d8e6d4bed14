"""A header that names the wrong bits gives the right greys with a flag, or a flag."""

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from scipy.ndimage import gaussian_filter

from napari_hipbmd.dicom import open_film, read_film

from .syntaxes import in_syntax


def codes(film):
    return {flag.code for flag in film.flags}


@pytest.fixture
def right(make_film):
    """The film whose header is right."""
    film = read_film(make_film(name="right.dcm"))
    assert "range" not in codes(film)
    return film


@pytest.mark.parametrize(
    "bits", [{"BitsStored": 16, "HighBit": 15}, {"BitsStored": 11, "HighBit": 10},
             {"BitsStored": 10, "HighBit": 9}],
)  # fmt: skip
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_wrong_bits_do_not_change_the_greys_and_are_flagged(
    make_film, right, hip, bits, photometric
):
    stored = hip if photometric == "MONOCHROME2" else 4095 - hip
    film = read_film(make_film(stored, photometric=photometric, edit=bits))
    assert "range" in codes(film)
    np.testing.assert_allclose(film.grey(), right.grey(), atol=1e-6)


@pytest.mark.parametrize("bits", [{"BitsStored": 16, "HighBit": 15}, {}])
def test_a_wrong_sign_does_not_change_the_greys_and_is_flagged(
    make_film, right, hip, bits
):
    film = read_film(make_film(hip, edit={"PixelRepresentation": 1, **bits}))
    assert "range" in codes(film)
    np.testing.assert_allclose(film.grey(), right.grey(), atol=1e-6)


def test_signed_values_that_are_called_unsigned_are_read_as_signed(make_film, hip):
    signed = hip.astype(np.int16) - 2048
    signed[0, 0], signed[0, 1] = -2048, 2047
    film = read_film(
        make_film(edit={"BitsStored": 16, "HighBit": 15, "PixelData": signed.tobytes()})
    )
    assert "range" in codes(film)
    np.testing.assert_array_equal(film.pixels, signed)
    assert film.grey_range == (-2048, 2047)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("syntax", ["uncompressed", "JPEG2000Lossless"])
def test_twelve_bits_of_the_other_sign_keep_their_greys_and_are_flagged(
    make_film, right, hip, signed, syntax
):
    patterns = hip if signed else hip ^ np.uint16(2048)
    path = make_film(patterns)
    if syntax != "uncompressed":
        path = in_syntax(path, syntax)
    film = pydicom.dcmread(path)
    film.PixelRepresentation = int(signed)
    film.save_as(path)
    read = read_film(path)
    assert "range" in codes(read)
    np.testing.assert_allclose(read.grey(), right.grey(), atol=1e-6)


def test_a_noisy_white_border_is_not_taken_for_another_sign(make_film, hip):
    noise = np.random.default_rng(0).integers(0, 200, hip.shape).astype(np.uint16)
    bordered = np.minimum(hip // 4, 1000)
    bordered[:12], bordered[-12:] = 4095 - noise[:12], 4095 - noise[-12:]
    film = read_film(make_film(bordered))
    assert "range" not in codes(film)
    assert film.grey_range == (0, 4095)


def test_a_soft_light_frame_about_a_dark_background_changes_no_greys(make_film, hip):
    frame = np.full(hip.shape, 4000, np.uint16)
    frame[8:-8, 8:-8] = 3650  # its edge is two pixels wide
    frame[9:-9, 9:-9] = 500
    frame[10:-10, 10:-10] = np.minimum(hip, 3000)[10:-10, 10:-10]
    frame[10:-10, 10:20] = 8
    frame[0, 0], frame[20, 12] = 4095, 0
    film = read_film(make_film(frame))
    assert "range" not in codes(film)
    assert film.grey_range == (0, 4095)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    frame=st.integers(0, 4095),
    width=st.integers(0, 20),
    noise=st.integers(0, 250),
    soft=st.sampled_from([0.0, 0.7, 1.4]),
)
@example(frame=3900, width=12, noise=150, soft=0.0)
@example(frame=4000, width=4, noise=100, soft=0.0)
def test_any_frame_about_a_film_of_a_right_header_changes_no_greys(
    make_film, hip, frame, width, noise, soft
):
    framed = np.full((160, 140), frame, float)
    framed[width : 160 - width, width : 140 - width] = (
        np.kron(hip, np.ones((2, 2)))[
            16 + width : 176 - width, 10 + width : 150 - width
        ]
        - 340.0
    )
    rough = np.random.default_rng(1).normal(0, noise, framed.shape)
    stored = (gaussian_filter(framed, soft) + rough).clip(0, 4095).astype(np.uint16)
    film = read_film(make_film(stored))
    assert "range" not in codes(film)
    seen = np.ones(stored.shape, bool) if film.outside is None else ~film.outside
    np.testing.assert_array_equal(film.pixels[seen], stored[seen])


@pytest.mark.parametrize("high_bit", [12, 15])
def test_values_below_the_high_bit_that_the_header_names_are_read_where_they_lie(
    make_film, right, high_bit
):
    film = read_film(make_film(edit={"HighBit": high_bit}))
    assert "range" in codes(film)
    np.testing.assert_array_equal(film.grey(), right.grey())


def test_an_overlay_below_the_stored_bits_changes_nothing(make_film, hip):
    dark = hip // 2
    words = dark * np.uint16(2)
    words[10:20, 10:20] |= 1
    film = read_film(make_film(words, edit={"HighBit": 12}))
    np.testing.assert_array_equal(film.pixels, dark)


def test_a_table_that_rises_and_falls_again_is_flagged(make_film):
    item = Dataset()
    item.LUTDescriptor = [4096, 0, 12]
    item.add_new(0x00283006, "US", [(3 * n) % 4096 for n in range(4096)])
    edit = {"ModalityLUTSequence": Sequence([item]), "RescaleSlope": None,
            "RescaleIntercept": None}  # fmt: skip
    (flag,) = (f for f in read_film(make_film(edit=edit)).flags if f.code == "range")
    assert "rises and falls" in flag.text


def test_values_that_wrapped_before_they_were_written_are_flagged(make_film, hip):
    path = make_film(hip & np.uint16(0x3FF), edit={"BitsStored": 10, "HighBit": 9})
    (flag,) = (f for f in read_film(path).flags if f.code == "range")
    assert "jump" in flag.text


def test_letters_as_bright_as_the_word_do_not_hide_that_the_film_has_twelve_bits(
    make_film, right, hip
):
    lettered = hip.copy()
    lettered[2:5, 2:20] = 65535
    path = make_film(lettered, bits_stored=16)
    film = read_film(path)
    assert "range" in codes(film)
    np.testing.assert_allclose(film.grey()[8:], right.grey()[8:], atol=1e-6)
    assert film.grey().max() <= 1


def test_a_dark_film_of_twelve_bits_keeps_its_range_and_is_flagged(make_film, hip):
    film = read_film(make_film(hip // 5))
    assert film.grey_range == (0, 4095)
    assert "range" in codes(film)


def test_padding_is_no_sign_of_more_bits(make_film, right, hip):
    padded = hip.astype(np.int16)
    padded[:, :6] = -32768
    path = make_film(
        edit={
            "PixelRepresentation": 1,
            "BitsStored": 16,
            "HighBit": 15,
            "PixelData": padded.tobytes(),
        }
    )
    tagged = pydicom.dcmread(path)
    tagged.add_new("PixelPaddingValue", "SS", -32768)
    tagged.save_as(path)
    film = read_film(path)
    assert film.outside is not None and film.outside[:, :6].all()
    np.testing.assert_allclose(film.grey()[:, 6:], right.grey()[:, 6:], atol=1e-6)


def table(entries, bits):
    item = Dataset()
    item.LUTDescriptor = [len(entries), 0, bits]
    item.add_new(0x00283006, "US", [int(entry) for entry in entries])
    return Sequence([item])


@pytest.mark.parametrize(("bits", "flagged"), [(12, False), (16, True), (8, True)])
def test_the_range_of_a_modality_table_is_that_of_its_outputs(
    make_film, right, bits, flagged
):
    film = read_film(make_film(edit={"ModalityLUTSequence": table(range(4096), bits)}))
    assert film.grey_range == (0, 4095)
    assert ("range" in codes(film)) == flagged
    np.testing.assert_allclose(film.grey(), right.grey(), atol=1e-6)


@pytest.mark.parametrize("bits", [12, 16])
def test_a_voi_table_that_names_too_many_bits_is_not_drawn_dark(make_film, bits):
    path = make_film(edit={"VOILUTSequence": table(range(4096), bits)})
    assert open_film(path).displayed().max() > 0.8


@pytest.mark.parametrize("modality", ["XA", "RF"])
def test_the_table_of_an_angiographic_film_is_not_applied(make_film, right, modality):
    back = np.round(4095 * np.exp(-np.arange(4096) / 1300))
    film = read_film(
        make_film(edit={"Modality": modality, "ModalityLUTSequence": table(back, 12)})
    )
    np.testing.assert_allclose(film.grey(), right.grey(), atol=1e-6)


def test_a_film_burnt_out_at_half_the_range_that_it_names_is_flagged(make_film, hip):
    full = np.minimum(hip.astype(int) * 2, 4095).astype(np.uint16)
    film = read_film(make_film(full, edit={"BitsStored": 13, "HighBit": 12}))
    assert "range" in codes(film)
    assert "range" not in codes(read_film(make_film(full)))


def test_a_modality_table_that_does_not_reach_the_film_is_flagged(make_film):
    short = table([16 * entry for entry in range(256)], 12)
    film = read_film(make_film(edit={"ModalityLUTSequence": short}))
    (flag,) = (flag for flag in film.flags if flag.code == "range")
    assert "beyond its Modality LUT" in flag.text


def test_a_modality_table_that_lacks_entries_is_flagged(make_film):
    broken = table(range(2048), 12)
    broken[0].LUTDescriptor = [4096, 0, 12]
    assert "range" in codes(read_film(make_film(edit={"ModalityLUTSequence": broken})))


def test_the_table_of_an_enhanced_angiographic_film_is_not_applied(make_film, right):
    back = np.round(4095 * np.exp(-np.arange(4096) / 1300))
    enhanced = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.12.1.1", "Modality": "DX"}
    film = read_film(
        make_film(edit={**enhanced, "ModalityLUTSequence": table(back, 12)})
    )
    np.testing.assert_allclose(film.grey(), right.grey(), atol=1e-6)
