"""The command ``hipbmd``."""

from .main import main

__all__ = ["main"]
