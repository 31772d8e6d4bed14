"""What the window says, in the language of the person before it.

English is written in the code; :mod:`gettext` finds the rest in ``locale/``, which
``scripts/translations.py`` collects and compiles. The language is chosen once, when the
first text is asked for: ``HIPBMD_LANGUAGE``, or the language of the system.
"""

from __future__ import annotations

import os
from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path

DOMAIN = "napari_hipbmd"
LOCALE = Path(__file__).parents[2] / "locale"
VARIABLE = "HIPBMD_LANGUAGE"


def tr(text: str) -> str:
    """A text of the window in the person's language."""
    return _chosen().gettext(text) if text else text


def trn(one: str, many: str, count: int) -> str:
    """The text for one thing, or that for ``count`` things."""
    return _chosen().ngettext(one, many, count)


def is_translated() -> bool:
    """Whether the person reads another language than that of the code."""
    return type(_chosen()) is not NullTranslations


def first_capital(text: str) -> str:
    """A text that begins with a capital; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def language() -> str:
    """The language that the person wants, such as ``de`` or ``de_AT``."""
    wanted = os.environ.get(VARIABLE, "")
    if not wanted:
        from qtpy.QtCore import QLocale

        wanted = next(iter(QLocale.system().uiLanguages()), "")
    return wanted.replace("-", "_")


@lru_cache(maxsize=1)
def _chosen() -> NullTranslations:
    return translation(DOMAIN, LOCALE, [language() or "en"], fallback=True)
