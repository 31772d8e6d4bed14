"""Arguments as :mod:`argparse` reads them; what is wrong is one sentence."""

from __future__ import annotations

import argparse
import difflib
from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """Options are spelt out: a beginning would mean another one once there are more."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse's; names the option that may be meant in place of a wrong one."""
        found, rest = self.parse_known_args(args, namespace)
        if rest:
            command: argparse.ArgumentParser = getattr(found, "command", self)
            flag = rest[0].partition("=")[0]
            near = difflib.get_close_matches(flag, command._option_string_actions, 1)
            hint = f"; {near[0]} is" if near else ""
            command.error(f"{' '.join(rest)} is no option or value that it takes{hint}")
        return found

    def error(self, message: str) -> NoReturn:
        """End with the sentence, and where the options are told."""
        self.exit(2, f"{self.prog}: {message}. See: {self.prog} --help\n")
