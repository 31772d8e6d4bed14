"""What may be said about a regression: targets, grey values, landmarks, folds."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..bmd import IMAGES, PRESETS, SITE_NAMES, ReadImage, RegressionPreset
from ..core.anatomy import SITES, Site
from ..core.errors import Refused
from ..core.options import option
from ..study import PREDICTED
from .regression import RegressionOptions, one_of

FOLDS = 10


def chosen_targets(text: str) -> tuple[str, ...]:
    """DXA columns: ``neck,total`` or ``bmd_neck,bmd_total``.

    Raises
    ------
    ValueError
        If one is unknown.
    """
    bare = ",".join(word.strip().removeprefix("bmd_") for word in text.split(","))
    return one_of(bare, SITES, "DXA column")


@dataclass(frozen=True)
class FitPlan:
    """What is fitted, to what.

    Attributes
    ----------
    targets
        DXA columns to estimate: a regression each.
    image
        ``"raw"``: grey values of the film itself; ``"enhanced"``: of the bone image;
        ``"calibrated"``: of the bone image in grey and in g/cm².
    landmarks
        ``"predicted"``, ``"truth"`` (digital hips) or the name of an annotator.
    preset
        Least squares or ridge, and which covariates.
    folds, seed
        Folds by patient of the figures and intervals.

    Raises
    ------
    Refused
        If a target, the image or the preset is none that there is.
    """

    targets: tuple[Site, ...] = SITES
    image: ReadImage = "enhanced"
    landmarks: str = PREDICTED
    preset: RegressionPreset = field(default_factory=lambda: PRESETS["default"])
    folds: int = FOLDS
    seed: int = 0

    def __post_init__(self) -> None:
        for chosen, known, what in (
            (self.targets or ("",), SITES, "target"),
            ((self.image,), IMAGES, "image"),
        ):
            for name in chosen:
                if name not in known:
                    raise Refused(
                        f"'{name}' is no {what}: choose among {', '.join(known)}."
                    )
        if not isinstance(self.preset, RegressionPreset):
            raise Refused(
                "The preset of a plan is one of napari_hipbmd.bmd.PRESETS, such as"
                " PRESETS['paper']."
            )

    @property
    def command(self) -> str:
        """The command that does the same, without anybody's folders."""
        return (
            f"hipbmd train bmd --study STUDY --targets {','.join(self.targets)}"
            f" --image {self.image} --landmarks {self.landmarks}"
            f" --fit {self.preset.kind}"
            f" --covariates {','.join(self.preset.covariates) or 'none'}"
            f" --folds {self.folds} --seed {self.seed} --out OUT"
        )


@dataclass(frozen=True)
class FitOptions(RegressionOptions):
    """What may be said at the command line about a regression."""

    targets: tuple[Site, ...] = option(
        SITES,
        "DXA columns to estimate (default: all of neck, trochanter, intertrochanter,"
        " total)",
        metavar="A,B",
        parse=chosen_targets,
        words=SITE_NAMES,
        tips={site: f"Column bmd_{site} of cases.csv" for site in SITES},
    )
    image: ReadImage = option(
        "enhanced",
        "grey values of the film itself, of the bone image (default), or of the bone"
        " image in grey and in g/cm² by the film's own rulers",
        label="grey values",
        words={
            "enhanced": "bone image: film − soft tissue",
            "calibrated": "bone image in grey and in g/cm²",
            "raw": "the raw film itself",
        },
        tip="Whose grey values the regression takes",
    )

    def plan(self) -> FitPlan:
        """As :func:`fit_regression` takes it."""
        return FitPlan(
            self.targets,
            self.image,
            self.landmarks,
            self.chosen(),
            self.folds,
            self.seed,
        )
