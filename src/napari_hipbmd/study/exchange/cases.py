"""Which case of a study a file means."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ...core.errors import Refused
from ..films import film_facts
from ..labelling.facts import FilmFacts
from ..labelling.labels import Labels
from ..study import Study

_UPLOADED = re.compile(r"[0-9a-f]{8}-(.+)")
"""What Label Studio calls a picture that was uploaded to it."""


class Cases:
    """The study's cases by what a file may call them; each is read once."""

    def __init__(self, study: Study, annotator: str) -> None:
        self._study = study
        self._annotator = annotator
        self._ids = {case.case_id for case in study.cases}
        self._films: dict[str, FilmFacts] = {}
        self._detectors: dict[str, tuple[float, float] | None] = {}
        self._labels: dict[str, Labels | None] = {}
        self._images: dict[str, list[str]] = {}
        self._paths: dict[str, list[str]] = {}
        for case in study.cases:
            with suppress(ValueError):
                path = case.image.relative_to(study.folder).as_posix()
                self._paths.setdefault(path, []).append(case.case_id)
            for name in {case.image.name, case.image.stem}:
                self._images.setdefault(name, []).append(case.case_id)

    def named(self, name: str) -> str:
        """The case whose film, or id, a file means; the film's path decides first.

        Raises
        ------
        Refused
            If there is none, or several; if one case's id is another case's film.
        """
        whole = name.replace("\\", "/").strip("/")
        file = whole.rpartition("/")[2]
        by_path = self._paths.get(whole)
        if by_path is not None and len(by_path) == 1:
            return by_path[0]
        by_id = next((e for e in (name, file, Path(file).stem) if e in self._ids), None)
        films = self._images.get(file) or self._images.get(Path(file).stem) or []
        others = [case_id for case_id in films if case_id != by_id]
        if by_id is not None and others and by_id not in films:
            raise Refused(
                f"{name[:60]!r} is the name of the case {by_id!r} and of the film of"
                f" {others[0]!r}: give the film's path in the study, as cases.csv has"
                " it."
            )
        if by_id is not None:
            return by_id
        if len(films) == 1:
            return films[0]
        if films:
            raise Refused(
                f"The image {file[:40]!r} belongs to {len(films)} cases"
                f" ({', '.join(films[:3])}): call it after the case."
            )
        uploaded = _UPLOADED.fullmatch(file)
        if uploaded is not None:
            return self.named(uploaded[1])
        raise Refused(
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
            if known.pixels_sha256 is None:
                known = known.or_else(self._read(case_id))
            self._films[case_id] = known
        return self._films[case_id]

    def _read(self, case_id: str) -> FilmFacts:
        """What the film itself says, as it lies there now."""
        from ...dicom import read_film  # slow to load, and seldom needed

        try:
            film = read_film(self._study.case(case_id).image)
        except Refused:
            return FilmFacts()
        self._detectors[case_id] = film.detector_mm
        return replace(FilmFacts.of(film), side=None, box=None)

    def detector_mm(self, case_id: str) -> tuple[float, float] | None:
        """The spacing of the film's detector, where it is not the one that is used."""
        if case_id not in self._detectors:
            self._read(case_id)
        return self._detectors.get(case_id)
