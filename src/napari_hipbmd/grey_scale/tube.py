"""A tube of cortical bone crossed by parallel rays, and its fit to a profile."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from functools import lru_cache

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq
from scipy.optimize import least_squares

from ..core.arrays import Values

CORTICAL_G_CM3 = 0.95 * 1.083
"""Mineral density of cortical bone, g hydroxyapatite per cm³: ICRU-44 cortical bone
holds 1.92 · .225 / .3989 = 1.083, and haversian pores take a twentieth."""

DEEP = 0.97
"""Depth of the shaft over its width as rays cross it."""

HALO_MM = 2.5
_FINE = 2
STEP, FIRST_STEP = 1e-3, float(np.finfo(np.float64).eps ** 0.5)
"""Of a parameter for its slope: relative to it, and where it is 0."""


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
    wall, canal = _chords(np.array([astuple(tube)]), x_mm)
    return wall[0], canal[0]


def _chords(tubes: Values, x_mm: Values) -> tuple[Values, Values]:
    """Of several tubes at once, ``(k, n)`` each; a row has the fields of a tube."""
    centre, width, medial, lateral, deep = tubes.T[..., None]
    canal_width = np.maximum(width - medial - lateral, 0.0)
    outer, inner = width / 2, canal_width / 2
    middle = centre + (medial - lateral) / 2
    depth = deep * outer
    hollow = np.maximum(depth - (medial + lateral) / 2, 0.0)
    whole = 2 * depth * np.sqrt(np.clip(1 - ((x_mm - centre) / outer) ** 2, 0, 1))
    inner = np.maximum(inner, 1e-9)  # no ray crosses a canal that is none
    canal = 2 * hollow * np.sqrt(np.clip(1 - ((x_mm - middle) / inner) ** 2, 0, 1))
    canal = np.where(canal_width > 0, np.minimum(canal, whole), 0.0)
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


def _gaussians(sigmas: Values, size: int) -> Values:
    """Fourier transforms of sampled Gaussians that end at 4 sigma, ``(k, size//2+1)``.

    A product with them is ``scipy.ndimage.gaussian_filter1d``, of all profiles at once.
    """
    reach = (4 * sigmas[:, None] + 0.5).astype(int)
    at = np.arange(int(reach.max()) + 1)
    weights = np.exp(-0.5 * (at / sigmas[:, None]) ** 2) * (at <= reach)
    weights[:, 1:] *= 2
    weights /= weights.sum(1, keepdims=True)
    turned: Values = weights @ _cosines(len(at), size)
    return turned


@lru_cache(maxsize=32)
def _cosines(count: int, size: int) -> Values:
    return np.cos(2 * np.pi * np.outer(np.arange(count), rfftfreq(size)))


def _bases(x: Values, tubes: Values, blurs_mm: Values, halo: bool) -> Values:
    """Columns of each tube: wall, canal, halo of the wall, 1, x; the wall in g/cm²."""
    step = float(x[1] - x[0]) / _FINE
    pad = round(20 / step)
    count = (len(x) - 1) * _FINE + 1
    fine = x[0] + step * np.arange(-pad, count + pad)
    both = np.stack(_chords(tubes, fine), 1) * CORTICAL_G_CM3 / 10
    # A tube ends well within the padding, so that it may be taken for periodic.
    size = next_fast_len(len(fine), real=True)
    sigmas = np.append(np.maximum(blurs_mm, 0.05), HALO_MM) / step
    blurs = _gaussians(sigmas, size)
    waves = rfft(both, size) * blurs[:-1, None]
    if halo:
        waves = np.concatenate([waves, waves[:, :1] * (1 - blurs[-1])], 1)
    take = slice(pad, pad + count, _FINE)
    parts = list(irfft(waves, size)[..., take].swapaxes(0, 1))
    return np.stack([*parts, np.ones_like(parts[0]), x - tubes[:, :1]], -1)


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

    def made(ps: Values) -> tuple[Values, Values]:
        """Tubes and their blurs in mm, a row each."""
        q = prior + np.clip(ps, -4, 4) * spread
        centre, width, medial, lateral, blur = q.T
        width = width_mm * np.exp(width)
        medial, lateral = np.minimum(np.exp([medial, lateral]), 0.46 * width)
        centre = x_mm.mean() + centre
        tubes = [centre, width, medial, lateral, np.full_like(width, deep)]
        return np.stack(tubes, 1), np.exp(blur)

    def bases(ps: Values) -> Values:
        return _bases(x_mm, *made(ps), halo)[:, seen]

    def solved(ps: Values) -> tuple[Values, Values]:
        a = bases(ps)
        turned = a.swapaxes(1, 2)
        weights: Values = np.linalg.solve(
            turned @ a + ridge, (turned @ y)[..., None]
        ).astype(np.float64)
        return a, weights

    def residuals(ps: Values) -> Values:
        a, w = solved(ps)
        return np.hstack([((a @ w)[..., 0] - y) / 0.02, 0.7 * ps])

    @lru_cache(maxsize=1)
    def around(place: bytes) -> tuple[Values, Values]:
        """Residuals and their slopes: nearly every place that is tried needs both."""
        p = np.frombuffer(place)
        step = np.where(p == 0, FIRST_STEP, STEP * p)
        here, *there = residuals(np.vstack([p, p + np.diag(step)]))
        return here, (np.stack(there, -1) - here[:, None]) / step

    found = least_squares(
        lambda p: around(p.tobytes())[0],
        np.zeros(5),
        jac=lambda p: around(p.tobytes())[1],
        loss="soft_l1",
        x_scale=1.0,
        max_nfev=10,
    )
    tubes, blurs = made(found.x[None])
    [a], [w] = solved(found.x[None])
    w = w[:, 0]
    gain = float(w[0])
    if gain <= 0:
        return None
    left = y - a @ w
    rms = float(np.sqrt(np.mean(left**2)))
    # the gain's error with everything else free
    nonlinear = (bases(found.x + 0.02 * np.eye(5)) @ w - a @ w) / 0.02
    jacobian = np.hstack([a, nonlinear.T])
    noise = max(rms, 0.004)
    correlated = 4.0  # blur and texture: that many samples say one thing
    info = jacobian.T @ jacobian / (noise**2 * correlated)
    info[a.shape[1] :, a.shape[1] :] += np.eye(5) * 0.5
    info[1, 1] += 9 / 0.02**2 / 10
    covariance = np.linalg.pinv(info)
    whole = _bases(x_mm, tubes, blurs, halo)[0] @ w
    return TubeFit(
        gain * height,
        float(np.sqrt(max(covariance[0, 0], 0)) / gain),
        Tube(*tubes[0].tolist()),
        float(blurs[0]),
        float(w[2] / gain) if halo else 0.0,
        float(w[1] / gain),
        (float(w[-2]) * height, float(w[-1]) * height),
        whole * height,
        rms,
    )
