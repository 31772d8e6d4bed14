"""Which case of a study a file means."""

from __future__ import annotations

from pathlib import Path

from ...core.radiograph import FilmRefused
from ..facts import FilmFacts
from ..films import film_facts
from ..labels import Labels
from ..study import Study


class Cases:
    """The study's cases by what a file may call them; each is read once."""

    def __init__(self, study: Study, annotator: str) -> None:
        self._study = study
        self._annotator = annotator
        self._ids = {case.case_id for case in study.cases}
        self._films: dict[str, FilmFacts] = {}
        self._labels: dict[str, Labels | None] = {}
        self._images: dict[str, list[str]] = {}
        for case in study.cases:
            for name in {case.image.name, case.image.stem}:
                self._images.setdefault(name, []).append(case.case_id)

    def named(self, name: str) -> str:
        """The case of that name, or of the image of that name."""
        file = name.replace("\\", "/").rpartition("/")[2]
        for each in (name, file, Path(file).stem):
            if each in self._ids:
                return each
        found = self._images.get(file) or self._images.get(Path(file).stem) or []
        if len(found) == 1:
            return found[0]
        if found:
            raise FilmRefused(
                f"The image {file[:40]!r} belongs to {len(found)} cases"
                f" ({', '.join(found[:3])}): call it after the case."
            )
        raise FilmRefused(
            f"The study has no case or image {name[:60]!r}; nothing was imported."
        )

    def labels(self, case_id: str) -> Labels | None:
        """What the annotator has there."""
        if case_id not in self._labels:
            found = self._study.labels(self._annotator, case_id)
            self._labels[case_id] = found
        return self._labels[case_id]

    def film(self, case_id: str) -> FilmFacts:
        """What is known of the film."""
        if case_id not in self._films:
            known = film_facts(self._study, case_id, self.labels(case_id))
            self._films[case_id] = known
        return self._films[case_id]
