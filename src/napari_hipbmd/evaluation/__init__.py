"""How far estimates can be trusted, and how far apart people are (paper 4)."""
