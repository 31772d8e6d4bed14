"""Whom a film is about, and what must not come out of it."""
