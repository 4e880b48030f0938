import stat
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.privacy.pseudonyms import KEY_VARIABLE, key_file, pseudonym_key, public_selects
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.lineage import parse

COLUMNS = {
    "profile_id": {"published_as": "keyed"},
    "email": {"privacy": "direct_identifier"},
    "city": {"published_as": "left_out"},
    "birth_date": {"type": "DATE", "published_as": "age_band"},
    "gender": {"published_as": "group"},
    "postcode": {"published_as": "postcode_area"},
    "region": {"published_as": "region"},
    "country": {"published_as": "country"},
    "records": {"type": "BIGINT"},
}
SIDECAR = Sidecar.model_validate(
    {
        "description": "x",
        "grain": "a person",
        "key": ["profile_id"],
        "columns": {n: {"type": "VARCHAR", "description": n, **content} for n, content in COLUMNS.items()},
    }
)
PERSON = st.tuples(
    st.sampled_from(["1960-05-01", "1985-05-01", "1986-01-01", None]),
    st.sampled_from(["f", "m", None]),
    st.sampled_from([("75001", "Paris", "FR"), ("75019", "Paris", "FR"), ("14000", "Nord", "FR"), (None, None, "DE")]),
)


def _published(session: DuckDBSession, people: list[tuple[Any, ...]], key: str, smallest: int) -> list[dict[str, Any]]:
    rows = [
        (f"P{number}", f"a{number}@x.fr", "Paris", born, gender, *home, 1)
        for number, (born, gender, home) in enumerate(people)
    ]
    session.stage_rows("given", SIDECAR.types, rows)
    session.replace_table("profile.t", parse("select * from given"), lambda name: None)
    session.replace_table("quality.extracts", parse("select date '2026-11-15' as extract_date"), lambda name: None)
    ((_, query),) = public_selects(session, [("profile.t", SIDECAR)], key, smallest)
    return [dict(zip(query.named_selects, row, strict=True)) for row in session.rows(query)]


def test_ids_are_keyed_and_what_identifies_stays_out(session: DuckDBSession) -> None:
    one, other = (_published(session, [(None, None, (None, None, None))], key, 1)[0] for key in ("one", "other"))
    assert set(one) == {"profile_id", "age_band", "gender", "postcode_area", "region", "country", "records"}
    assert one["profile_id"] != other["profile_id"] != "P0"
    assert one == _published(session, [(None, None, (None, None, None))], "one", 1)[0]


@pytest.mark.parametrize(("born", "band"), [("2008-11-16", "under 18"), ("2008-11-15", "18 to 24"), (None, None)])
def test_ages_are_bands_as_of_the_newest_day(session: DuckDBSession, born: str | None, band: str | None) -> None:
    assert _published(session, [(born, "f", ("75001", "Paris", "FR"))], "key", 1)[0]["age_band"] == band


def test_homes_are_told_as_exactly_as_a_crowd_shares_them(session: DuckDBSession) -> None:
    people = [("1985-01-01", "f", (code, "Paris", "FR")) for code in ["75001"] * 3 + ["75002", "75003", "75011"]]
    people.append(("1985-01-01", "f", ("14000", "Nord", "FR")))
    told = Counter(
        (row["postcode_area"], row["region"], row["age_band"]) for row in _published(session, people, "k", 2)
    )
    shared = ("Paris", "35 to 44")
    assert told == {("75001", *shared): 3, ("750", *shared): 3, (None, None, None): 1}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(PERSON, max_size=40), smallest=st.integers(1, 6))
def test_whoever_is_told_of_is_one_of_a_group(
    session: DuckDBSession, people: list[tuple[Any, ...]], smallest: int
) -> None:
    rows = _published(session, people, "key", smallest)
    parts = ("age_band", "gender", "postcode_area", "region", "country")
    groups = Counter(tuple(row[part] for part in parts) for row in rows)
    assert len(rows) == len(people)
    assert all(count >= smallest for group, count in groups.items() if any(group))


def test_the_key_is_made_once_and_its_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    settings = Settings(tmp_path, 1, "1GB")
    key = pseudonym_key(settings)
    assert len(key) == 64
    assert pseudonym_key(settings) == key
    assert stat.S_IMODE(key_file(settings).stat().st_mode) == 0o600
    monkeypatch.setenv(KEY_VARIABLE, "given")
    assert pseudonym_key(settings) == "given"
