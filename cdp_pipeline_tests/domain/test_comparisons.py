import pytest

from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.comparisons import comparisons


def test_attributes_that_a_deployment_lacks_drop_out(project: Project) -> None:
    assert [c.name for c in comparisons(project.identity, {"given", "family", "email"})] == ["name", "email"]


def test_priors_are_probabilities_and_agreement_weighs_more_than_disagreement(project: Project) -> None:
    filled = {"given", "birth", "email", "phone", "street", "national_id"}
    for comparison in comparisons(project.identity, filled):
        if comparison.levels[0].fixed:
            continue
        assert sum(level.m for level in comparison.levels) == pytest.approx(1, abs=0.06)
        assert comparison.levels[0].m / comparison.levels[0].u > comparison.levels[-1].m / comparison.levels[-1].u


def test_namesakes_in_one_place_are_weighed_where_mailboxes_tell(project: Project) -> None:
    names = {"given", "family", "email", "city"}
    assert [c.name for c in comparisons(project.identity, names)][-1] == "household"
    assert "household" not in [c.name for c in comparisons(project.identity, names - {"email"})]
