import pytest
from sqlglot import condition, exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.comparisons import comparisons
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession


def test_attributes_that_a_deployment_lacks_drop_out(project: Project) -> None:
    assert [c.name for c in comparisons(project.identity, {"given", "family", "email"})] == ["name", "email", "mailbox"]


def test_priors_are_probabilities_and_agreement_weighs_more_than_disagreement(project: Project) -> None:
    filled = {"given", "birth", "email", "phone", "street", "national_id"}
    for comparison in comparisons(project.identity, filled):
        if comparison.levels[0].fixed:
            continue
        assert sum(level.m for level in comparison.levels) == pytest.approx(1, abs=0.06)
        assert comparison.levels[0].m / comparison.levels[0].u > comparison.levels[-1].m / comparison.levels[-1].u


@pytest.mark.parametrize(
    ("given", "family", "mailbox", "domains", "is_said_twice"),
    [
        ("anna", "berg", "anna.berg2", ("gmail.com", "free.fr"), True),
        ("anna", "van berg", "vanberg77", ("gmail.com", "free.fr"), True),
        ("anna", "berg", "anna.berg2", ("gmail.com", "gmail.com"), False),
        ("anna", "berg", "sunshine77", ("gmail.com", "free.fr"), False),
        ("al", "wu", "alwurz77", ("gmail.com", "free.fr"), False),
        ("anna", "berg", "anna", ("gmail.com", "free.fr"), False),
        (None, None, "anna.berg2", ("gmail.com", "free.fr"), False),
    ],
)
def test_a_mailbox_name_that_the_name_tells_is_said_twice_elsewhere(
    session: DuckDBSession,
    project: Project,
    given: str | None,
    family: str | None,
    mailbox: str,
    domains: tuple[str, str],
    is_said_twice: bool,
) -> None:
    found = {c.name: c for c in comparisons(project.identity, {"given", "family", "email"})}["mailbox"]
    names = ("given", "family", "mailbox_name", "email")
    sides = {
        "l": (given, family, mailbox, f"{mailbox}@{domains[0]}"),
        "r": (None, None, mailbox, f"{mailbox}@{domains[1]}"),
    }
    columns = {f"{name}_{side}": "varchar" for side in sides for name in names}
    session.stage_rows("pair", columns, [(*sides["l"], *sides["r"])])
    assert session.rows(exp.select(condition(found.levels[0].condition, dialect="duckdb")).from_("pair")) == [
        (is_said_twice,)
    ]
    assert found.levels[0].fixed and found.levels[0].m < found.levels[0].u


def test_namesakes_in_one_place_are_weighed_where_mailboxes_tell(project: Project) -> None:
    names = {"given", "family", "email", "city"}
    assert [c.name for c in comparisons(project.identity, names)][-1] == "household"
    assert "household" not in [c.name for c in comparisons(project.identity, names - {"email"})]
