"""What a user may rely on: the cohort looks like the paper's Table 1."""

import numpy as np
import pytest

from napari_hipbmd.phantom.cohort import TABLE_1, draw_person

PAPER_BMD = {"F": (0.70, 0.15), "M": (0.79, 0.15)}


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(0)
    return [draw_person(rng) for _ in range(4000)]


@pytest.mark.parametrize("sex", ["F", "M"])
def test_means_and_sds_are_those_of_table_1(people, sex):
    group = [p for p in people if p.sex == sex]
    values = np.array([(p.age_years, p.height_cm, p.weight_kg) for p in group])
    for column, (mean, sd) in enumerate(TABLE_1[sex]):
        assert values[:, column].mean() == pytest.approx(mean, abs=0.12 * sd)
        assert values[:, column].std() == pytest.approx(sd, rel=0.12)
    bmd = np.array([p.neck_bmd_g_cm2 for p in group])
    mean, sd = PAPER_BMD[sex]
    assert bmd.mean() == pytest.approx(mean, abs=0.02)
    assert bmd.std() == pytest.approx(sd, rel=0.12)


def test_the_share_of_women_is_the_papers(people):
    share = np.mean([p.sex == "F" for p in people])
    assert share == pytest.approx(801 / 939, abs=0.02)


def test_older_people_are_shorter_and_have_less_bone(people):
    women = [p for p in people if p.sex == "F"]
    age = [p.age_years for p in women]
    assert np.corrcoef(age, [p.height_cm for p in women])[0, 1] < -0.25
    assert np.corrcoef(age, [p.neck_bmd_g_cm2 for p in women])[0, 1] < -0.3


@pytest.mark.parametrize(
    ("one", "other", "r"),
    [
        ("age_years", "height_cm", -0.40),
        ("age_years", "weight_kg", -0.15),
        ("height_cm", "weight_kg", 0.45),
    ],
)
def test_age_height_and_weight_go_together_as_assumed(people, one, other, r):
    for sex in ("F", "M"):
        group = [p for p in people if p.sex == sex]
        pair = [[getattr(p, name) for p in group] for name in (one, other)]
        assert np.corrcoef(pair)[0, 1] == pytest.approx(r, abs=0.12)
