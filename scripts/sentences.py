"""Every sentence that the library says to people: why it refuses, and what it doubts.

They are written where they are said, as f-strings. This reads the code, without running
it, for whoever translates them: ``scripts/translations.py`` puts their templates into
the catalogues, and the window finds by these what it shows.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from code_names import Module, Modules, assigned
from sentence_templates import Templates, without_fields

import napari_hipbmd

PACKAGE = Path(napari_hipbmd.__file__).parent
SILENT = "cli/"
"""The command line speaks English."""
FLAGS = {"Flag", "flag"}
TOLD = {"tell"}
REFUSALS = {"Refused", "NoShaft", "NoObject"}
"""With what is derived from them."""
ELSEWHERE: dict[str, tuple[str, ...]] = {
    "bmd/regression.py": ("unlike_fitted", "_WORDS"),
    "core/writable.py": ("cannot_be_written",),
    "core/options.py": ("wrong",),
    "core/radiograph.py": ("TYPED",),
    "dicom/film.py": ("_open_picture",),
    "dicom/greys/grey_range.py": ("levels_of_picture", "levels"),
    "dicom/greys/outside.py": ("_TAGS",),
    "dicom/sniff.py": ("_OTHERS", "_REMEDY", "is_picture", "_name_of"),
    "dicom/spacing.py": ("_best", "_pair", "_magnification", "_against",
                         "_against_aspect", "_passed_over"),
    "dicom/detector_elements.py": ("against_elements",),
    "grey_scale/reading.py": ("read_signs",),
    "grey_scale/canal.py": ("TOO_SHORT", "NO_ISTHMUS", "NOT_NARROWER", "CLOSED",
                            "LOST"),
    "grey_scale/known_object.py": ("read_objects",),
    "landmarks/shape_doubts.py": ("shape_doubts", "doubts", "_outliers", "_sentence",
                                  "_size_doubts", "OTHER_SIDE"),
    "pipeline/contradictions.py": ("differences",),
    "pipeline/estimates.py": ("estimate", "NO_SPACING"),
    "runs/cluster.py": ("_outcome",),
    "runs/work.py": ("done", "STOPPED"),
    "study/doubts.py": ("doubts_about", "_lie", "_beside_box", "DAMAGED"),
    "study/labelling/edits.py": ("*",),
    "study/exchange/deeplabcut.py": ("_doubt_of_cut",),
    "study/exchange/formats.py": ("_NOTES",),
    "study/exchange/slicer.py": ("_doubt_of_two",),
    "study/films.py": ("ANOTHER", "_OTHER_HIP", "film_doubts"),
    "study/labelling/open_case.py": ("*",),
    "study/labelling/recovery.py": ("*",),
    "study/cases/row.py": ("__init__", "_choice", "_sex", "_number", "_other_unit"),
    "study/cases/table.py": ("read_cases",),
}  # fmt: skip
"""Where sentences, or parts of them, are made that are handed on before they are said:
functions and constants of a module, ``*`` for all."""
WORDS = (
    "age", "height", "weight", "sex", "side", "years", "shutter", "collimator",
    "left", "right", "pixels", "nothing", "neck", "trochanter", "intertrochanter",
    "inter-trochanter", "femoral neck", "total hip",
)  # fmt: skip
"""Single words that stand in fields."""

Call = tuple[ast.FunctionDef | None, ast.Call]


def sentences(package: Path = PACKAGE) -> dict[str, set[str]]:
    """Templates, with the files that say them."""
    paths = {str(path.relative_to(package)): path for path in package.rglob("*.py")}
    paths = {name: path for name, path in paths.items() if not name.startswith(SILENT)}
    modules = Modules()
    refusals = _derived([modules[path].tree for path in paths.values()])
    found: dict[str, set[str]] = {word: set() for word in WORDS}
    for name, path in sorted(paths.items()):
        templates = Templates(modules)
        texts = {
            *_of_calls(templates, modules[path], refusals),
            *_of_parts(templates, modules[path], ELSEWHERE.get(name, ())),
        }
        for text in texts | templates.fragments:
            if re.search(r"[A-Za-z]{2}", without_fields(text)):
                found.setdefault(text, set()).add(f"{package.name}/{name}")
    return found


def _derived(trees: list[ast.Module]) -> set[str]:
    """The exceptions that tell people why, and what is derived from them."""
    known, before = set(REFUSALS), 0
    classes = [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    while len(known) > before:
        before = len(known)
        for node in classes:
            if any(isinstance(b, ast.Name) and b.id in known for b in node.bases):
                known.add(node.name)
    return known


def _of_calls(
    templates: Templates, module: Module, refusals: set[str]
) -> Iterator[str]:
    """What is refused, flagged and told."""
    for function, call in _calls(module.tree, None):
        name = getattr(call.func, "id", None) or getattr(call.func, "attr", "")
        place = 0 if name in {*refusals, *TOLD} else 1 if name in FLAGS else None
        if name == "__init__" and not isinstance(call.func, ast.Name):
            place = 0 if _classes(module.tree).get(function) in refusals else None
        if place is not None and len(call.args) > place:
            yield from templates.of(call.args[place], module, function)


def _classes(tree: ast.Module) -> dict[ast.AST | None, str]:
    """Methods with the class that they are of."""
    classes = (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    return {method: one.name for one in classes for method in one.body}


def _calls(node: ast.AST, function: ast.FunctionDef | None) -> Iterator[Call]:
    """Calls, with the innermost function that they stand in."""
    if isinstance(node, ast.FunctionDef):
        function = node
    if isinstance(node, ast.Call):
        yield function, node
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, function)


def _of_parts(
    templates: Templates, module: Module, names: tuple[str, ...]
) -> Iterator[str]:
    """Every text with words in these functions and constants."""
    for node in ast.walk(module.tree) if names else ():
        if isinstance(node, ast.FunctionDef) and {node.name, "*"} & {*names}:
            for text in _texts(node):
                found = templates.of(text, module, node)
                yield from (each for each in found if " " in each)
        for name, value in assigned(node):
            for text in _texts(value) if name in names else ():
                yield from templates.of(text, module, None)


def _texts(node: ast.AST) -> Iterator[ast.expr]:
    """Texts for people, each as a whole; no docstrings, keys and codes."""
    first = node.left if isinstance(node, ast.BinOp) else node
    if isinstance(first, ast.JoinedStr) and isinstance(node, ast.expr):
        yield node
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and re.search(r"[a-z]", node.value):
            yield node
        return
    if isinstance(node, ast.Raise | ast.arg | ast.Subscript):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    inside = node.values if isinstance(node, ast.Dict) else ast.iter_child_nodes(node)
    for child in inside:
        yield from _texts(child)
