"""What the workbench remembers from one day to the next: studies, cases, models."""

from __future__ import annotations

from pathlib import Path

from ....study import Study
from ...ui.preferences import read_preference, write_preference
from ...ui.translation import tr

MOST_RECENT = 8
MODELS = "models"
UNCHOSEN = tr(
    "The study has a model of its own, {name}: films are predicted with the bundled"
    " networks until one is chosen in Retrain."
)


def recent_studies() -> list[str]:
    """The folders of the studies that were open, the last one first."""
    return [str(each) for each in read_preference("studies", [])]


def remember_study(folder: str | Path) -> None:
    """Put a study first among the recent ones."""
    known = dict.fromkeys([str(folder), *recent_studies()])
    write_preference("studies", list(known)[:MOST_RECENT])


def last_case(study: Study) -> str | None:
    """The case of a study that was open last, if it is still there."""
    name = read_preference("last_case", {}).get(str(study.folder))
    return name if name in {case.case_id for case in study.cases} else None


def remember_case(study: Study, case_id: str) -> None:
    """Say which case of a study is open."""
    last = read_preference("last_case", {})
    write_preference("last_case", {**last, str(study.folder): case_id})


def own_models(study: Study) -> list[Path]:
    """The folders of the models that were trained on a study."""
    cards = (study.folder / MODELS).glob("*/landmarks.json")
    return sorted(card.parent for card in cards)


def unchosen_model(study: Study) -> str:
    """What to say of a study that brings a model along, and nobody has chosen here.

    It was moved, or comes from another computer. Empty for any other.
    """
    models = own_models(study)
    if not models or str(study.folder) in read_preference("models", {}):
        return ""
    return UNCHOSEN.format(name=models[-1].name)


def model_of(study: Study) -> str:
    """The folder of the model that predicts a study; empty for the bundled one."""
    model = read_preference("models", {}).get(str(study.folder), "")
    return model if model and Path(model).is_dir() else ""


def remember_model(study: Study, model: str) -> None:
    """Say which model predicts a study."""
    chosen = read_preference("models", {})
    write_preference("models", {**chosen, str(study.folder): model})
