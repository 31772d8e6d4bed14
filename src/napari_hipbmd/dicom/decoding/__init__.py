"""From compressed frames to stored values, at arm's length from the program."""
