"""What is seen of a film's enhancement: its parts, encoder stages, and a blend."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QCheckBox, QComboBox, QFormLayout, QSlider, QWidget

from ..ui.controls import enable, row
from ..ui.translation import tr
from .apply_layers import PARTS, ShownPart, stage_text
from .shown import Shown

NOT_APPLIED = tr("Apply a model to this film first.")
NO_TRUTH = tr("The exact STO is known of digital hips only.")
NO_BONE = tr("Show the bone image first.")
NONE = tr("none")
TIPS: dict[ShownPart, str] = {
    "enhanced_bone": tr("film − STO; negatives are kept."),
    "enhanced_sto": tr("The soft tissue that the network draws."),
    "sto_error": tr("|STO − exact STO|."),
}
FULL = 100
LATENT_TIP = tr(
    "What the encoder makes of the film at its narrowest: a stack of channels."
)
MONTAGE_TIP = tr("All channels of the latent z in one picture, beside the film.")
STAGE_TIP = tr(
    "What the encoder makes of the film: a stack of channels to scroll through."
)
BLEND_TIP = tr("Left: the film. Right: the bone image.")


class ViewForm(QWidget):
    """Boxes for the parts, a list of encoder stages, a slider from film to bone."""

    def __init__(self, shown: Shown, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = shown
        self._film: Any = None
        self._setup_ui()
        shown.looked.connect(self._show_boxes)
        self.show_film(None)

    def show_film(self, film_layer: Any) -> None:
        """Say what is shown of this film; what cannot be shown says why."""
        self._film = film_layer
        enhanced = self._shown.of(film_layer)
        there = enhanced is not None
        for part, box in self.parts.items():
            known = there and (part != "sto_error" or enhanced.error is not None)
            enable(box, known, NO_TRUTH if there else NOT_APPLIED, TIPS[part])
        self._show_boxes()
        stages = enhanced.stages if there else ()
        enable(self.latent, there, NOT_APPLIED, LATENT_TIP)
        latent = stages[-1].name if stages else ""
        seen = [s for s in stages if self._shown.stage(film_layer, s.name) is not None]
        _quietly(self.latent, latent in [s.name for s in seen])
        enable(self.montage, there, NOT_APPLIED, MONTAGE_TIP)
        _quietly(self.montage, there and self._shown.montage(film_layer) is not None)
        self.stage.blockSignals(True)
        self.stage.clear()
        self.stage.addItem(NONE, None)
        for stage in stages[:-1]:
            self.stage.addItem(stage_text(stage), stage)
            if stage in seen:
                self.stage.setCurrentIndex(self.stage.count() - 1)
        self.stage.blockSignals(False)
        enable(self.stage, there, NOT_APPLIED, STAGE_TIP)
        self._show_blend()

    def wanted(self, film_layer: Any) -> list[ShownPart]:
        """The parts to show when a film has been enhanced anew."""
        before = self._shown.of(film_layer)
        if before is None:
            return ["enhanced_sto", "enhanced_bone"]
        return [p for p in PARTS if self._shown.part(film_layer, p) is not None]

    def show_parts(self, film_layer: Any, parts: list[ShownPart]) -> None:
        """Put parts of a new enhancement into the viewer; the bone image is seen."""
        enhanced = self._shown.of(film_layer)
        for part in reversed(PARTS):
            if part not in parts or enhanced is None:
                continue
            if part == "sto_error" and enhanced.error is None:
                continue
            layer = self._shown.show_part(film_layer, part)
            layer.visible = part == "enhanced_bone" and film_layer.visible

    def _setup_ui(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.parts: dict[ShownPart, QCheckBox] = {}
        for part, text in PARTS.items():
            box = self.parts[part] = QCheckBox(text[0].upper() + text[1:])
            box.setObjectName(f"show_{part}")
            box.toggled.connect(lambda on, part=part: self._on_part(part, on))
        self.latent = QCheckBox(tr("Latent z"))
        self.latent.setObjectName("show_latent")
        self.latent.toggled.connect(self._on_latent)
        self.montage = QCheckBox(tr("Montage of z"))
        self.montage.setObjectName("show_montage")
        self.montage.toggled.connect(self._on_montage)
        self.stage = QComboBox()
        self.stage.setObjectName("encoder_stage")
        self.stage.currentIndexChanged.connect(lambda _: self._on_stage())
        self.blend = QSlider(Qt.Orientation.Horizontal)
        self.blend.setObjectName("blend")
        self.blend.setRange(0, FULL)
        self.blend.setValue(FULL)
        self.blend.valueChanged.connect(self._on_blend)
        boxes = list(self.parts.values())
        form.addRow(tr("Show"), row(*boxes[:2]))
        form.addRow("", row(boxes[2]))
        form.addRow("", row(self.latent, self.montage))
        form.addRow(tr("Encoder"), self.stage)
        form.addRow(tr("Film – bone"), self.blend)

    def _show_boxes(self) -> None:
        """A box is ticked where its picture is seen."""
        for part, box in self.parts.items():
            layer = None if self._film is None else self._shown.part(self._film, part)
            _quietly(box, layer is not None and layer.visible)

    def _on_part(self, part: ShownPart, on: bool) -> None:
        if self._film is None:
            return
        if on:
            self._shown.show_part(self._film, part)
        else:
            self._shown.hide(self._shown.part(self._film, part))
        self._show_blend()

    def _on_latent(self, on: bool) -> None:
        enhanced = self._shown.of(self._film)
        if enhanced is None:
            return
        stage = enhanced.stages[-1]
        if on:
            self._shown.show_stage(self._film, stage)
        else:
            self._shown.hide(self._shown.stage(self._film, stage.name))

    def _on_montage(self, on: bool) -> None:
        if self._film is None:
            return
        if on:
            self._shown.show_montage(self._film)
        else:
            self._shown.hide(self._shown.montage(self._film))

    def _on_stage(self) -> None:
        """One stage at a time: stacks of different length share one slider."""
        enhanced, chosen = self._shown.of(self._film), self.stage.currentData()
        if enhanced is None:
            return
        for stage in enhanced.stages[:-1]:
            if stage is not chosen:
                self._shown.hide(self._shown.stage(self._film, stage.name))
        if chosen is not None:
            self._shown.show_stage(self._film, chosen)

    def _on_blend(self, value: int) -> None:
        """The bone image lies over the film: the more opaque, the less film."""
        if self._film is not None and self._shown.part(self._film, "enhanced_bone"):
            layer = self._shown.show_part(self._film, "enhanced_bone")
            layer.opacity = value / FULL

    def _show_blend(self) -> None:
        film = self._film
        layer = None if film is None else self._shown.part(film, "enhanced_bone")
        applied = self._shown.of(film) is not None
        reason = NO_BONE if applied else NOT_APPLIED
        enable(self.blend, layer is not None, reason, BLEND_TIP)
        if layer is not None:
            _quietly_set(self.blend, round(FULL * layer.opacity))


def _quietly(box: QCheckBox, on: bool) -> None:
    box.blockSignals(True)
    box.setChecked(on)
    box.blockSignals(False)


def _quietly_set(slider: QSlider, value: int) -> None:
    slider.blockSignals(True)
    slider.setValue(value)
    slider.blockSignals(False)
