"""What a user may rely on: the digital hip obeys physics."""

import json

import numpy as np
import pytest

from napari_hipbmd.phantom import beam as physics
from napari_hipbmd.phantom import implicit
from napari_hipbmd.phantom.projection import Beam, Grid3, project

PIXELS = 160
SPREAD_MM = 90.0


def aimed_beam(sid_mm=1000.0, detector_z_mm=-160.0):
    at = (np.arange(PIXELS) + 0.5) * SPREAD_MM / PIXELS - SPREAD_MM / 2
    return Beam(
        at.astype(np.float32),
        -at.astype(np.float32),
        sid_mm,
        detector_z_mm,
        (0.0, 0.0),
    )


def projected_sphere(radius, cortex_mm):
    grid = Grid3.box((-30, 30), (-30, 30), (-30, 30), 1.5)
    solid = implicit.sphere(grid.points(), (0, 0, 0), radius)
    shell = np.full(solid.shape, cortex_mm, np.float32)
    density = np.full(solid.shape, 0.3, np.float32)
    return project(aimed_beam(), grid, solid, shell, density)


def volume_mm3(thickness_mm, beam):
    """Sum of path lengths over the pixels' size in the plane of the sphere."""
    pixel = SPREAD_MM / PIXELS * beam.minify(0.0)
    return float(thickness_mm.sum()) * pixel**2


def test_a_sphere_has_its_analytic_volume_in_projection():
    thick = projected_sphere(22.0, 2.0)
    expected = 4 / 3 * np.pi * 22.0**3
    assert volume_mm3(thick.envelope_mm, aimed_beam()) == pytest.approx(
        expected, rel=0.005
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
        thick.trabecular_g_cm2, 0.3 * inside / 10, atol=2e-3, rtol=1e-3
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
    return physics.Spectrum(weight, spec.mu_per_cm)


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
    energies = np.array(physics._tables()["energy_kev"])
    mass = spec.mu_per_cm["bone"] / 1.92
    assert np.exp(np.interp(np.log(40), np.log(energies), np.log(mass))) == (
        pytest.approx(0.6655, rel=0.01)
    )


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
