"""The film's grey scale: how many grey steps one g/cm² of bone mineral makes."""

from .calibration import RULERS, USUAL, Calibration, load_calibration
from .fitting import fit_calibration
from .gain import true_gain
from .known_object import NAME as OBJECT
from .known_object import read_object, read_objects
from .reading import FILM, NETWORK, SHAFT, RulerReading, SeesGain, read_signs
from .regional import mean_mineral
from .shaft import Shaft, Stretch
from .signs import Signs, signs_of_text, signs_text

__all__ = [
    "FILM",
    "NETWORK",
    "OBJECT",
    "RULERS",
    "SHAFT",
    "USUAL",
    "Calibration",
    "RulerReading",
    "SeesGain",
    "Shaft",
    "Signs",
    "Stretch",
    "fit_calibration",
    "load_calibration",
    "mean_mineral",
    "read_object",
    "read_objects",
    "read_signs",
    "signs_of_text",
    "signs_text",
    "true_gain",
]
