"""What is known of a hip before its regions are measured: images and landmarks."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..core.hip_images import Border, HipImages, LandmarkSet
from ..core.measurement import Measurement
from ..core.radiograph import Flag, HipBox, Patient, Radiograph, Side
from ..grey_scale import RulerReading


@dataclass(frozen=True, eq=False)
class PreparedHip:
    """Images and landmarks of one hip: all that comes before a regression.

    Attributes
    ----------
    image
        The name shown for the film.
    patient
        Biology: what was told, and where it lacks something what the film says.
    box_source
        Where the hip box came from, in words for people.
    film_flags, hip_flags
        Reasons for doubt, by what they follow from.
    borders
        Collimated sides of the film.
    seconds
        What each step took.
    reading
        What the rulers of the film show, where they have been looked for.
    found
        Where the networks find the landmarks; None when they were not asked.
    """

    film: Radiograph
    image: str
    side: Side | None
    patient: Patient
    box: HipBox | None
    box_source: str
    film_flags: tuple[Flag, ...]
    hip_flags: tuple[Flag, ...]
    images: HipImages
    landmarks: LandmarkSet
    borders: tuple[Border, ...]
    seconds: dict[str, float] = field(default_factory=dict)
    reading: RulerReading | None = None
    found: LandmarkSet | None = None

    @classmethod
    def of(
        cls, measurement: Measurement, landmarks: LandmarkSet, patient: Patient
    ) -> PreparedHip:
        """The hip of a measurement with other landmarks, or of another patient.

        Raises
        ------
        ValueError
            If the measurement has no pictures, such as one that was read from a file.
        """
        film, images = measurement.film, measurement.images
        if film is None or images is None:
            raise ValueError("A hip without its film cannot be measured again.")
        return cls(
            film,
            measurement.image,
            measurement.side,
            patient,
            measurement.box,
            measurement.box_source,
            measurement.film_flags,
            measurement.hip_flags,
            images,
            landmarks,
            measurement.borders,
            measurement.seconds,
            found=measurement.found,
        )
