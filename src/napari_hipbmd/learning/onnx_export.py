"""A network as ONNX: for programs that have no PyTorch."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch

from ..core.extras import from_extra

WHAT = "Writing a network as ONNX"
INPUT = "image"


@dataclass(frozen=True, eq=False)
class OnnxModel:
    """A network that was exported, and run once beside the original.

    Attributes
    ----------
    data
        The ``.onnx`` file. Its input ``image`` is ``(n, 1, size, size)`` float32.
    outputs
        Names of what it gives.
    size
        Rows and columns of the input.
    difference
        The greatest difference between its outputs in ONNX Runtime and in PyTorch, as
        a share of the greatest output.
    """

    data: bytes
    outputs: tuple[str, ...]
    size: int
    difference: float


def to_onnx(
    network: torch.nn.Module,
    size: int,
    outputs: Sequence[str],
    facts: Mapping[str, str],
) -> OnnxModel:
    """Export a network that takes one image, and compare the two on noise.

    Parameters
    ----------
    network
        ``(n, 1, size, size)`` → as many tensors as there are ``outputs``.
    facts
        What the file tells of itself: its metadata.

    Raises
    ------
    Refused
        If what the extra ``onnx`` brings is not installed.
    """
    with from_extra("onnx", WHAT):
        import onnxruntime
        import onnxscript  # noqa: F401 - what torch writes with

    image = torch.rand(2, 1, size, size, generator=torch.Generator().manual_seed(0))
    batch = torch.export.Dim("n")
    with _quiet():
        program = torch.onnx.export(
            network.eval(),
            (image,),
            input_names=[INPUT],
            output_names=list(outputs),
            dynamic_shapes=({0: batch},),
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    program.model.metadata_props.update(facts)
    data: bytes = program.model_proto.SerializeToString()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    got = session.run(list(outputs), {INPUT: image.numpy()})
    with torch.inference_mode():
        wanted = [one.numpy() for one in network(image)]
    return OnnxModel(data, tuple(outputs), size, _difference(got, wanted))


def _difference(got: Sequence[np.ndarray], wanted: Sequence[np.ndarray]) -> float:
    return max(
        float(np.abs(a - b).max() / max(float(np.abs(b).max()), 1e-12))
        for a, b in zip(got, wanted, strict=True)
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter tells of operators that nothing here has."""
    log = logging.getLogger("torch.onnx")
    before = log.level
    log.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            log.setLevel(before)
