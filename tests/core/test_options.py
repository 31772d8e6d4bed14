"""An option is told once: command line and dataclass give the same sentence."""

import argparse
from dataclasses import dataclass
from typing import Literal

import pytest

from napari_hipbmd.cli.arguments import add_options, options_from
from napari_hipbmd.core.errors import Refused
from napari_hipbmd.core.options import (
    REQUIRED,
    as_arguments,
    check,
    option,
    options_of,
)


@dataclass(frozen=True)
class Options:
    age_years: float | None = option(None, low=0, high=120, unit="years", metavar="A")
    side: Literal["L", "R"] | None = option(None)
    scale: tuple[float, float] = option((0.9, 1.1), "share, in %", low=0.25, high=4)
    flip: bool = option(True, flag="--no-flip")
    folds: int = option(10, low=1)
    kept: str = "no option"

    def __post_init__(self) -> None:
        check(self)


def parse(*arguments):
    parser = argparse.ArgumentParser(prog="p")
    add_options(parser, Options)
    return options_from(parser.parse_args(arguments), Options)


def test_nothing_given_is_the_dataclass_as_it_is():
    assert parse() == Options()


def test_every_kind_of_option_is_read():
    given = ("--age-years", "71", "--side", "L", "--scale", "1", "2", "--no-flip")
    assert parse(*given) == Options(71.0, "L", (1.0, 2.0), False)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("age_years", 200.0, "200 is not between 0 and 120 years"),
        ("folds", 0, "0 is less than 1"),
    ],
)
def test_both_give_the_same_sentence(capsys, name, value, sentence):
    with pytest.raises(Refused, match=sentence):
        Options(**{name: value})
    with pytest.raises(SystemExit) as stop:
        parse(f"--{name.replace('_', '-')}", f"{value:g}")
    assert stop.value.code == 2
    assert sentence in capsys.readouterr().err


def test_a_word_that_is_no_choice_is_refused():
    with pytest.raises(Refused, match="Side: 'X' is none of L, R"):
        Options(side="X")


def test_one_of_several_numbers_out_of_range_is_refused():
    with pytest.raises(Refused, match="Scale: 9 is not between"):
        Options(scale=(1.0, 9.0))


def test_a_field_that_is_no_option_is_none():
    names = [one.name for one in options_of(Options)]
    assert names == ["age_years", "side", "scale", "flip", "folds"]


def test_the_words_of_an_option_are_without_its_unit():
    assert next(options_of(Options)).words == "age"


def test_help_may_hold_a_per_cent_sign(capsys):
    with pytest.raises(SystemExit):
        parse("--help")
    assert "share, in %" in capsys.readouterr().out


@dataclass(frozen=True, kw_only=True)
class Job:
    films: tuple[str, ...] = option(REQUIRED, "films", positional=True)
    out: str = option(REQUIRED, "a folder")
    names: tuple[str, ...] = option((), "who", repeated=True)
    times: tuple[int, ...] = option((), "how often", low=1)
    quick: bool = option(False)


def test_what_is_typed_for_options_gives_the_same_options():
    job = Job(films=("a", "b"), out="c", names=("x", "y"), times=(1, 2), quick=True)
    parser = argparse.ArgumentParser(prog="p")
    add_options(parser, Job)
    assert options_from(parser.parse_args(as_arguments(job)), Job) == job
    assert as_arguments(Job(films=("a",), out="c")) == ["a", "--out", "c"]


@pytest.mark.parametrize("given", [[], ["a"], ["--out", "c"]])
def test_what_is_required_has_to_be_given(given, capsys):
    parser = argparse.ArgumentParser(prog="p")
    add_options(parser, Job)
    with pytest.raises(SystemExit):
        parser.parse_args(given)
    assert "required" in capsys.readouterr().err
