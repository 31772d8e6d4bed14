"""Shared by all tests."""

from __future__ import annotations

import os

# A window that nobody sees, unless a display was asked for (`make test` does for e2e).
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
