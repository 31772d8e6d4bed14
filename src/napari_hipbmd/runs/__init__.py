"""The loop over films: read, work, keep, journal, resume; here or on a cluster."""
