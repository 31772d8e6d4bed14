"""The bones of one person: shape, pose, mineral, and the path of rays through them."""
