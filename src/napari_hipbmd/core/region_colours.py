"""The colours of the regions, in the window, in reports and in pictures alike.

Apart for people who cannot tell red from green or blue from yellow, too.
"""

from __future__ import annotations

from collections.abc import Mapping

from .anatomy import Region

REGION_COLOURS: Mapping[Region, str] = {
    "neck": "#f5a623",
    "trochanter": "#56b4e9",
    "intertrochanter": "#b5f0c8",
}
