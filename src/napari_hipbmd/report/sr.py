"""A hip as DICOM structured report: TID 1500, Imaging Measurement Report.

Regions are POLYLINEs and landmarks one POINT each, in the film's own coordinates; every
value has its unit, its site with laterality, and the model that made it.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Iterator, Mapping

import numpy as np
from highdicom import sr
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes as standard
from pydicom.sr.coding import Code

from ..bmd import SITE_NAMES, reference_data
from ..core.anatomy import (
    LANDMARK_IDS,
    REGION_LANDMARKS,
    REGIONS,
    SITES,
    Points,
    Region,
    Site,
)
from ..core.caveats import research_use
from ..core.measurement import Measurement
from ..core.measurement_json import measurement_as_json
from ..core.turning import Turn
from ..core.version import __version__
from ..dicom import derived_uid
from . import codes

SR_SERIES = 99


def structured_report(
    m: Measurement, source: Dataset, dxa: Mapping[Site, float] | None = None
) -> bytes:
    """The DICOM file.

    Parameters
    ----------
    source
        The film as :func:`dicom.source_of` names it: with the patient or without.
    dxa
        Site → reference reading in g/cm², where there is one.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = _Maker(m, source)
        content = sr.MeasurementReport(
            observation_context=_observer(),
            procedure_reported=codes.PROCEDURE,
            imaging_measurements=[
                *made.regions(),
                *made.total(),
                *made.landmarks(),
                *made.readings(dxa or {}),
            ],
        )
        unique = json.dumps(
            [measurement_as_json(m), dict(dxa or {}), __version__], sort_keys=True
        )
        report = sr.ComprehensiveSR(
            evidence=[source],
            content=content[0],
            series_instance_uid=derived_uid("SR series", source.SeriesInstanceUID),
            series_number=SR_SERIES,
            sop_instance_uid=derived_uid("SR", source.SOPInstanceUID, unique),
            instance_number=1,
            manufacturer="napari-hipbmd",
            is_complete=True,
        )
    scheme = Dataset()
    scheme.CodingSchemeDesignator = codes.SCHEME
    scheme.CodingSchemeName = "napari-hipbmd private codes"
    scheme.CodingSchemeVersion = __version__
    scheme.CodingSchemeResponsibleOrganization = "napari-hipbmd"
    report.CodingSchemeIdentificationSequence = [scheme]
    report.SoftwareVersions = __version__
    report.SeriesDescription = "Radiograph-estimated aBMD of the hip (research use)"
    for keyword in ("PatientIdentityRemoved", "DeidentificationMethod"):
        if keyword in source:
            setattr(report, keyword, source[keyword].value)
    buffer = io.BytesIO()
    report.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _observer() -> sr.ObservationContext:
    device = sr.DeviceObserverIdentifyingAttributes(
        uid=derived_uid("device", __version__),
        name="napari-hipbmd",
        model_name=__version__,
    )
    return sr.ObservationContext(
        observer_device_context=sr.ObserverContext(
            observer_type=standard.DCM.Device, observer_identifying_attributes=device
        )
    )


class _Maker:
    """The measurement groups of one hip."""

    def __init__(self, m: Measurement, source: Dataset) -> None:
        self.m = m
        self.source = source
        self.image = sr.SourceImageForRegion(source.SOPClassUID, source.SOPInstanceUID)
        young = reference_data()["young_adult"]
        parameters = [
            f"regression: {m.model_name}",
            f"calibrated on: {m.calibrated_on}",
            f"policy of withholding: {m.policy}",
            f"T-score reference: {young['survey']}, version {young['version']}",
            young["citation"],
            research_use([m]),
        ]
        self.algorithm = sr.AlgorithmIdentification(
            "napari-hipbmd", __version__, parameters
        )

    def regions(self) -> Iterator[sr.PlanarROIMeasurementsAndQualitativeEvaluations]:
        """One group a region: outline, estimate, area, features, flags."""
        for region in REGIONS:
            found = self.m.regions.get(region)
            if found is None or not np.isfinite(found.polygon_xy).all():
                continue
            yield sr.PlanarROIMeasurementsAndQualitativeEvaluations(
                tracking_identifier=self._tracking(region),
                referenced_region=sr.ImageRegion(
                    graphic_type=sr.GraphicTypeValues.POLYLINE,
                    graphic_data=self._closed(self._stored(found.polygon_xy)),
                    source_image=self.image,
                ),
                finding_type=codes.REGION,
                algorithm_id=self.algorithm,
                finding_sites=[self._site(region)],
                measurements=[
                    *self._estimate(region),
                    *self._area(found.area_cm2),
                    *self._features(found.features),
                ],
                qualitative_evaluations=self._cautions(region),
            )

    def total(self) -> Iterator[sr.MeasurementsAndQualitativeEvaluations]:
        """The union of the three: it has no outline of its own."""
        areas = [self.m.regions[r].area_cm2 for r in REGIONS if r in self.m.regions]
        known = [a for a in areas if a is not None]
        whole = sum(known) if len(known) == len(REGIONS) else None
        measurements = [*self._estimate("total"), *self._area(whole)]
        cautions = self._cautions("total")
        if measurements or cautions:
            yield sr.MeasurementsAndQualitativeEvaluations(
                tracking_identifier=self._tracking("total"),
                finding_type=codes.WHOLE,
                algorithm_id=self.algorithm,
                finding_sites=[self._site("total")],
                measurements=measurements,
                qualitative_evaluations=cautions,
            )

    def landmarks(self) -> Iterator[sr.PlanarROIMeasurementsAndQualitativeEvaluations]:
        """One group with one point a landmark: a MULTIPOINT has no names."""
        marks = self.m.landmarks
        if marks is None:
            return
        size = np.array([self.source.Columns or np.inf, self.source.Rows or np.inf])
        region_of = {n: r for r, names in REGION_LANDMARKS.items() for n in names}
        places = self._stored(marks.xy)
        for name, xy, sigma in zip(LANDMARK_IDS, places, marks.sigma_mm, strict=True):
            place = xy + 0.5
            if not (np.all(place >= 0) and np.all(place <= size)):
                continue
            region: Region = region_of[name]
            error = [_number(codes.EXPECTED_ERROR, float(sigma), codes.MM)]
            yield sr.PlanarROIMeasurementsAndQualitativeEvaluations(
                tracking_identifier=self._tracking(name),
                referenced_region=sr.ImageRegion(
                    graphic_type=sr.GraphicTypeValues.POINT,
                    graphic_data=place[None],
                    source_image=self.image,
                ),
                finding_type=codes.LANDMARK[name],
                algorithm_id=self.algorithm,
                finding_sites=[self._site(region)],
                measurements=error if np.isfinite(sigma) else None,
            )

    def readings(
        self, dxa: Mapping[Site, float]
    ) -> Iterator[sr.MeasurementsAndQualitativeEvaluations]:
        """The densitometer's readings, which are nobody's estimate."""
        for site in SITES:
            if site in dxa:
                yield sr.MeasurementsAndQualitativeEvaluations(
                    tracking_identifier=self._tracking(f"DXA {site}"),
                    finding_type=codes.READING,
                    finding_sites=[self._site(site)],
                    measurements=[
                        _number(codes.DXA[self.m.side], dxa[site], codes.G_CM2)
                    ],
                )

    def _stored(self, xy: Points) -> Points:
        """Points of the film as it is stored, which the report refers to."""
        film = self.m.film
        if film is None or not film.turned:
            return xy
        return Turn.of_code(film.turned).to_stored(xy, film.shape)

    def _tracking(self, what: str) -> sr.TrackingIdentifier:
        uid = derived_uid("tracking", self.source.SOPInstanceUID, what)
        name = SITE_NAMES.get(what, what)  # type: ignore[call-overload]
        return sr.TrackingIdentifier(uid=uid, identifier=str(name))

    def _site(self, site: Site) -> sr.FindingSite:
        side = self.m.side
        return sr.FindingSite(codes.PLACE[site], codes.SIDE[side] if side else None)

    def _closed(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """A closed outline, from the film's corner; it ends at the film's edge."""
        size = np.array([self.source.Columns or np.inf, self.source.Rows or np.inf])
        inside = np.clip(xy + 0.5, 0, size)
        return np.concatenate([inside, inside[:1]])

    def _estimate(self, site: Site) -> list[sr.Measurement]:
        found = (self.m.bmd_g_cm2 or {}).get(site)
        if found is None or not np.isfinite(found.value):
            return []
        numbers = [
            _number(code, round(value, 4), codes.G_CM2)
            for code, value in (
                (codes.ESTIMATE, found.value),
                (codes.ESTIMATE_LOW, found.low),
                (codes.ESTIMATE_HIGH, found.high),
            )
        ]
        score = (self.m.t_score or {}).get(site)
        if score is not None and np.isfinite(score):
            numbers.append(_number(codes.T_SCORE, round(score, 2), codes.ONE))
        return numbers

    def _area(self, area_cm2: float | None) -> list[sr.Measurement]:
        if area_cm2 is None:
            return []
        return [_number(codes.AREA, round(area_cm2, 4), codes.CM2)]

    def _features(self, features: NDArray[np.float64]) -> list[sr.Measurement]:
        return [
            _number(code, round(float(value), 6), codes.ONE)
            for code, value in zip(codes.FEATURES, features, strict=True)
            if np.isfinite(value)
        ]

    def _cautions(self, site: Site) -> list[sr.QualitativeEvaluation]:
        """Flags that concern the site, and those that took its value away."""
        taken = {flag.code for flag in self.m.withheld.get(site, ())}
        flags = dict.fromkeys(flag.code for flag in self.m.flags_of(site))
        return [
            sr.QualitativeEvaluation(
                codes.WITHHELD if code in taken else codes.CAUTION,
                codes.FLAG.get(code) or codes.private(code.upper()[:16], code),
            )
            for code in flags
        ]


def _number(name: Code, value: float, unit: Code) -> sr.Measurement:
    return sr.Measurement(name, value, unit)
