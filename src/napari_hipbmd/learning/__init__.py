"""Training by Lightning, and random views of films."""
