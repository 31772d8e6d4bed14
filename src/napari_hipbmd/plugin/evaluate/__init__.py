"""The docks *Fit BMD* and *Validate*: a study with DXA readings."""
