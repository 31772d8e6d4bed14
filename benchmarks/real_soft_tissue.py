"""How well the STO is drawn where the soft tissue is real and the bone is known.

    python scripts/fracatlas_tiles.py FILMS TILES --part test
    python benchmarks/real_soft_tissue.py TILES DIGITAL [MODELS ...]

Digital bones are added to soft-tissue tiles of real films of patients that no network
has learned from; the STO that a network draws is compared with the tile. TILES is a
folder of marked films, DIGITAL a study of digital hips of a seed that trained nothing,
MODELS folders of enhancement models (default: the bundled one).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import binary_dilation, gaussian_gradient_magnitude

from napari_hipbmd.core.canvas import CANVAS_PX, Canvas
from napari_hipbmd.core.radiograph import FloatImage, HipBox
from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.enhancement.apply import Enhancer, subtract_sto
from napari_hipbmd.study.pair_sources import gather
from napari_hipbmd.synthesis import HipSource, SoftTissueTile
from napari_hipbmd.synthesis.sources import Placement, make_pair

BONE_VISIBLE = 0.01  # of the grey range
EDGE_PX = 2.0  # about a millimetre of a canvas
NEAR_PX = 12
HIPS_A_TILE = 3
WHOLE = HipBox(-0.5, -0.5, CANVAS_PX - 0.5, CANVAS_PX - 0.5)


@dataclass(frozen=True)
class Ghost:
    """What is wrong with one STO, and what stands in it.

    Attributes
    ----------
    error
        Mean absolute error under the bone, of the bone's mean grey there.
    bias
        The same with its sign: above 0 bone is left in the STO.
    edges
        Pearson's r between the edges of the STO and those of the bone, in and around
        the bone.
    """

    error: float
    bias: float
    edges: float


def ghost(sto: FloatImage, tile: FloatImage, bone: FloatImage) -> Ghost:
    """Compare an STO ``(448, 448)`` with the tile that it should be."""
    there = np.abs(bone) > BONE_VISIBLE
    weight = float(np.abs(bone[there]).mean())
    away = (sto - tile)[there]
    near = binary_dilation(there, iterations=NEAR_PX)
    drawn, known = (gaussian_gradient_magnitude(a, EDGE_PX)[near] for a in (sto, bone))
    return Ghost(
        float(np.abs(away).mean()) / weight,
        float(away.mean()) / weight,
        float(np.corrcoef(drawn, known)[0, 1]),
    )


def pasted(tiles: Path, digital: Path) -> list[tuple[FloatImage, FloatImage]]:
    """Film and tile of every made film, as a detector of the same range shows them."""
    real, hips = gather([tiles, digital]).tiles, gather([digital]).hips
    names = {hip.case_id for hip in hips}
    films = []
    rng = np.random.default_rng(0)
    for one in (tile for tile in real if tile.case_id not in names and tile.about):
        tile = one.load()
        assert isinstance(tile, SoftTissueTile)
        for index in rng.choice(len(hips), HIPS_A_TILE, replace=False):
            hip = hips[int(index)].load()
            assert isinstance(hip, HipSource)
            pair = make_pair(tile, hip, "additive", Placement())
            if pair.film.max() <= 1:  # else the film is cut off and has no exact STO
                films.append((pair.film, pair.sto))
    return films


def main() -> None:
    """Print a line for each model, and one for the tile itself."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tiles", type=Path)
    parser.add_argument("digital", type=Path)
    parser.add_argument("models", nargs="*", type=Path)
    given = parser.parse_args()
    films = pasted(given.tiles, given.digital)
    print(f"{len(films)} films\n")
    print("| STO | error under bone | bias | edges of bone in the STO, r |")
    print("|---|---|---|---|")
    rows = {"the tile itself": [ghost(sto, sto, film - sto) for film, sto in films]}
    for folder in given.models or [weights_dir()]:
        enhancer = Enhancer.load(folder)
        found = []
        for film, sto in films:
            canvas = Canvas(film, WHOLE, False)
            drawn = subtract_sto(film, canvas, enhancer.sto_on_grid(canvas)).sto
            found.append(ghost(drawn, sto, film - sto))
        rows[folder.name] = found
    for name, some in rows.items():
        error, bias, edges = (
            float(np.mean([getattr(one, part) for one in some]))
            for part in ("error", "bias", "edges")
        )
        print(f"| {name} | {error:.0%} | {bias:+.0%} | {edges:.2f} |")


if __name__ == "__main__":
    main()
