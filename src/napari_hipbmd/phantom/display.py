"""Display processing: from log attenuation to 12 stored bits.

The same operator, with constants taken from the *film*, is applied to the STO, so
that film and STO share one grey scale and can be subtracted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from .family import Curve
from .implicit import Field

BITS = 12
FULL = (1 << BITS) - 1


def _smooth(image: Field, sigma_mm: float, pixel_mm: float) -> Field:
    out: Field = gaussian_filter(image, sigma_mm / pixel_mm, mode="nearest", truncate=3)
    return out


def _local(image: Field, curve: Curve, pixel_mm: float) -> Field:
    """Range compression and unsharp masking: linear, so additivity survives."""
    out = image
    if curve.compression > 0:
        out = out - np.float32(curve.compression) * _smooth(
            image, curve.compression_mm, pixel_mm
        )
    if curve.sharpen > 0:
        out = out + np.float32(curve.sharpen) * (
            image - _smooth(image, curve.sharpen_mm, pixel_mm)
        )
    return out


@dataclass(frozen=True)
class Display:
    """A display operator with its constants fixed by one film."""

    curve: Curve
    low: float
    high: float
    pixel_mm: float

    @classmethod
    def fit(cls, log_image: Field, curve: Curve, pixel_mm: float) -> Display:
        """Take the window from the film's own histogram, as a machine does.

        Air is left out; the width lies between the protocol's nominal one and the
        histogram's.
        """
        local = _local(log_image, curve, pixel_mm)
        rows, columns = local.shape
        inner = (
            slice(rows // 20, -rows // 20, 4),
            slice(columns // 20, -columns // 20, 4),
        )
        raw = log_image[inner]
        body = local[inner][raw > 0.45 * np.percentile(raw, 90)]
        low, high = np.percentile(body, [curve.low_percentile, curve.high_percentile])
        middle, own = (low + high) / 2, max(float(high - low), 0.3)
        nominal = curve.width * (1 - curve.compression)
        half = 0.5 * own**curve.adapts * nominal ** (1 - curve.adapts)
        return cls(curve, float(middle - half), float(middle + half), pixel_mm)

    def __call__(self, log_image: Field) -> Field:
        """Displayed value 0 … 1 (bright = dense), float32."""
        x = (_local(log_image, self.curve, self.pixel_mm) - np.float32(self.low)) / (
            np.float32(self.high - self.low)
        )
        if self.curve.kind == "linear":
            return np.clip(0.04 + 0.92 * x, 0, 1).astype(np.float32)
        slope = np.float32(self.curve.slope)
        if self.curve.kind == "sigmoid":
            y = 1 / (1 + np.exp(-slope * (x - np.float32(0.5))))
            end = 1 / (1 + np.exp(slope * 0.5))
            y = 0.03 + 0.94 * (y - end) / (1 - 2 * end)
            return np.clip(y, 0, 1).astype(np.float32)
        # screen–film: a toe, a straight part and a soft shoulder
        toe = np.log1p(np.exp(2.2 * slope * (x - 0.12))) / (2.2 * slope)
        top = np.log1p(np.exp(2.2 * slope * (x - 0.95))) / (2.2 * slope)
        return np.clip(0.02 + 1.12 * (toe - top), 0, 1).astype(np.float32)


def to_stored(displayed: Field) -> np.ndarray:
    """0 … 1 → 12-bit stored values, uint16."""
    return np.round(np.clip(displayed, 0, 1) * FULL).astype(np.uint16)
