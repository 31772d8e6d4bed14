"""Reading files of strangers: whatever is wrong with one becomes one sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ...core.errors import Refused

LARGEST_BYTES = 100_000_000
_NOT_A_FILE = (
    AttributeError,
    IndexError,
    KeyError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)


@contextmanager
def refusing(what: str) -> Iterator[None]:
    """Turn whatever goes wrong with a file's content into one sentence.

    Parameters
    ----------
    what
        The file and what it should be: ``"a.json is not a COCO file"``.
    """
    try:
        yield
    except Refused as refusal:
        raise Refused(f"{what}: {str(refusal).rstrip('.')}.") from None
    except KeyError as error:
        key = str(error.args[0])[:40] if error.args else ""
        raise Refused(f"{what}: it lacks {key!r}.") from None
    except UnicodeDecodeError:
        raise Refused(f"{what}: it is not UTF-8 text.") from None
    except _NOT_A_FILE:
        raise Refused(f"{what}: its content has another form.") from None


def json_text(content: Mapping[str, Any]) -> bytes:
    """A JSON file; positions stay exact."""
    return json.dumps(content, indent=1, allow_nan=False).encode() + b"\n"
