"""Readings in: what densitometers export becomes readings of a study's cases."""
