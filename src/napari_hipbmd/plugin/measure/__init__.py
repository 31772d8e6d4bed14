"""The docks *Measure BMD* and *Features*: one hip, its numbers, its thresholds."""
