"""Display processing: from log attenuation to 12 stored bits.

The same operator, with constants taken from the *film*, is applied to the STO, so
that film and STO share one grey scale and can be subtracted. Range compression, local
contrast at several scales and sharpening are linear; only the last step, the curve,
bends the scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter

from ..geometry import Field
from .rooms import Curve

BITS = 12
FULL = (1 << BITS) - 1
COARSE_PX = 2.5  # a Gaussian wider than this is taken on larger pixels


def _smooth(image: Field, sigma_mm: float, pixel_mm: float) -> Field:
    """Gaussian, on larger pixels where it is wide; linear either way."""
    sigma = sigma_mm / pixel_mm
    block = int(sigma / COARSE_PX)
    if block < 2:
        out: Field = gaussian_filter(image, sigma, mode="nearest", truncate=3)
        return out
    rows, columns = image.shape
    padded = np.pad(image, ((0, -rows % block), (0, -columns % block)), "edge")
    high, wide = padded.shape[0] // block, padded.shape[1] // block
    small = padded.reshape(high, block, wide, block).mean((1, 3))
    rest = np.sqrt(sigma**2 - block**2 / 4) / block  # box and tent blur as well
    soft = Image.fromarray(gaussian_filter(small, rest, mode="nearest", truncate=3))
    size = (padded.shape[1], padded.shape[0])
    return np.asarray(soft.resize(size, Image.Resampling.BILINEAR))[:rows, :columns]


def _local(image: Field, curve: Curve, pixel_mm: float) -> Field:
    """Compression, local contrast, unsharp mask: linear, so additivity survives."""
    out = image
    if curve.compression > 0:
        out = out - np.float32(curve.compression) * _smooth(
            image, curve.compression_mm, pixel_mm
        )
    blurred: dict[float, Field] = {}
    for scale, gain in curve.bands:
        for sigma in (scale, 2 * scale):
            if sigma not in blurred:
                seen = sigma >= 0.5 * pixel_mm
                blurred[sigma] = _smooth(image, sigma, pixel_mm) if seen else image
        out = out + np.float32(gain) * (blurred[scale] - blurred[2 * scale])
    if curve.sharpen > 0:
        out = out + np.float32(curve.sharpen) * (
            image - _smooth(image, curve.sharpen_mm, pixel_mm)
        )
    return out


def _full(log_image: Field, floor: float) -> Field:
    """The detector's upper end: below ``floor`` nothing is told apart."""
    if floor <= 0:
        return log_image
    soft = np.float32(0.06 * floor + 0.02)
    excess = np.clip((log_image - np.float32(floor)) / soft, -30, 30)
    return (
        np.float32(floor)
        + soft * np.log1p(np.exp(excess))
        + np.maximum(log_image - np.float32(floor) - 30 * soft, 0)
    )


@dataclass(frozen=True)
class Display:
    """A display operator with its constants fixed by one film."""

    curve: Curve
    low: float
    high: float
    floor: float
    pixel_mm: float

    @classmethod
    def fit(cls, log_image: Field, curve: Curve, pixel_mm: float) -> Display:
        """Take the window from the film's own histogram, as a machine does.

        Air is left out; the width lies between the protocol's nominal one and the
        histogram's.
        """
        rows, columns = log_image.shape
        inner = (
            slice(rows // 20, -rows // 20, 4),
            slice(columns // 20, -columns // 20, 4),
        )
        raw = log_image[inner]
        inside = raw > 0.45 * np.percentile(raw, 90)
        floor = curve.floor * float(np.median(raw[inside]))
        local = _local(_full(log_image, floor), curve, pixel_mm)[inner]
        low, high = np.percentile(
            local[inside], [curve.low_percentile, curve.high_percentile]
        )
        middle, own = (low + high) / 2, max(float(high - low), 0.3)
        nominal = curve.width * (1 - curve.compression)
        half = 0.5 * own**curve.adapts * nominal ** (1 - curve.adapts)
        return cls(curve, float(middle - half), float(middle + half), floor, pixel_mm)

    def __call__(self, log_image: Field) -> Field:
        """Displayed value 0 … 1 (bright = dense), float32."""
        curve = self.curve
        x = _local(_full(log_image, self.floor), curve, self.pixel_mm)
        x = (x - np.float32(self.low)) / np.float32(self.high - self.low)
        slope = np.float32(curve.slope)
        if curve.kind == "linear":
            y = 0.04 + 0.92 * x
        elif curve.kind == "gamma":
            y = 0.02 + 0.95 * np.maximum(x, 0) ** slope
        elif curve.kind == "wild":
            knots = [-0.5, 0, 1 / 3, 2 / 3, 1, 1.5]
            values = [0, 0.03, *curve.bend, 0.97, 1]
            bend = PchipInterpolator(knots, values)
            at = np.linspace(-0.5, 1.5, 512)
            y = np.interp(x, at, bend(at))
        elif curve.kind == "sigmoid":
            y = 1 / (1 + np.exp(-slope * (x - np.float32(0.5))))
            end = 1 / (1 + np.exp(slope * 0.5))
            y = 0.03 + 0.94 * (y - end) / (1 - 2 * end)
        else:  # screen–film: a toe, a straight part and a soft shoulder
            toe = np.log1p(np.exp(2.2 * slope * (x - 0.12))) / (2.2 * slope)
            top = np.log1p(np.exp(2.2 * slope * (x - 0.95))) / (2.2 * slope)
            y = 0.02 + 1.12 * (toe - top)
        return np.clip(y * np.float32(curve.top), 0, 1).astype(np.float32)


def to_stored(displayed: Field) -> np.ndarray:
    """0 … 1 → 12-bit stored values, uint16."""
    return np.round(np.clip(displayed, 0, 1) * FULL).astype(np.uint16)
