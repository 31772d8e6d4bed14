"""What unlabelled real films can lend: their look, and landmarks that are sure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from skimage.exposure import match_histograms

from napari_hipbmd.core.anatomy import is_mirrored
from napari_hipbmd.core.canvas import make_canvas
from napari_hipbmd.dicom import read_film
from napari_hipbmd.landmarks.locate import propose
from napari_hipbmd.landmarks.predict import LandmarkFinder, find_on_batch
from napari_hipbmd.learning.hips import LEVELS, Hips, to_levels
from napari_hipbmd.study import Study
from napari_hipbmd.study.split import read_split

Films = NDArray[np.uint16]
LARGE = 0.03  # of the spectrum's side: waves longer than 1 / 15 of a hip box
SURE = 0.5  # of the hips, those whose expected error is least


def fourier(films: Films, looks: Films, rng: np.random.Generator) -> Films:
    """Films with a share of the large-scale amplitudes of others, and own phases.

    Yang and Soatto, Fourier domain adaptation for semantic segmentation, CVPR 2020.
    """
    reach = round(LARGE * films.shape[-1])
    low = np.s_[-reach : reach + 1]
    there = np.ix_(np.r_[low], np.r_[low])
    out = np.empty_like(films)
    for i, film in enumerate(films):
        spectrum = np.fft.fft2(film / LEVELS)
        other = np.abs(np.fft.fft2(looks[rng.integers(len(looks))] / LEVELS))
        own = spectrum[there]
        share = rng.uniform()
        wanted = (1 - share) * np.abs(own) + share * other[there]
        spectrum[there] = wanted * np.exp(1j * np.angle(own))
        out[i] = to_levels(np.fft.ifft2(spectrum).real)
    return out


def histogram(films: Films, looks: Films, rng: np.random.Generator) -> Films:
    """Films with a share of the distribution of grey values of others."""
    out = np.empty_like(films)
    for i, film in enumerate(films):
        other = match_histograms(film, looks[rng.integers(len(looks))])
        share = rng.uniform()
        out[i] = np.round((1 - share) * film + share * other)
    return out


def unlabelled(films: Path, study: Study, finder: LandmarkFinder) -> Hips:
    """Hips of films of patients that the study does not know, as the networks see them.

    Landmarks are where ``finder`` finds them.
    """
    known = read_split(study.folder)
    canvases, marks, groups = [], [], []
    for path in sorted((films / "images").iterdir()):
        if path.stem in known:
            continue
        film = read_film(path)
        for side, box in propose(finder, film).items():
            canvas = make_canvas(film.grey(), box, is_mirrored(side))
            marks.append(canvas.from_film(finder.find(canvas, None).xy))
            canvases.append(to_levels(canvas.grey))
            groups.append(path.stem)
    unknown = np.full(len(groups), np.nan)
    return Hips(
        np.stack(canvases), unknown, tuple(groups), landmarks_xy=np.stack(marks)
    )


def sure_hips(hips: Hips, finder: LandmarkFinder) -> Hips:
    """The half of hips of whose landmarks the networks are surest."""
    grey = torch.from_numpy(hips.film.astype("float32") / LEVELS)[:, None]
    found = find_on_batch(finder.network, grey)
    line = finder.uncertainty
    expected = (line[:, 0] + line[:, 1] * found.spread.numpy()).mean(1)
    best = np.argsort(expected)[: round(SURE * len(hips))]
    return hips.take(np.sort(best))
