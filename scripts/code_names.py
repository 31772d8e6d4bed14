"""What names of the package may stand for, read from its code without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple


class Home(NamedTuple):
    """Where a name is made, what it may be, and the function that this stands in."""

    module: Module
    values: list[ast.expr]
    function: ast.FunctionDef | None


class Module:
    """The constants, functions and imports of a module."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree = ast.parse(path.read_text("utf-8"))

    @cached_property
    def functions(self) -> dict[str, ast.FunctionDef]:
        """Those that are no methods."""
        found = (node for node in self.tree.body if isinstance(node, ast.FunctionDef))
        return {node.name: node for node in found}

    @cached_property
    def named(self) -> dict[str, list[ast.expr]]:
        """Constants with their values, functions with what they return."""
        found = {name: returned(node) for name, node in self.functions.items()}
        for node in self.tree.body:
            for name, value in assigned(node):
                found.setdefault(name, []).append(value)
        return found

    @cached_property
    def imported(self) -> dict[str, tuple[Path, str]]:
        """Names that come from other modules of the package."""
        found = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = self.path.parents[node.level - 1]
                target = base.joinpath(*(node.module or "").split("."))
                for file in (target.with_suffix(".py"), target / "__init__.py"):
                    for alias in node.names if file.exists() else ():
                        found[alias.asname or alias.name] = (file, alias.name)
        return found


class Modules:
    """Modules of the package, each read once."""

    def __init__(self) -> None:
        self._read: dict[Path, Module] = {}

    def __getitem__(self, path: Path) -> Module:
        if path not in self._read:
            self._read[path] = Module(path)
        return self._read[path]

    def home(self, name: str, module: Module) -> Home | None:
        """Follow a name through the imports; None where it comes from elsewhere."""
        for _ in range(4):
            if name in module.named:
                return Home(module, module.named[name], module.functions.get(name))
            if name not in module.imported:
                return None
            path, name = module.imported[name]
            module = self[path]
        return None


def returned(function: ast.FunctionDef) -> list[ast.expr]:
    """What a function may give."""
    return [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and node.value is not None
    ]


def assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Names that a statement, or a loop over a written list, gives a value."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _pairs(target, node.value)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        yield from _pairs(node.target, node.value)
    elif isinstance(node, ast.For | ast.comprehension) and isinstance(
        node.iter, ast.Tuple | ast.List
    ):
        for each in node.iter.elts:
            if isinstance(node.target, ast.Name):
                yield node.target.id, each


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple):
        for chosen in _choices(value):
            if isinstance(chosen, ast.Tuple) and len(chosen.elts) == len(target.elts):
                for one, its in zip(target.elts, chosen.elts, strict=True):
                    yield from _pairs(one, its)
            elif isinstance(chosen, ast.Subscript):
                for one in target.elts:
                    yield from _pairs(one, chosen)


def _choices(value: ast.expr) -> list[ast.expr]:
    if isinstance(value, ast.IfExp):
        return [*_choices(value.body), *_choices(value.orelse)]
    return [value]
