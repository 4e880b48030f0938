"""Every table has a sidecar, and the sidecar tells the truth of the table."""

from pathlib import Path

import pytest

from cdp_pipeline.assets.catalogue import ROOT, load_catalogue
from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.project import Project, load_project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession


def test_a_tables_columns_are_its_sidecars(sample: DuckDBSession, project: Project) -> None:
    for name, table in load_catalogue(project).items():
        found = sample.columns(name)
        declared = table.sidecar.types
        assert list(found) == list(declared), name


def test_every_sql_file_and_module_has_its_sidecar() -> None:
    no_tables = (
        "__init__",
        "delivered",
        "typed",
        "tables",
        "fetched",
        "expired_people",
        "quality_pages",
        "segment_queries",
        "silent_names",
        "people",
        "data_card",
        "score_inputs",
        "value_scores",
        "lapse_scores",
        "category_scores",
    )
    for path in ROOT.glob("*/*"):
        if path.suffix in (".sql", ".py") and path.stem not in no_tables:
            assert path.with_suffix(".yml").exists(), path


def test_every_read_table_is_in_the_catalogue(project: Project) -> None:
    catalogue = load_catalogue(project)
    for name, table in catalogue.items():
        assert table.reads <= set(catalogue), name


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("person_records:", "person_record:", r"maps\.person_record: not a unified table; choose one of"),
        ("given_name: first_name", "first_name: first_name", r"\.first_name: not a column of unified\.person_records"),
        ("given_name: first_name", "given_name: frst_name", r"\.given_name: 'frst_name' is not among the columns"),
        ("case when newsletter then", "case when newslettr then", "'newslettr' is not among the columns"),
        ("{table: subscribers,", "{table: subscriber,", "'subscriber' is not a table"),
    ],
)
def test_a_faulty_mapping_is_told_with_its_place(seeds: Path, old: str, new: str, message: str) -> None:
    path = seeds / "sources" / "email_marketing.yml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ConfigError, match=message) as caught:
        load_catalogue(load_project(seeds))
    lines = [number for number, line in enumerate(path.read_text().splitlines(), start=1) if new in line]
    assert any(f"email_marketing.yml:{number}: tables." in str(caught.value) for number in lines), caught.value


def test_a_segments_unknown_field_is_told_with_its_line(seeds: Path) -> None:
    path = seeds / "segments" / "store_and_web.yml"
    path.write_text(path.read_text().replace("store_orders", "store_order"))
    with pytest.raises(
        ConfigError,
        match=r"store_and_web\.yml:6: include\.rules\.0\.field: field 'store_order' does not exist; did you mean 'store_orders'\?",
    ):
        load_catalogue(load_project(seeds))


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (None, r"profile\.profile_changes\.yml:\d+: query: .*every_record.*\.sql is missing"),
        ("select from where", r"every_record.*\.sql: can't be read as SQL"),
        ("delete from profile.profiles", r"every_record.*\.sql: is not a single SELECT"),
        ("select 1 from profile.people", r"every_record.*\.sql: 'profile\.people' is not a table"),
        ("select 1 from segments.segment_members", r"profile\.profile_changes.* wait for each other"),
    ],
)
def test_a_truth_that_can_not_be_asked_is_told_with_its_file(seeds: Path, sql: str | None, message: str) -> None:
    path = seeds / "expectations" / "every_record_is_in_exactly_one_profile.sql"
    if sql is None:
        path.unlink()
    else:
        path.write_text(sql)
    with pytest.raises(ConfigError, match=message):
        load_catalogue(load_project(seeds))


def test_a_misspelt_event_of_the_metrics_is_told_and_one_of_no_source_is_not(seeds: Path) -> None:
    path = seeds / "metrics.yml"
    path.write_text(path.read_text().replace("bought: 5", "bougth: 5").replace("attended: 3", "rented: 3"))
    with pytest.raises(
        ConfigError, match=r"metrics\.yml:5: affinity\.weights: event 'bougth' does not exist; did you mean 'bought'"
    ) as told:
        load_catalogue(load_project(seeds))
    assert "rented" not in str(told.value)
