# %% [markdown]
# # A film, layer by layer
#
# One of the digital hips that come with the program goes through the paper's flowchart,
# and every intermediate is looked at. Nothing here needs a window: in napari the same
# arrays are layers.

# %%
import matplotlib.pyplot as plt
import numpy as np

import napari_hipbmd as hipbmd
from napari_hipbmd.core.anatomy import POLYGONS
from napari_hipbmd.core.resources import sample_data_dir

study = hipbmd.Study.open(sample_data_dir())
case = study.cases[2]
film = hipbmd.read_film(case.image)
print(film.shape, "pixels of", film.spacing_mm, "mm from", film.spacing_source)

# %% [markdown]
# ## The film
#
# Bone is bright, whatever the file's polarity; the grey range belongs to the format, so
# that 0 … 1 means the same on every film.

# %%
grey = film.grey()
plt.figure(figsize=(4, 4))
plt.imshow(grey, cmap="gray")
plt.axis("off")

# %% [markdown]
# ## Soft tissue off (paper 3.2)
#
# The autoencoder draws the film without its bone (STO); the bone image is film − STO.
# Of a digital hip the exact STO is known, so its error is, too.

# %%
enhanced = hipbmd.enhance(case.image)
images = enhanced.images
_, axes = plt.subplots(1, 3, figsize=(10, 3.6))
for ax, name, picture in zip(
    axes,
    ("film", "soft tissue only", "bone image"),
    (images.film, images.sto, images.bone),
    strict=True,
):
    ax.imshow(picture, cmap="gray")
    ax.set_title(name)
    ax.axis("off")
print(f"mean absolute error of the STO: {enhanced.error.mean():.4f} of the grey range")

# %% [markdown]
# ## Sixteen landmarks, three regions (paper 3.3)
#
# Each landmark comes with the radial error that is to be expected of it.

# %%
found = hipbmd.find_landmarks(case.image)
truth = study.truth(case.case_id).landmarks_xy
error = np.linalg.norm(found.xy - truth, axis=1) * film.spacing_mm[0]
plt.figure(figsize=(5, 5))
plt.imshow(grey, cmap="gray")
measured = hipbmd.measure(case.image, patient=case.patient)
for region, one in measured.regions.items():
    plt.fill(*one.polygon_xy.T, alpha=0.3, label=region)
plt.plot(*found.xy.T, "o", mfc="none", ms=5)
plt.legend()
plt.axis("off")
print(f"mean radial error {error.mean():.2f} mm, expected {found.sigma_mm.mean():.2f}")
assert set(measured.regions) == set(POLYGONS)

# %% [markdown]
# ## Three pairs of thresholds, nine features (paper 3.4)
#
# A pair clips the bone image of a region; the feature is the mean of what is left.

# %%
for region, one in measured.regions.items():
    told = ", ".join(
        f"{low:.3f} … {high:.3f} → {value:.4f}"
        for (low, high), value in zip(one.thresholds, one.features, strict=True)
    )
    print(f"{region}: {told}")

# %% [markdown]
# ## BMD, and what stands against it

# %%
for site, value in measured.bmd_g_cm2.items():
    true = study.truth(case.case_id).bmd_g_cm2[site]
    print(f"{site}: {value.value:.3f} ({value.low:.3f} to {value.high:.3f}),"
          f" true {true:.3f} g/cm²")  # fmt: skip
for flag in measured.flags:
    print(f"{flag.code}: {flag.text}")
