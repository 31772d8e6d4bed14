"""What is raised for people: their input cannot be used, or they asked to stop."""

from __future__ import annotations


class Refused(ValueError):
    """A file, table, study, model or option that cannot be used.

    The message is one sentence for a person: what is wrong and what to do.
    """


class FilmRefused(Refused):
    """A film that cannot be used: no radiograph, damaged, or not as it claims."""


class Cancelled(Exception):
    """Raised inside a long run when the caller asked it to stop."""


class StudyWarning(UserWarning):
    """Something in a study's table that may have been meant otherwise."""
