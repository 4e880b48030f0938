from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.links import links_select
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def _links(session: DuckDBSession, project: Project, *decisions: tuple[str, str, str]) -> list[tuple[object, ...]]:
    """Evidence and strength of the pairs a–b, b–c and c–d; d holds nothing but what is decided."""
    ends = "least(record_number({0}), record_number({1})) as record_no_l, greatest(record_number({0}), record_number({1})) as record_no_r"
    ab, bc = ends.format("'a'", "'b'"), ends.format("'b'", "'c'")
    pairs = f"select {ab}, 12.0 as match_weight, 0.99 as match_probability union all select {bc}, 0.5, 0.6"
    session.replace_table("identity.scored_pairs", parse(pairs), lambda name: None)
    exact = f"select {ab}, 'email' as type, 'x' as value"
    session.replace_table("identity.identifier_links", parse(exact), lambda name: None)
    types = dict.fromkeys(("decision", "record_id_l", "record_id_r"), "varchar")
    session.stage_rows("decisions", types, list(decisions))
    session.stage("found", links_select(project.identity))
    named = " union all ".join(
        f"select '{x}{y}' as pair, {ends.format(repr(x), repr(y))}" for x, y in ("ab", "bc", "cd")
    )
    query = f"select pair, evidence, strength from ({named}) join found using (record_no_l, record_no_r) order by pair"
    return session.rows(parse(query))


def test_the_strongest_link_of_a_pair_counts_and_unlikely_pairs_do_not(
    session: DuckDBSession, project: Project
) -> None:
    assert _links(session, project) == [("ab", "identifier", project.identity.identifiers["email"].strength)]


def test_decisions_outrank_both(session: DuckDBSession, project: Project) -> None:
    found = _links(session, project, ("must_link", "b", "a"), ("cannot_link", "c", "d"))
    assert found == [("ab", "must_link", 1000.0), ("cd", "cannot_link", None)]


def test_what_can_not_be_one_person_has_no_strength_whatever_else_links_it(
    session: DuckDBSession, project: Project
) -> None:
    assert _links(session, project, ("cannot_link", "a", "b")) == [("ab", "cannot_link", None)]
