"""What every step shares: film, hip box, anatomy, canvas, result, files."""
