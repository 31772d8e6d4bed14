"""Other programs run the networks from ONNX files, and get the same."""

import json
import sys
from unittest.mock import patch

import numpy as np
import pytest
import torch

from napari_hipbmd.core.resources import weights_dir
from napari_hipbmd.dicom import read_film
from napari_hipbmd.enhancement.apply import Enhancer, as_input
from napari_hipbmd.pipeline import look_at_hip
from napari_hipbmd.pipeline.models import load_networks

REASON = "the extra 'onnx' is not installed"


@pytest.mark.slow
def test_every_network_gives_the_same_in_onnx(hipbmd, sample_study, tmp_path):
    runtime = pytest.importorskip("onnxruntime", reason=REASON)
    pytest.importorskip("onnxscript", reason=REASON)
    ran = hipbmd("export-onnx", "--out", tmp_path)
    assert ran.status == 0, ran.err
    card = json.loads((tmp_path / "onnx.json").read_text("utf-8"))
    assert sorted(card["files"]) == sorted(p.name for p in tmp_path.glob("*.onnx"))
    assert {"enhancement.onnx", "locator.onnx"} <= set(card["files"])
    assert all(one["difference"] < 1e-4 for one in card["files"].values())

    film = read_film(sample_study.cases[0].image)
    _, seen = look_at_hip(film, load_networks())
    enhancer = Enhancer.load(weights_dir())
    image, low, scale = as_input(seen.canvas, enhancer.network.grid_px)
    session = runtime.InferenceSession(tmp_path / "enhancement.onnx")
    sto, z = session.run(["sto", "z"], {"image": image.contiguous().numpy()})
    np.testing.assert_allclose(
        sto[0, 0] * scale + low, enhancer.sto_on_grid(seen.canvas), atol=1e-4
    )
    with torch.inference_mode():
        np.testing.assert_allclose(z, enhancer.network.encode(image), atol=1e-3)


def test_without_the_packages_the_sentence_names_the_extra(hipbmd, tmp_path):
    out = tmp_path / "out"
    with patch.dict(sys.modules, {"onnxruntime": None}):
        ran = hipbmd("export-onnx", "--out", out)
    assert ran.status == 2 and "pip install 'napari-hipbmd[onnx]'" in ran.err
    assert not out.exists()
