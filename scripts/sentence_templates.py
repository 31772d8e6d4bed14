"""Templates of what an expression of the code may say.

``f"Case {case.case_id} has no side"`` becomes ``Case {case_id} has no side``, and what
is chosen by ``a if x else b`` becomes two of them. Names are followed to what they may
stand for; what only a run knows stays a field.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from itertools import product
from math import prod

from code_names import Home, Module, Modules, assigned

MOST = 16
"""Alternatives of one sentence; what has more keeps fields in their place."""
DEEPEST = 12
VERSION = "__version__"
_NO_NAMES = {
    "join", "len", "map", "str", "sorted", "max", "min", "abs", "sum", "np", "repr",
    "self", "format", "strip", "rstrip", "lower", "splitlines", "replace", "round",
}  # fmt: skip


@dataclass
class Templates:
    """Reads expressions; ``fragments`` gathers what their fields may hold."""

    modules: Modules
    fragments: set[str] = field(default_factory=set)

    def of(
        self,
        node: ast.expr,
        module: Module,
        function: ast.FunctionDef | None,
        depth: int = 0,
    ) -> list[str]:
        """What an expression in a function of a module may say."""
        here = Home(module, [], function)

        def each_of(*nodes: ast.expr) -> list[str]:
            found = [self.of(one, module, function, depth + 1) for one in nodes]
            return _unique([text for texts in found for text in texts])

        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return [node.value.replace("{", "{{").replace("}", "}}")]
        if isinstance(node, ast.Constant) and node.value is None:
            return []
        if depth > DEEPEST:
            return [named_field(node)]
        if isinstance(node, ast.JoinedStr):
            return self._joined([each_of(one) for one in node.values], node.values)
        if isinstance(node, ast.FormattedValue) and node.conversion == -1:
            return each_of(node.value)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            both = [node.left, node.right]
            return self._joined([each_of(one) for one in both], both)
        if isinstance(node, ast.IfExp):
            return each_of(node.body, node.orelse)
        if isinstance(node, ast.BoolOp):
            return each_of(*node.values)
        if isinstance(node, ast.Name) and node.id != VERSION:
            return self._of_name(node, here, depth)
        if isinstance(node, ast.Subscript):
            return self._of_table(node, here, depth)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "str" and node.args:
                return each_of(node.args[0])
            home = self.modules.home(node.func.id, module)
            texts = [] if home is None else self._of_home(home, depth)
            if not all(map(is_field, texts)):
                return texts
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "format":
                filled = [_unescaped(text) for text in each_of(node.func.value)]
                return [text.replace("{}", named_field(node)) for text in filled]
            if node.func.attr in ("rstrip", "strip"):
                return each_of(node.func.value)
            for each in node.args if node.func.attr == "join" else ():
                if isinstance(each, ast.GeneratorExp | ast.ListComp):
                    self.fragments.update(each_of(each.elt))
        return [named_field(node)]

    def _of_home(self, home: Home, depth: int) -> list[str]:
        return _unique(
            [
                text
                for value in home.values
                for text in self.of(value, home.module, home.function, depth + 1)
            ]
        )

    def _of_name(self, node: ast.Name, here: Home, depth: int) -> list[str]:
        """What a variable of the function, or a constant, may be."""
        local = [
            value
            for each in (ast.walk(here.function) if here.function else ())
            for name, value in assigned(each)
            if name == node.id
        ]
        home: Home | None = here._replace(values=local)
        if not local:
            home = self.modules.home(node.id, here.module)
        texts = [] if home is None else self._of_home(home, depth)
        if any(map(is_field, texts)):
            texts = [*(text for text in texts if not is_field(text)), named_field(node)]
        return texts if texts and len(texts) <= MOST else [named_field(node)]

    def _of_table(self, node: ast.Subscript, here: Home, depth: int) -> list[str]:
        """What a constant dictionary may give."""
        home = None
        if isinstance(node.value, ast.Name):
            home = self.modules.home(node.value.id, here.module)
        tables = [] if home is None else home.values
        for table in tables:
            if home is not None and isinstance(table, ast.Dict):
                texts = self._of_home(home._replace(values=table.values), depth)
                if len(texts) <= MOST:
                    return texts
                self.fragments.update(texts)
        return [named_field(node)]

    def _joined(self, parts: list[list[str]], nodes: list[ast.expr]) -> list[str]:
        for i, texts in enumerate(parts):
            if len(texts) > 1 and _are_marks(texts):
                self.fragments.update(texts)
                parts[i] = [named_field(nodes[i])]
        while prod(map(len, parts)) > MOST:
            most = max(range(len(parts)), key=lambda i: len(parts[i]))
            self.fragments.update(parts[most])
            parts[most] = [named_field(nodes[most])]
        return _unique([_numbered("".join(texts)) for texts in product(*parts)])


def named_field(node: ast.expr) -> str:
    """A field, called after what stands in it."""
    for each in ast.walk(node):
        name: str = getattr(each, "attr", None) or getattr(each, "id", "")
        word = re.sub(r"[^a-z_]", "", name.lower()).strip("_")
        if word and name not in _NO_NAMES:
            return f"{{{word}}}"
    return "{value}"


def is_field(text: str) -> bool:
    """Whether a template is a field and nothing else."""
    return re.fullmatch(r"\{\w+\}", text) is not None


def without_fields(text: str) -> str:
    """A template's own words."""
    return re.sub(r"\{\w*\}", "", text)


def _are_marks(texts: list[str]) -> bool:
    """Whether these are units, points and fields: nothing that one would translate."""
    words = [without_fields(text) for text in texts]
    if all(word and " " not in word and len(word) < 6 for word in words):
        return not any(re.fullmatch(r"[a-z]{3,}", word) for word in words)
    return not any(re.search(r"[A-Za-z]{2}", word) for word in words)


def _numbered(joined: str) -> str:
    """Each field with a name of its own, and one where several touch."""
    seen: dict[str, int] = {}

    def name(match: re.Match[str]) -> str:
        count = seen[match[1]] = seen.get(match[1], 0) + 1
        return f"{{{match[1]}_{count}}}" if count > 1 else f"{{{match[1]}}}"

    plain = re.sub(r"(?<!\{)\{([a-z_]+?)(?:_\d+)?\}", r"{\1}", joined)
    plain = re.sub(r"(\{[a-z_]+\})(\{[a-z_]+\})+", r"\1", plain)
    return re.sub(r"(?<!\{)\{([a-z_]+)\}", name, plain)


def _unescaped(text: str) -> str:
    return re.sub(r"\{\{(\w*)\}\}", r"{\1}", text)


def _unique(texts: list[str]) -> list[str]:
    return list(dict.fromkeys(texts))
