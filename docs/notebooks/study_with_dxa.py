# %% [markdown]
# # A study with DXA to a validated regression
#
# Films with DXA readings become a regression, and the same films, each estimated by
# folds that did not see its patient, say how good it is. Digital hips stand in for
# patients: their DXA reading is the true aBMD with 2 % of noise. So few of them give
# wide intervals, and nothing that holds for patients.

# %%
import tempfile
from pathlib import Path

from IPython.display import HTML, Image, display

import napari_hipbmd as hipbmd
from napari_hipbmd.tasks.digital_hips import make_study

folder = Path(tempfile.mkdtemp())
make_study(folder / "study", 30, seed=5, family="shifted", pixels=300, workers=1)
study = hipbmd.Study.open(folder / "study")
print((folder / "study" / "cases.csv").read_text("utf-8").splitlines()[0])

# %% [markdown]
# ## Fit
#
# What is measured of a film is kept in `features.csv`, so that a run which was stopped
# goes on, and validating does not measure again.

# %%
fitted = hipbmd.fit(study, folder / "models")
for site, one in fitted.model.with_biology.items():
    print(f"{site}: r {one.r:.2f} in sample")

# %% [markdown]
# ## Validate, out of fold

# %%
(folder / "validation").mkdir()
features = (folder / "models" / "features.csv").read_bytes()
(folder / "validation" / "features.csv").write_bytes(features)
found = hipbmd.validate(
    study, folder / "validation", 5, rows=("biology", "raw", "enhanced"), samples=200
)
print(found.text())

# %%
display(Image(str(folder / "validation" / "fig7_scatter.png"), width=700))

# %% [markdown]
# ## Measure with it
#
# The folder is given as `models`: the regression is yours, the networks are the bundled
# ones.

# %%
case = study.cases[0]
measured = hipbmd.measure(case.image, patient=case.patient, models=folder / "models")
print(measured.calibrated_on)
rows = "".join(
    f"<tr><td>{site}</td><td>{one.value:.3f}</td><td>{case.dxa[site]:.3f}</td></tr>"
    for site, one in measured.bmd_g_cm2.items()
)
HTML(f"<table><tr><th>Site</th><th>estimate</th><th>DXA, g/cm²</th></tr>{rows}</table>")
