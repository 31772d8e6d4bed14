"""A form says and refuses what the command line does, in the same words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pytest
from qtpy.QtWidgets import QAbstractSpinBox, QCheckBox, QComboBox, QDoubleSpinBox

from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.options import check, option
from napari_hipbmd.plugin.ui.options_form import OptionsForm

BOTH = ("left", "right")


@dataclass(frozen=True)
class Options:
    kind: Literal["a", "b"] = option("a", "which", words={"b": "the other"})
    turn_deg: float = option(
        15.0, "turn by up to R", low=0, high=180, unit="degrees", label="turn up to"
    )
    flip: bool = option(True, "mirror none", label="mirror", tip="Mirror half")
    scale: tuple[float, float] = option((0.9, 1.1), "size", low=0.5, high=2)
    sides: tuple[str, ...] = option(BOTH, "which sides", choices=BOTH)
    folds: int = option(10, "folds by patient", low=2)
    name: str = option("", "of a person")

    def __post_init__(self) -> None:
        check(self)
        if self.scale[0] > self.scale[1]:
            raise Refused("Scale: the smaller one first.")


@pytest.fixture
def form(qtbot: Any) -> OptionsForm:
    made = OptionsForm(
        Options, "kind", ("turn_deg", "flip"), "scale", "sides", "folds",
        prefix="p_",
    )  # fmt: skip
    qtbot.addWidget(made)
    return made


def test_an_untouched_form_is_the_dataclass_as_it_is(form: OptionsForm) -> None:
    assert form.options() == Options()


def test_labels_ranges_units_and_tooltips_are_those_of_the_options(
    form: OptionsForm,
) -> None:
    turn = form.findChild(QDoubleSpinBox, "p_turn_deg")
    assert (turn.minimum(), turn.maximum(), turn.suffix()) == (0, 180, " °")
    assert turn.toolTip() == "Turn by up to R."
    assert form.form.labelForField(turn.parentWidget()).text() == "Turn up to"
    flip = form.findChild(QCheckBox, "p_flip")
    assert (flip.text(), flip.toolTip()) == ("mirror", "Mirror half.")
    kind = form.findChild(QComboBox, "p_kind")
    assert [kind.itemText(i) for i in range(kind.count())] == ["a", "the other"]


def test_what_a_person_sets_is_what_the_task_gets(
    form: OptionsForm, qtbot: Any
) -> None:
    with qtbot.waitSignal(form.changed) as told:
        form.findChild(QCheckBox, "p_side_left").click()
    assert told.args == ["sides"]
    form.findChild(QAbstractSpinBox, "p_folds").setValue(4)
    form.findChild(QDoubleSpinBox, "p_scale_0").setValue(1.0)
    form.findChild(QComboBox, "p_kind").setCurrentIndex(1)
    made = form.options(name="eve")
    assert made == Options("b", scale=(1.0, 1.1), sides=("right",), folds=4, name="eve")


def test_the_same_sentence_refuses_what_does_not_go_together(
    form: OptionsForm,
) -> None:
    form.findChild(QDoubleSpinBox, "p_scale_0").setValue(2)
    with pytest.raises(Refused, match="the smaller one first"):
        form.options()


def test_values_are_shown_without_telling_that_a_person_set_them(
    form: OptionsForm, qtbot: Any
) -> None:
    with qtbot.assertNotEmitted(form.changed):
        form.show_values({"folds": 7, "sides": ("left",), "kind": "no such kind"})
    assert form.options() == Options(folds=7, sides=("left",))


def test_a_locked_form_says_why(form: OptionsForm) -> None:
    folds = form.findChild(QAbstractSpinBox, "p_folds")
    form.lock("It is running.")
    assert not folds.isEnabled() and folds.toolTip() == "It is running."
    form.lock("")
    assert folds.isEnabled() and folds.toolTip() == "Folds by patient."
