"""Landmarks by the decentralised CNN, in two orders (paper 3.3)."""
