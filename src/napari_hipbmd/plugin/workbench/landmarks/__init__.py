"""The tab *Landmarks*: the sixteen, a lens, where they belong, what they give."""
