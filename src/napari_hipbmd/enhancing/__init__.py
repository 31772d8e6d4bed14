"""Enhancement by itself: of one film or many, with every intermediate kept."""

from .files import LAYERS, tiff_bytes, write_enhanced
from .film import Enhanced, enhance_film
from .many import EnhancedJob, enhance_job, enhance_many
from .truth import exact_sto_of

__all__ = [
    "LAYERS",
    "Enhanced",
    "EnhancedJob",
    "enhance_film",
    "enhance_job",
    "enhance_many",
    "exact_sto_of",
    "tiff_bytes",
    "write_enhanced",
]
