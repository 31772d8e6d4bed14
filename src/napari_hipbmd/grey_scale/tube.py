"""A tube of cortical bone crossed by parallel rays, and its fit to a profile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.optimize import least_squares

from ..core.arrays import Values

CORTICAL_G_CM3 = 0.95 * 1.083
"""Mineral density of cortical bone, g hydroxyapatite per cm³: ICRU-44 cortical bone
holds 1.92 · .225 / .3989 = 1.083, and haversian pores take a twentieth."""

DEEP = 0.97
"""Depth of the shaft over its width as rays cross it."""

HALO_MM = 2.5
_FINE = 2
_TAIL = 1.345


@dataclass(frozen=True)
class Tube:
    """A shaft's cross-section, in mm on the film.

    Attributes
    ----------
    centre
        Middle of the outer outline.
    width
        Outer diameter across.
    medial, lateral
        Thickness of the cortex on either side.
    deep
        Depth over width of the outer outline.
    """

    centre: float
    width: float
    medial: float
    lateral: float
    deep: float = DEEP

    @property
    def canal(self) -> float:
        """Inner diameter across."""
        return max(self.width - self.medial - self.lateral, 0.0)


def chords(tube: Tube, x_mm: Values) -> tuple[Values, Values]:
    """Path lengths in mm through wall and canal of an eccentric elliptic tube.

    The rays are parallel: over the 30 mm of a shaft a cone beam's differ by less than
    two degrees. In depth the wall is as thick as the mean of both sides.
    """
    outer = tube.width / 2
    inner = tube.canal / 2
    middle = tube.centre + (tube.medial - tube.lateral) / 2
    depth = tube.deep * outer
    hollow = max(depth - (tube.medial + tube.lateral) / 2, 0.0)
    whole = 2 * depth * np.sqrt(np.clip(1 - ((x_mm - tube.centre) / outer) ** 2, 0, 1))
    if inner <= 0 or hollow <= 0:
        return whole, np.zeros_like(whole)
    canal = 2 * hollow * np.sqrt(np.clip(1 - ((x_mm - middle) / inner) ** 2, 0, 1))
    canal = np.minimum(canal, whole)
    return whole - canal, canal


@dataclass(frozen=True, eq=False)
class TubeFit:
    """What a profile says of gain and tube.

    Attributes
    ----------
    gain
        Grey per g/cm².
    relative_error
        Standard error of the gain over the gain.
    blur_mm
        Standard deviation of the blur.
    halo
        Strength of a sharpening halo.
    filling
        Mineral of the canal over that of the cortex.
    line
        Background at the tube's centre and its slope per mm.
    fitted
        ``(n,)`` the fit at the profile's positions.
    rms
        Residual's root mean square over the profile's height.
    """

    gain: float
    relative_error: float
    tube: Tube
    blur_mm: float
    halo: float
    filling: float
    line: tuple[float, float]
    fitted: Values
    rms: float


def _basis(x: Values, tube: Tube, blur_mm: float, halo: bool) -> Values:
    """Columns: wall, canal, halo of the wall, 1, x; the wall in g/cm²."""
    step = float(x[1] - x[0]) / _FINE
    pad = round(8 / step)
    count = (len(x) - 1) * _FINE + 1
    fine = x[0] + step * np.arange(-pad, count + pad)
    wall, canal = chords(tube, fine)
    wall, canal = (
        gaussian_filter1d(c * CORTICAL_G_CM3 / 10, max(blur_mm, 0.05) / step)
        for c in (wall, canal)
    )
    parts = [wall, canal]
    if halo:
        parts.append(wall - gaussian_filter1d(wall, HALO_MM / step))
    take = slice(pad, pad + count, _FINE)
    return np.stack([*(p[take] for p in parts), np.ones(len(x)), x - tube.centre], -1)


def fit_tube(
    x_mm: Values, bone: Values, width_mm: float, deep: float = DEEP, halo: bool = True
) -> TubeFit | None:
    """Fit gain, tube, canal filling, background, blur and halo to one profile.

    The linear parts are solved for inside (variable projection); residuals beyond
    1.3 standard deviations count linearly.

    Parameters
    ----------
    x_mm, bone
        ``(n,)`` positions, evenly spaced, and mean grey of the bone image; NaN is left
        out.
    width_mm
        About how wide the shaft is.

    Returns
    -------
    TubeFit or None
        None where the profile shows no tube.
    """
    seen = np.isfinite(bone)
    height = float(np.nanpercentile(bone, 95) - np.nanpercentile(bone, 5))
    if seen.sum() < 40 or height <= 1e-4:
        return None
    y = bone[seen] / height
    prior = np.array([0.0, 0.0, np.log(5.5), np.log(5.5), np.log(0.8)])
    spread = np.array([3.0, 0.12, 0.45, 0.45, 0.5])

    # a canal that is all but empty, a halo that is weak
    ridge = np.diag([0.0, 3.0**2, *([0.15**2] if halo else []), 1e-9, 1e-9])

    def made(p: Values) -> tuple[Tube, float]:
        q = prior + np.clip(p, -4, 4) * spread
        width = width_mm * float(np.exp(q[1]))
        medial, lateral = np.minimum(np.exp(q[2:4]), 0.46 * width)
        return Tube(float(x_mm.mean() + q[0]), width, medial, lateral, deep), float(
            np.exp(q[4])
        )

    def solved(p: Values) -> tuple[Values, Values]:
        tube, blur = made(p)
        a = _basis(x_mm, tube, blur, halo)[seen]
        weights = np.linalg.solve(a.T @ a + ridge, a.T @ y).astype(np.float64)
        return a, weights

    def residual(p: Values) -> Values:
        a, w = solved(p)
        return np.concatenate([(a @ w - y) / 0.02, 0.7 * p])

    found = least_squares(
        residual,
        np.zeros(5),
        loss="soft_l1",
        x_scale=1.0,
        max_nfev=10,
        diff_step=1e-3,
    )
    tube, blur = made(found.x)
    a, w = solved(found.x)
    gain = float(w[0])
    if gain <= 0:
        return None
    left = y - a @ w
    rms = float(np.sqrt(np.mean(left**2)))
    nonlinear = []
    for k in range(5):  # the gain's error with everything else free
        p = found.x.copy()
        p[k] += 0.02
        moved = made(p)
        there = _basis(x_mm, moved[0], moved[1], halo)[seen] @ w
        nonlinear.append((there - a @ w) / 0.02)
    jacobian = np.hstack([a, np.stack(nonlinear, -1)])
    noise = max(rms, 0.004)
    correlated = 4.0  # blur and texture: that many samples say one thing
    info = jacobian.T @ jacobian / (noise**2 * correlated)
    info[a.shape[1] :, a.shape[1] :] += np.eye(5) * 0.5
    info[1, 1] += 9 / 0.02**2 / 10
    covariance = np.linalg.pinv(info)
    whole = _basis(x_mm, tube, blur, halo) @ w
    return TubeFit(
        gain * height,
        float(np.sqrt(max(covariance[0, 0], 0)) / gain),
        tube,
        blur,
        float(w[2] / gain) if halo else 0.0,
        float(w[1] / gain),
        (float(w[-2]) * height, float(w[-1]) * height),
        whole * height,
        rms,
    )
