"""A network behaves in ONNX Runtime as in PyTorch, for any number of images."""

import numpy as np
import pytest
import torch

from napari_hipbmd.landmarks.networks import RegressionNetwork
from napari_hipbmd.landmarks.onnx_export import PointsAlone
from napari_hipbmd.learning.onnx_export import to_onnx

runtime = pytest.importorskip("onnxruntime", reason="the extra 'onnx' is not installed")
pytest.importorskip("onnxscript", reason="the extra 'onnx' is not installed")


def test_the_papers_regression_network_takes_any_number_of_images():
    torch.manual_seed(0)
    network = PointsAlone(RegressionNetwork(3, 5, width=2)).eval()
    made = to_onnx(network, 128, ("points",), {"what": "a test"})
    assert made.difference < 1e-4
    session = runtime.InferenceSession(made.data)
    assert session.get_modelmeta().custom_metadata_map["what"] == "a test"
    for count in (1, 3):
        images = torch.rand(count, 1, 128, 128)
        [points] = session.run(None, {"image": images.numpy()})
        with torch.inference_mode():
            [wanted] = network(images)
        np.testing.assert_allclose(points, wanted, atol=1e-5)
