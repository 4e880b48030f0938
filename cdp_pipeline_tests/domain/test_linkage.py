import copy
import itertools

import pytest

from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.linkage import available, blocking_rule, build_settings, compared, frequency_columns, with_m

FILLED = {"given", "family", "full_key", "name_key", "birth", "birth_year", "email"}


def test_rules_without_their_columns_drop_out(project: Project) -> None:
    assert available((("email",), ("phone", "email")), {"email"}) == [("email",)]


def test_a_rule_is_agreement_on_every_column() -> None:
    assert blocking_rule(("birth", "given_start")) == "l.birth = r.birth and l.given_start = r.given_start"


def test_rare_values_weigh_more_where_the_level_says_so(project: Project) -> None:
    assert frequency_columns(build_settings(project.identity, FILLED)) == ["email", "family", "full_key", "given"]


def test_a_better_level_never_weighs_less_than_a_worse_one(project: Project) -> None:
    settings = build_settings(project.identity, FILLED)
    settings["probability_two_random_records_match"] = 0.001
    trained = copy.deepcopy(settings)
    for comparison in trained["comparisons"]:
        for level in comparison["comparison_levels"][1:]:
            level["m_probability"] = 1e-9
    for comparison in with_m(settings, trained, project.identity, FILLED)["comparisons"]:
        if "fix_m_probability" in comparison["comparison_levels"][1]:  # training leaves it alone
            continue
        weights = [level["m_probability"] / level["u_probability"] for level in comparison["comparison_levels"][1:]]
        assert all(better >= worse * 0.999 for better, worse in itertools.pairwise(weights))


def test_a_worse_level_that_looks_good_by_chance_does_not_lift_the_better_ones(project: Project) -> None:
    settings = build_settings(project.identity, FILLED)
    settings["probability_two_random_records_match"] = 0.001
    trained = copy.deepcopy(settings)
    (dates,) = (found for found in settings["comparisons"] if found["output_column_name"] == "birth_date")
    dates["comparison_levels"][-1]["u_probability"] = 1e-3  # as if dates hardly ever differed
    (learnt,) = (
        found
        for found in with_m(settings, trained, project.identity, FILLED)["comparisons"]
        if found["output_column_name"] == "birth_date"
    )
    weights = [level["m_probability"] / level["u_probability"] for level in learnt["comparison_levels"][1:]]
    assert weights[1] > weights[-1]
    assert weights[-2] == pytest.approx(weights[-1])
    assert weights[-1] < 10


def test_attributes_that_the_model_does_not_compare_decide_nothing(project: Project) -> None:
    settings = build_settings(project.identity, FILLED)
    assert "national_id" in project.identity.attributes
    assert "national_id" not in compared(project.identity, settings).attributes
