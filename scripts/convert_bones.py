"""Make the digital hip's bone shapes from the wheel of musculoskeletal-models 0.2.4.

    pip download --no-deps musculoskeletal-models==0.2.4
    python scripts/convert_bones.py musculoskeletal_models-0.2.4-py3-none-any.whl

writes ``src/napari_hipbmd/phantom/llp26/``. Pelvis and femur of the model LLP26 are
kept: mean, modes in standard deviations, the scores of its 26 people and the elements
of the two meshes. The source's shape file is a pickle; nothing but plain arrays is
let through.
"""

from __future__ import annotations

import argparse
import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

OUT = Path(__file__).parents[1] / "src/napari_hipbmd/phantom/llp26"
ROOT = "musculoskeletal/models"
NODES = {"pelvis": 1946, "femur": 634}  # the first two bones of each shape vector
MESHES = {"pelvis": "pelvis_combined_cubic_flat", "femur": "femur_left_quartic_flat"}
POINTS = {"quad55": 25, "quad54": 20, "quad44": 16, "tri15": 15, "tri10": 10}
MODES = 25
LICENCE = "musculoskeletal_models-0.2.4.dist-info/LICENSE"


class ArraysOnly(pickle.Unpickler):
    """An unpickler that makes numpy arrays and plain containers, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """Refuse every class but those that an array is made of."""
        place = module.removeprefix("numpy.").removeprefix("_core.")
        place = place.removeprefix("core.")
        if (place, name) == ("multiarray", "_reconstruct"):
            return np._core.multiarray._reconstruct  # type: ignore[attr-defined]
        if module == "numpy" and name in ("ndarray", "dtype"):
            return getattr(np, name)
        raise pickle.UnpicklingError(f"{module}.{name} is not an array")

    def persistent_load(self, pid: Any) -> Any:
        """Refuse objects kept elsewhere."""
        raise pickle.UnpicklingError("a persistent object is not an array")


def read_arrays(content: bytes) -> dict[str, Any]:
    """Arrays of a pickle, by name.

    Raises
    ------
    pickle.UnpicklingError
        If it holds anything but arrays.
    """
    found: dict[str, Any] = ArraysOnly(io.BytesIO(content), encoding="latin1").load()
    return found


def read_elements(mesh: dict[str, Any]) -> tuple[NDArray[np.int16], list[str]]:
    """Node numbers of each element, ``(elements, 25)`` filled up with −1, and kinds.

    Points of elements that touch are one node; nodes are numbered as they first occur.
    """
    same: dict[str, str] = {}

    def first(point: str) -> str:
        while same.setdefault(point, point) != point:
            point = same[point]
        return point

    def order(point: str) -> tuple[int, ...]:
        return tuple(map(int, point.split("_")))

    for point, others in mesh["connectivity"].items():
        for other in others.split():
            low, high = sorted((first(point), first(other)), key=order)
            same[high] = low
    kinds = [
        mesh["elements"][str(i)].split()[-1] for i in range(mesh["element_counter"])
    ]
    numbers: dict[str, int] = {}
    out = np.full((len(kinds), max(POINTS.values())), -1, np.int16)
    for i, kind in enumerate(kinds):
        for j in range(POINTS[kind]):
            node = first(f"{i}_{j}")
            out[i, j] = numbers.setdefault(node, len(numbers))
    if len(numbers) != mesh["number_of_points"]:
        raise ValueError("the mesh's connections do not give its number of points")
    return out, kinds


def convert(wheel: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any], str]:
    """Tensors, facts and licence text out of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        shapes = read_arrays(archive.read(f"{ROOT}/shape_models/LLP26_rigid.pc"))
        meshes = {
            bone: json.loads(archive.read(f"{ROOT}/atlas_meshes/{name}.mesh"))
            for bone, name in MESHES.items()
        }
        licence = archive.read(LICENCE).decode().replace("\r\n", "\n")
    count = len(shapes["mean"]) // 3
    mean = np.asarray(shapes["mean"]).reshape(3, count).T
    modes = np.asarray(shapes["modes"]).reshape(3, count, -1)[..., :MODES]
    sd = np.sqrt(np.asarray(shapes["weights"])[:MODES])
    tensors: dict[str, NDArray[Any]] = {
        "scores": (np.asarray(shapes["projectedWeights"])[:MODES] / sd[:, None]).T
    }
    kinds: dict[str, list[str]] = {}
    start = 0
    for bone, nodes in NODES.items():
        part = slice(start, start + nodes)
        middle = mean[part].mean(0)
        tensors[f"{bone}.mean"] = mean[part] - middle
        tensors[f"{bone}.modes"] = np.moveaxis(
            modes[:, part] * sd, (0, 1, 2), (2, 1, 0)
        )
        tensors[f"{bone}.elements"], kinds[bone] = read_elements(meshes[bone])
        start += nodes
    for name, tensor in tensors.items():
        kind = np.float16 if name.endswith("modes") else np.float32
        if not name.endswith("elements"):
            tensor = tensor.astype(kind)
        tensors[name] = np.ascontiguousarray(tensor)
    facts = {
        "name": "LLP26: pelvis and left femur of 26 people",
        "source": "musculoskeletal-models 0.2.4, Auckland Bioengineering Institute",
        "licence": "MPL-2.0",
        "changed": "centred, reduced to pelvis and femur, modes scaled to one standard"
        " deviation, stored as safetensors",
        "people": "age, sex and ancestry are unknown: no claim about a population may"
        " rest on these shapes",
        "axes": "x to the patient's left, y posterior, z superior; mm",
        "command": "python scripts/convert_bones.py"
        " musculoskeletal_models-0.2.4-py3-none-any.whl",
        "element_kinds": kinds,
    }
    return tensors, facts, licence


def main() -> None:
    """Write the data file, its facts and its licence."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    tensors, facts, licence = convert(given.wheel)
    given.out.mkdir(parents=True, exist_ok=True)
    save_file(tensors, given.out / "bones.safetensors")
    (given.out / "bones.json").write_text(json.dumps(facts, indent=1) + "\n")
    (given.out / "LICENSE.MPL-2.0.txt").write_text(licence)
    (given.out / "NOTICE").write_text(
        "Bone shapes derived from musculoskeletal-models 0.2.4, Auckland"
        f" Bioengineering Institute, MPL-2.0; changed: {facts['changed']}.\n"
    )


if __name__ == "__main__":
    main()
