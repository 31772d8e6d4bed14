"""The command line, run in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from napari_hipbmd.cli import main


@dataclass(frozen=True)
class Ran:
    """Exit status and what was printed."""

    status: int
    out: str
    err: str


@pytest.fixture
def hipbmd(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run ``hipbmd`` with these arguments."""

    def run(*arguments: object) -> Ran:
        status = main([str(a) for a in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return Ran(status, printed.out, printed.err)

    return run
