from pathlib import Path

import pytest

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.project import load_project

SEGMENT = "id: chosen\ndescription: Chosen\nowner: crm\nquery: chosen.sql\n"
SQL = "select profile_id from metrics.profile_metrics join run_days on as_of_day = day where frequency > 3"


def _write(seeds: Path, sql: str | None) -> None:
    (seeds / "segments" / "chosen.yml").write_text(SEGMENT)
    if sql is not None:
        (seeds / "segments" / "chosen.sql").write_text(sql)


def test_a_select_of_ids_is_a_segment(seeds: Path) -> None:
    _write(seeds, SQL)
    assert "metrics.profile_metrics" in load_catalogue(load_project(seeds))["segments.segment_members"].reads


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (None, r"chosen\.yml:4: query: .*chosen\.sql is missing"),
        ("drop table profile.profiles", "is not a single SELECT"),
        (f"{SQL}; {SQL}", "is not a single SELECT"),
        ("select profile_id, 1 as one from metrics.profile_metrics join run_days on true", "a segment selects `profile_id` alone"),
        ("select profile_id from metrics.profile_metrics", "reads no `run_days`"),
        (SQL.replace("metrics.profile_metrics", "segments.segment_members"), "'segments.segment_members' is not for segments"),
        ("select profile_id from read_csv('/etc/passwd') join run_days on true", "is no table of the pipeline"),
        ("select profile_id from '/etc/passwd' join run_days on true", "is no table of the pipeline"),
    ],
)  # fmt: skip
def test_what_is_no_segment_is_told(seeds: Path, sql: str | None, message: str) -> None:
    _write(seeds, sql)
    with pytest.raises(ConfigError, match=message):
        load_catalogue(load_project(seeds))
