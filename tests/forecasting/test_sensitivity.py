"""The headline levels with a premium of zones, and under each account of the base."""

from __future__ import annotations

import numpy as np
import pytest
from plan_folders import GDP

from zoneplan.forecasting.sensitivity import ACCOUNTS, CASES
from zoneplan.messages import LANGS, words


@pytest.fixture(scope="module")
def found(made):
    return made.sensitivity()


def ends(found, i, case):
    row = found.rows.set_index(["indicator_id", "case"]).loc[(i, case)]
    return row["low"], row["high"]


def test_every_headline_level_has_every_case(found, plan):
    heads = plan.targets[
        (plan.targets["group"] == "headline") & (plan.targets["section"] == "annex")
    ]
    assert found.rows["indicator_id"].unique().tolist() == heads["indicator_id"].unique().tolist()
    assert found.rows["case"].tolist() == len(found.wide()) * list(CASES)


def test_a_premium_is_so_many_points_more_in_every_year(found, made):
    f, target = made.of("gdp"), made.plan.target("gdp")
    start = f.draws[2020] / np.exp(f.log_growth()[:, -1])
    for points in (1, 2):
        grown = start * np.prod(1 + (f.growth() + points) / 100, axis=1)
        assert ends(found, "gdp", f"premium_{points}")[0] == pytest.approx(
            target.is_met(grown).mean(), abs=0.005
        )


def test_the_middle_is_not_shifted(found, judged):
    rows = judged.final().set_index("indicator_id")
    for i in found.rows["indicator_id"].unique():
        want = tuple(rows.loc[i, ["probability_low", "probability_high"]])
        assert ends(found, i, "premium_0") == want
        more = [ends(found, i, f"premium_{n}") for n in (0, 1, 2)]
        assert sorted(more) == more
        assert len(set(more)) == 3


def test_each_account_believes_its_base(found, judged):
    gdp = judged.final().set_index("indicator_id").loc["gdp"]
    implied, observed = gdp["probability_implied"], gdp["probability_observed"]
    assert ends(found, "gdp", "revised") == (implied, implied)
    assert ends(found, "gdp", "scope") == (implied, observed)
    assert ends(found, "gdp", "padded") == (observed, observed)


def test_an_account_that_does_not_fit_has_no_chance(found):
    # The plan starts above what the record of the budget leads to; total revenue has no record.
    for case in ("revised", "padded"):
        assert np.isnan(ends(found, "budget_revenue", case)).all()
    assert not np.isnan(ends(found, "budget_revenue", "scope")).any()
    for case in ACCOUNTS:
        assert np.isnan(ends(found, "fiscal_revenue_total", case)).all()


@pytest.mark.parametrize("lang", LANGS)
def test_it_says_what_a_miss_would_mean(found, lang):
    said = found.summary(lang)
    assert {"en": "a miss means slow growth", "zh": "未完成即增长偏慢"}[lang] in said
    assert ("57-80 %" if lang == "en" else "57%～80%") in said
    heads = found.shown(lang).texts.columns[1:]
    assert list(heads) == [words(lang)(f"answers.case.{c}") for c in CASES]


def test_a_plan_without_classes_has_nothing_to_vary(own):
    of = own(["moons,Moons,2020,5,个,count,,,"]).forecast().sensitivity()
    assert of.rows.empty
    assert "nothing to vary" in of.summary("en")


def test_revenue_lost_is_what_the_median_lacks_of_the_target(made):
    lost = made.aims().lost()
    gap = [
        20 - np.median(made.of("budget_revenue", b).draws[2020]) for b in ("implied", "observed")
    ]
    assert (lost["low"], lost["high"]) == pytest.approx(sorted(gap), abs=0.01)
    assert lost["share_high"] == pytest.approx(max(gap) / 20, abs=0.001)
    assert (
        "Revenue lost by a miss (General public budget revenue): CNY 0.47"
        in made.aims().summary("en")
    )
    assert "24%～30%" in made.aims().summary("zh")
    # Asked of other series, nothing is said of revenue.
    assert made["gdp"].even_chance().lost() is None
    assert "Revenue" not in made["gdp"].even_chance().summary("en")


def test_a_plan_without_revenue_loses_none(own):
    assert own(GDP).forecast().aims().lost() is None
