"""Make ``phantom/physics.json``: tube spectra and attenuation for the digital hip.

Needs the ``dev`` extra (spekpy, xraylib). Tungsten spectra behind 12° anode and
3 mm Al from spekpy; mass attenuation from xraylib with the mass fractions of
ICRU Report 44 (bone, muscle, adipose tissue, yellow marrow) and CsI.

    python scripts/make_physics_tables.py src/napari_hipbmd/phantom/physics.json
"""

import json
import sys
from pathlib import Path

import numpy as np
import spekpy
import xraylib

EDGES_KEV = np.arange(15.0, 91.0, 2.5)
KVPS = list(range(60, 91, 2))

# ICRU-44: density in g/cm3, mass fractions by atomic number.
MATERIALS = {
    "bone": (
        1.92,
        {1: 0.034, 6: 0.155, 7: 0.042, 8: 0.435, 11: 0.001, 12: 0.002}
        | {15: 0.103, 16: 0.003, 20: 0.225},
    ),
    "muscle": (
        1.05,
        {1: 0.102, 6: 0.143, 7: 0.034, 8: 0.710, 11: 0.001}
        | {15: 0.002, 16: 0.003, 17: 0.001, 19: 0.004},
    ),
    "fat": (
        0.95,
        {1: 0.114, 6: 0.598, 7: 0.007, 8: 0.278, 11: 0.001, 16: 0.001, 17: 0.001},
    ),
    "marrow": (
        0.98,
        {1: 0.115, 6: 0.644, 7: 0.007, 8: 0.231, 11: 0.001, 16: 0.001, 17: 0.001},
    ),
    "csi": (4.51, {53: 0.4885, 55: 0.5115}),
    # objects of known thickness that lie on a film
    "aluminium": (2.70, {13: 1.0}),
    "titanium": (4.51, {22: 1.0}),
    "steel": (7.87, {26: 1.0}),
    "copper": (8.96, {29: 1.0}),
}


def mass_attenuation(fractions: dict[int, float], energy_kev: float) -> float:
    """Total mass attenuation in cm²/g."""
    return sum(w * xraylib.CS_Total(z, energy_kev) for z, w in fractions.items())


def tables() -> dict:
    """The whole table as JSON types."""
    centres = (EDGES_KEV[:-1] + EDGES_KEV[1:]) / 2
    spectra = {}
    for kvp in KVPS:
        spectrum = spekpy.Spek(kvp=kvp, th=12, dk=0.5)
        spectrum.filter("Al", 3.0)
        energy, fluence = spectrum.get_spectrum()
        binned, _ = np.histogram(energy, EDGES_KEV, weights=fluence)
        spectra[str(kvp)] = [float(f"{v:.5g}") for v in binned / binned.sum()]
    return {
        "source": {
            "spectra": "spekpy (kvp, th=12, 3 mm Al), photons per bin, sum 1",
            "attenuation": "xraylib CS_Total, mass fractions of ICRU Report 44",
        },
        "energy_kev": centres.tolist(),
        "spectra": spectra,
        "density_g_cm3": {name: rho for name, (rho, _) in MATERIALS.items()},
        "mass_attenuation_cm2_g": {
            name: [float(f"{mass_attenuation(w, e):.6g}") for e in centres]
            for name, (_, w) in MATERIALS.items()
        },
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(tables(), indent=1) + "\n")
