"""The open case: what is done to its labels, and how its film and layers show them."""
