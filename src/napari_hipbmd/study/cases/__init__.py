"""``cases.csv``: the table of hips, read with every mistake and every doubt named."""
