import pytest
from sqlglot import condition, exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.comparisons import comparisons
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession


def test_attributes_that_a_deployment_lacks_drop_out(project: Project) -> None:
    assert [c.name for c in comparisons(project.identity, {"given", "family", "email"})] == [
        "name",
        "email",
        "mailbox",
        "household",
    ]


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


def test_a_household_is_weighed_where_names_and_what_its_members_share_are_known(project: Project) -> None:
    names = {"given", "family", "city"}
    assert [c.name for c in comparisons(project.identity, names)][-1] == "household"
    assert "household" not in [c.name for c in comparisons(project.identity, names - {"city"})]
    assert "household" not in [c.name for c in comparisons(project.identity, names - {"given"})]


HOME = {"family": "berg", "street": "1 high street", "postcode": "12345", "city": "ulm"}
ANNA = {**HOME, "given": "anna", "given_root": "anna", "email": "anna@b.de", "own_email": "anna@b.de"}
PAUL = {**HOME, "given": "paul", "given_root": "paul", "email": "paul@b.de", "own_email": "paul@b.de"}
ELSEWHERE = {"street": None, "postcode": None, "city": None}


@pytest.mark.parametrize(
    ("left", "right", "label"),
    [
        (ANNA, {**ANNA, "email": "berg@b.de", "own_email": "berg@b.de"}, "namesakes who share nothing else"),
        (ANNA, {**ANNA, "email": "berg@b.de", "own_email": None}, "others"),
        (ANNA, PAUL, "another given name"),
        (ANNA, {**PAUL, **ELSEWHERE, "email": "anna@b.de"}, "another given name"),
        (ANNA, {**PAUL, **ELSEWHERE}, "nothing to compare"),
        ({**ANNA, "phone": "+1"}, {**PAUL, **ELSEWHERE, "phone": "+1"}, "another given name"),
        ({**ANNA, "birth": "19800101"}, {**PAUL, "birth": "19800101"}, "others"),
        (ANNA, {**PAUL, "given": "a", "given_root": "a"}, "others"),
        (ANNA, {**PAUL, "given": "berg", "given_root": "berg", "family": "anna"}, "others"),
    ],
)
def test_members_of_a_household_are_told_from_one_person(
    session: DuckDBSession,
    project: Project,
    left: dict[str, str | None],
    right: dict[str, str | None],
    label: str,
) -> None:
    household = comparisons(project.identity, {"given", "family", "city"})[-1]
    names = ("given", "given_root", "family", "birth", "email", "own_email", "phone", "street", "postcode", "city")
    columns = {f"{name}_{side}": "varchar" for side in "lr" for name in names}
    session.stage_rows("pair", columns, [tuple(values.get(name) for values in (left, right) for name in names)])
    found = exp.Case().when(condition(household.null, dialect="duckdb"), exp.Literal.string("nothing to compare"))
    for level in household.levels[:-1]:
        found = found.when(condition(level.condition, dialect="duckdb"), exp.Literal.string(level.label))
    assert session.rows(exp.select(found.else_(exp.Literal.string("others"))).from_("pair")) == [(label,)]
