from pathlib import Path

import pytest

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.sidecars import segment_vocabulary
from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.project import load_project

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
