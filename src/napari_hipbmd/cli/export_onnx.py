"""``hipbmd export-onnx``."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..tasks.export_onnx import OnnxOptions, export_onnx
from .arguments import add_options, options_from
from .printing import say


def add_arguments(p: argparse.ArgumentParser) -> None:
    """Where the files go, and the options."""
    p.add_argument(
        "--out", type=Path, required=True, metavar="DIR",
        help="a file a network, and onnx.json, which tells what goes in and out",
    )  # fmt: skip
    add_options(p, OnnxOptions)


def run(args: argparse.Namespace) -> int:
    """Export all networks; each tells how far it is from the original."""
    for one in export_onnx(args.out, options_from(args, OnnxOptions)):
        say(f"{one.file}: within {one.difference:.1e} of PyTorch (share of the output)")
    return 0
