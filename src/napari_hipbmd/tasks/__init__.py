"""What the command line, the docks and Python call alike."""
