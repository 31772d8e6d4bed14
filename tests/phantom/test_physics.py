"""What a user may rely on: the digital hip obeys physics."""

import json
from dataclasses import replace

import numpy as np
import pytest

from napari_hipbmd.phantom import beam as physics
from napari_hipbmd.phantom.bone.projection import project
from napari_hipbmd.phantom.bone.raster import balance, crossings
from napari_hipbmd.phantom.bone.shape_model import shape_model
from napari_hipbmd.phantom.geometry import Beam

PIXELS = 240
SPREAD_MM = 90.0
RINGS, SECTORS = 180, 360


def aimed_beam(sid_mm=1000.0, detector_z_mm=-160.0, pixels=PIXELS, spread=SPREAD_MM):
    at = (np.arange(pixels) + 0.5) * spread / pixels - spread / 2
    return Beam(at, -at, sid_mm, detector_z_mm, (0.0, 0.0))


def ball(radius):
    """A closed mesh of meridians and parallels."""
    polar = np.linspace(0, np.pi, RINGS + 1)[1:-1]
    around = np.arange(SECTORS) * 2 * np.pi / SECTORS
    t, p = (a.ravel() for a in np.meshgrid(polar, around, indexing="ij"))
    ring = np.stack([np.sin(t) * np.cos(p), np.sin(t) * np.sin(p), np.cos(t)], -1)
    vertices = radius * np.concatenate([[[0, 0, 1]], ring, [[0, 0, -1]]])
    grid = 1 + np.arange(len(ring)).reshape(RINGS - 1, SECTORS)
    right = np.roll(grid, -1, 1)
    a, b, c, d = grid[:-1], grid[1:], right[1:], right[:-1]
    top = [np.zeros_like(grid[0]), grid[0], right[0]]
    last = np.full_like(grid[0], len(vertices) - 1)
    faces = [
        np.stack([a, b, d], -1).reshape(-1, 3),
        np.stack([d, b, c], -1).reshape(-1, 3),
        np.stack(top, -1),
        np.stack([last, right[-1], grid[-1]], -1),
    ]
    return vertices, np.concatenate(faces)


def projected_sphere(radius, cortex_mm):
    vertices, triangles = ball(radius)
    shell = np.full(len(vertices), cortex_mm)
    return project(
        aimed_beam(), vertices, triangles, shell, lambda world: np.full(len(world), 0.3)
    )


def volume_mm3(thickness_mm, beam):
    """Sum of path lengths over the pixels' size in the plane of the sphere."""
    pixel = SPREAD_MM / PIXELS * beam.minify(0.0)
    return float(thickness_mm.sum()) * pixel**2


def test_every_ray_that_enters_a_bone_leaves_it():
    for bone in ("femur", "pelvis"):
        model = shape_model(bone)
        beam = aimed_beam(spread=600.0, pixels=300)
        hits = crossings(beam, model.mean, model.triangles)
        assert len(hits.pixel) > 10_000
        assert not balance(beam, hits).any()


def test_a_bones_volume_does_not_depend_on_the_films_resolution():
    model = shape_model("femur")
    volumes = []
    for pixels in (450, 900):
        beam = aimed_beam(spread=600.0, pixels=pixels)
        hits = crossings(beam, model.mean, model.triangles)
        depth = hits.entering @ hits.depth_mm
        volumes.append(depth * (600.0 / pixels) ** 2)
    assert volumes[0] == pytest.approx(volumes[1], rel=1e-3)


def test_a_sphere_has_its_analytic_volume_in_projection():
    thick = projected_sphere(22.0, 2.0)
    expected = 4 / 3 * np.pi * 22.0**3
    assert volume_mm3(thick.envelope_mm, aimed_beam()) == pytest.approx(
        expected, rel=0.004
    )


def test_a_shell_has_its_analytic_volume_in_projection():
    thick = projected_sphere(22.0, 2.0)
    expected = 4 / 3 * np.pi * (22.0**3 - 20.0**3)
    assert volume_mm3(thick.cortex_mm, aimed_beam()) == pytest.approx(
        expected, rel=0.005
    )


def test_the_inside_of_a_sphere_holds_density_times_path():
    thick = projected_sphere(22.0, 2.0)
    inside = thick.envelope_mm - thick.cortex_mm
    np.testing.assert_allclose(
        thick.trabecular_g_cm2, 0.3 * inside / 10, atol=2e-3, rtol=2e-3
    )


def test_the_ray_through_the_centre_sees_the_diameter():
    thick = projected_sphere(22.0, 2.0)
    middle = thick.envelope_mm[PIXELS // 2 - 1 : PIXELS // 2 + 1]
    assert middle[:, PIXELS // 2 - 1 : PIXELS // 2 + 1].mean() == pytest.approx(
        44.0, rel=0.005
    )


def one_energy(spec, index):
    weight = np.zeros_like(spec.weight)
    weight[index] = 1
    return replace(spec, weight=weight)


def test_log_attenuation_is_additive_for_one_energy():
    spec = one_energy(physics.spectrum(74), 14)
    rng = np.random.default_rng(0)
    bone = rng.uniform(0, 1.5, (40, 40)).astype(np.float32)
    muscle = rng.uniform(6, 18, (40, 40)).astype(np.float32)
    film = physics.transmission(spec, {"muscle": muscle, "bone": bone})
    sto = physics.transmission(spec, {"muscle": muscle + bone, "bone": 0 * bone})
    mu = {name: values[14] for name, values in spec.mu_per_cm.items()}
    np.testing.assert_allclose(
        np.log(sto) - np.log(film), (mu["bone"] - mu["muscle"]) * bone, atol=2e-5
    )


def test_a_harder_beam_gives_less_bone_contrast():
    bone = np.full((4, 4), 0.7, np.float32)
    muscle = np.full((4, 4), 15.0, np.float32)

    def contrast(kvp):
        spec = physics.spectrum(kvp)
        film = physics.transmission(spec, {"muscle": muscle, "bone": bone})
        sto = physics.transmission(spec, {"muscle": muscle + bone, "bone": 0 * bone})
        return float((np.log(sto) - np.log(film)).mean())

    assert contrast(82) < 0.9 * contrast(66)


def test_attenuation_matches_published_cortical_bone():
    """ICRU-44 cortical bone at 40 keV: .6655 cm²/g (NIST)."""
    spec = physics.spectrum(80)
    mass = spec.mu_per_cm["bone"] / 1.92
    at_40_kev = np.exp(np.interp(np.log(40), np.log(spec.energy_kev), np.log(mass)))
    assert at_40_kev == pytest.approx(0.6655, rel=0.01)


def test_scatter_adds_light_and_no_structure():
    rng = np.random.default_rng(1)
    primary = rng.uniform(0.5, 1.0, (200, 200)).astype(np.float32)
    soft = np.full((200, 200), 20.0, np.float32)
    total = physics.add_scatter(primary, soft, 0.5, 0.31)
    added = total - primary
    assert added.mean() == pytest.approx(0.31 * primary.mean(), rel=0.05)
    assert added.std() < 0.05 * added.mean()


@pytest.mark.slow
def test_the_bundled_table_is_what_its_script_makes(repo_root):
    pytest.importorskip("spekpy", reason="needs the dev extra: spekpy, xraylib")
    pytest.importorskip("xraylib", reason="needs the dev extra: spekpy, xraylib")
    import importlib.util

    path = repo_root / "scripts" / "make_physics_tables.py"
    spec = importlib.util.spec_from_file_location("tables", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = module.tables()
    bundled = json.loads(
        (repo_root / "src/napari_hipbmd/phantom/physics.json").read_text()
    )
    for kvp, values in bundled["spectra"].items():
        np.testing.assert_allclose(made["spectra"][kvp], values, rtol=1e-3, atol=1e-6)
    for name, values in bundled["mass_attenuation_cm2_g"].items():
        np.testing.assert_allclose(
            made["mass_attenuation_cm2_g"][name], values, rtol=1e-3
        )
