"""Many films at once: a file, a folder of films, a study; here or on a Dask cluster."""

from .jobs import Job, Options, jobs_of, measure_job, measure_path
from .journal import Journal, film_sha256, made_of
from .run import Outcome, Work, run_jobs

__all__ = [
    "Job",
    "Journal",
    "Options",
    "Outcome",
    "Work",
    "film_sha256",
    "jobs_of",
    "made_of",
    "measure_job",
    "measure_path",
    "run_jobs",
]
