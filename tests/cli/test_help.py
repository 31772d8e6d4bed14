"""Every option of every command says what it is for, in which unit, and what else."""

import argparse

import pytest

from napari_hipbmd.cli.main import COMMANDS, build_parser


def arguments(parser):
    """What a formatter is given to show of a parser, and of those below it."""
    shown = []

    class Noting(argparse.HelpFormatter):
        def add_argument(self, action):
            shown.append(action)

    parser.formatter_class = Noting
    parser.format_help()
    for action in shown:
        if isinstance(action.choices, dict):  # commands, each with a parser
            for inner in action.choices.values():
                yield from arguments(inner)
        elif action.dest != "help":
            yield action


def of_command(name):
    return list(arguments(build_parser(name)))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_a_text_with_its_default(command):
    for action in of_command(command):
        what = action.option_strings or action.dest
        assert action.help, what
        if action.option_strings and isinstance(action.default, int | float | str):
            if isinstance(action.default, bool) or action.help == argparse.SUPPRESS:
                continue
            said = "default" in action.help or str(action.default) in action.help
            assert said, what


def test_units_stand_in_the_texts():
    texts = {a.dest: a.help for a in of_command("measure")}
    assert "years" in texts["age_years"] and "mm" in texts["spacing_mm"]
    assert "cm" in texts["height_cm"] and "kg" in texts["weight_kg"]
