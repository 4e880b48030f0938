from datetime import date
from pathlib import Path

import pytest

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.sidecars import segment_vocabulary
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.project import load_project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import WarehouseError, unaudited
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.lineage import parse

SQL = """
select run_days.day as as_of_day, timeline.profile_id, count(*) as boots_bought
from profile.timeline as timeline
join run_days on timeline.occurred_on <= run_days.day
where timeline.event = 'bought' and timeline.category = 'boots' and timeline.profile_id is not null
group by run_days.day, timeline.profile_id
"""
SIDECAR = """
description: Boots of each customer
grain: profile with boots, as of a day
key: [as_of_day, profile_id]
partition: as_of_day
columns:
  as_of_day: {type: DATE, description: Day}
  profile_id: {type: VARCHAR, description: Profile, published_as: keyed}
  boots_bought: {type: BIGINT, description: Boots bought so far}
"""


def _write(seeds: Path, name: str, sql: str | None = SQL, sidecar: str | None = SIDECAR) -> None:
    (seeds / "metrics").mkdir(exist_ok=True)
    for suffix, content in ((".sql", sql), (".yml", sidecar)):
        if content is not None:
            (seeds / "metrics" / f"{name}{suffix}").write_text(content)


def test_two_files_make_a_table_and_a_field(seeds: Path) -> None:
    _write(seeds, "boots")
    project = load_project(seeds)
    table = load_catalogue(project)["metrics.boots"]
    assert table.reads == {"profile.timeline"}
    assert segment_vocabulary(project).fields["boots_bought"].table == "metrics.boots"


@pytest.mark.parametrize(
    ("sql", "sidecar", "message"),
    [
        (None, SIDECAR, r"boots\.yml: boots\.sql is missing"),
        (SQL, None, r"boots\.sql: boots\.yml is missing"),
        ("delete from profile.timeline", SIDECAR, r"boots\.sql: is not a single SELECT"),
        ("select from where", SIDECAR, r"boots\.sql: can't be read as SQL|is not a single SELECT|selects the columns"),
        (SQL.replace("boots_bought", "boots"), SIDECAR, r"selects the columns .*, and boots\.yml describes"),
        (SQL.replace("profile.timeline", "segments.segment_members"), SIDECAR, "'segments.segment_members' is not a table that a metric may read"),
        ("select date '2026-01-01' as as_of_day, 'P' as profile_id, 1 as boots_bought", SIDECAR, "reads no `run_days`"),
        (SQL, SIDECAR.replace("partition: as_of_day\n", ""), "a metric has `key: "),
        (SQL.replace("from profile", "from read_csv('/etc/passwd') cross join profile"), SIDECAR, "is no table of the pipeline"),
        (SQL.replace("count(*)", "count(*) * random()"), SIDECAR, "answers otherwise from one run to the next"),
        (SQL.replace("boots_bought", "frequency"), SIDECAR.replace("boots_bought", "frequency"), r"boots\.yml:9: columns.frequency: a field that ships"),
    ],
)  # fmt: skip
def test_what_is_no_metric_is_told(seeds: Path, sql: str | None, sidecar: str | None, message: str) -> None:
    _write(seeds, "boots", sql, sidecar)
    with pytest.raises(ConfigError, match=message):
        load_catalogue(load_project(seeds))


def test_a_metric_may_not_take_the_place_of_one_that_ships(seeds: Path) -> None:
    _write(seeds, "favourites")
    with pytest.raises(ConfigError, match="'favourites' is a table that ships"):
        load_catalogue(load_project(seeds))


def test_a_profile_with_several_rows_is_refused(seeds: Path, run_of_a_day: DuckDBSession) -> None:
    several = SQL.replace("group by run_days.day, timeline.profile_id", "").replace("count(*)", "1")
    _write(seeds, "boots", several)
    project = load_project(seeds)
    touches = "select 'P' as profile_id, date '2026-11-15' as occurred_on, 'bought' as event, 'boots' as category from range(2)"
    run_of_a_day.replace_table("profile.timeline", parse(touches), unaudited)
    table = load_catalogue(project)["metrics.boots"]
    run = TableRun(table, run_of_a_day, project, Settings(seeds.parent, 2, "2GB"), (date(2026, 11, 15),), "run")
    with pytest.raises(WarehouseError, match=r"boots\.sql: 2 rows are of 1 profiles"):
        table.build(run)
