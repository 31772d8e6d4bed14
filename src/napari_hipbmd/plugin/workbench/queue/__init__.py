"""The tab *Cases* and the way from one case to the next."""
