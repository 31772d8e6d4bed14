"""What other package indexes are told is what pyproject.toml says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from napari_hipbmd.core.version import __version__

ELSEWHERE = {"torch": "pytorch", "matplotlib": "matplotlib-base"}


@pytest.fixture(scope="module")
def project(repo_root: Path) -> dict:
    text = (repo_root / "pyproject.toml").read_text("utf-8")
    return tomllib.loads(text)["project"]


@pytest.fixture(scope="module")
def recipe(repo_root: Path) -> dict:
    text = (repo_root / "packaging" / "conda-forge" / "meta.yaml").read_text("utf-8")
    told = dict(re.findall(r'{% set (\w+) = "(.*?)" %}', text))
    filled = re.sub(r"{{ (\w+) }}", lambda m: told.get(m[1], m[1]), text)
    return yaml.safe_load(re.sub(r"{%.*%}", "", filled))


def test_the_recipe_asks_for_what_the_package_asks_for(project, recipe) -> None:
    asked = {}
    for one in project["dependencies"]:
        name, least = re.fullmatch(r"([\w-]+)(>=[\d.]+)", one).groups()
        asked[ELSEWHERE.get(name, name)] = least
    run = dict(one.split(" ") for one in recipe["requirements"]["run"])
    assert run.pop("python") == project["requires-python"]
    assert run == asked


def test_the_recipe_is_of_this_version_and_licence(project, recipe, repo_root) -> None:
    assert recipe["package"] == {"name": project["name"], "version": __version__}
    assert recipe["about"]["license"] == project["license"]
    assert recipe["about"]["license_file"] == project["license-files"]
    [entry] = recipe["build"]["entry_points"]
    assert entry == f"hipbmd = {project['scripts']['hipbmd']}"
    for file in recipe["about"]["license_file"]:
        assert (repo_root / file).is_file()


def test_the_hub_shows_a_text_and_what_the_package_says(repo_root) -> None:
    hub = repo_root / ".napari-hub"
    config = yaml.safe_load((hub / "config.yml").read_text("utf-8"))
    assert config["visibility"] == "public" and config["summary"]
    text = (hub / "DESCRIPTION.md").read_text("utf-8")
    assert "Research use only" in text and "not a medical device" in text


def test_no_file_of_the_package_has_a_name_that_windows_refuses(repo_root) -> None:
    reserved = {"con", "prn", "aux", "nul"} | {
        f"{port}{i}" for port in ("com", "lpt") for i in range(1, 10)
    }
    names: dict[str, Path] = {}
    for path in (repo_root / "src").rglob("*"):
        if "__pycache__" in path.parts:
            continue
        inside = path.relative_to(repo_root)
        assert path.stem.lower() not in reserved, inside
        assert not re.search(r'[<>:"|?*\\]|[ .]$', path.name), inside
        assert len(str(inside)) < 160, inside
        other = names.setdefault(str(inside).lower(), inside)
        assert other == inside, "they differ in capitals only"
