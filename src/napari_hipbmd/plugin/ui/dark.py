"""Colours of figures that stand in a dark dock."""

INK, PAPER, GRID = "#d5d9de", "#262930", "#414851"
