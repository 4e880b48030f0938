from cdp_pipeline.config.project import Project
from cdp_pipeline.domain.linkage import build_settings
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.linker import filled_columns, score, train
from cdp_pipeline.sql.lineage import parse


def _records(session: DuckDBSession) -> None:
    rows = (
        "select 1 as record_no, 'a' as record_id, 'rare@x.fr' as email, 'rare' as mailbox_name, 'd' as family_initial "
        "union all select 2, 'b', 'rare@x.fr', 'rare', 'd' union all select 3, 'c', 'other@x.fr', 'other', 'e'"
    )
    session.replace_table("identity.linkage_records", parse(rows), lambda name: None)
    frequencies = "select 'v' as version, 'email' as attribute, 'rare@x.fr' as value, 0.000001 as frequency"
    session.replace_table("identity.term_frequencies", parse(frequencies), lambda name: None)


def test_columns_that_hold_values_are_found(session: DuckDBSession) -> None:
    _records(session)
    assert filled_columns(session) == {"email", "mailbox_name", "family_initial"}


def test_a_deployment_that_knows_nothing_but_addresses_trains_what_it_can(
    session: DuckDBSession, project: Project
) -> None:
    _records(session)
    settings, notes = train(session, project.identity, {"email", "mailbox_name"})
    assert [comparison["output_column_name"] for comparison in settings["comparisons"]] == ["email"]
    assert "no deterministic rule has all its columns" in notes[0]


def test_a_shared_rare_mailbox_scores_and_nothing_stays_behind(session: DuckDBSession, project: Project) -> None:
    _records(session)
    settings = build_settings(project.identity, filled_columns(session))
    settings["probability_two_random_records_match"] = 0.01
    session.stage(
        "candidates", parse("select '0' as match_key, 1 as join_key_l, 2 as join_key_r union all select '0', 1, 3")
    )
    score(session, settings, 0.5, "identity.linkage_records", "found")
    assert session.rows(parse("select record_no_l, record_no_r from found")) == [(1, 2)]
    assert session.rows(parse("select count(*) from duckdb_databases() where database_name = 'linkage_scratch'")) == [
        (0,)
    ]
