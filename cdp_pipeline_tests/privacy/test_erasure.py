"""Erasure, on copies of the sample: the bytes are gone everywhere, nobody else changes, nobody comes back."""

import base64
import json
import random
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest
from ahocorasick_rs import BytesAhoCorasick

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.config.project import load_project
from cdp_pipeline.privacy import erasure
from cdp_pipeline.privacy.erasure import Erasure, Request, UnclearRequest, erase
from cdp_pipeline.resources.warehouse import WarehouseError
from cdp_pipeline.settings import Settings
from cdp_pipeline_tests.homes import REPOSITORY, cdp

ADRIAN = "adrian.keller@gmail.com"
LAST, NEXT = "2026-11-15", "2026-11-16"
OF_PEOPLE = {
    "identity.identity_map": "profile_id",
    "identity.identity_events": "profile_id",
    "profile.profiles": "profile_id",
    "profile.profile_attributes": "profile_id",
    "profile.profile_contact_points": "profile_id",
    "profile.consent_state": "profile_id",
    "profile.timeline": "coalesce(profile_id, visitor_id)",
    "segments.segment_members": "profile_id",
    "activation.delivery_members": "profile_id",
}


def _erase(home: Path, requests: list[Request], *, dry_run: bool = False) -> Erasure:
    project = load_project(home / "seeds")
    sidecars = {name: table.sidecar for name, table in load_catalogue(project).items()}
    return erase(Settings(home, 2, "2GB"), project, sidecars, requests, dry_run=dry_run)


@pytest.fixture(scope="module")
def copied(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(sample_home, tmp_path_factory.mktemp("erased") / "home"))


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_home, tmp_path / "home"))


def _read(home: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(home / "data" / "warehouse" / "cdp.duckdb"), read_only=True)


def _told_of(home: Path, profiles: list[str]) -> set[bytes]:
    """What a byte search looks for: contact points, ids, and names beside birth dates."""
    with _read(home) as connection:
        connection.execute("create temp table asked as select unnest($1) as profile_id", [profiles])
        connection.execute(
            "create temp table mine as select r.* from unified.person_records r join identity.identity_map using (record_id) "
            "where profile_id in (from asked)"
        )
        found = connection.execute(
            """
            with points as (
                select value from unified.contact_points where record_id in (select record_id from mine)
                    and kind in ('email', 'phone')
                except select value from unified.contact_points where record_id not in (select record_id from mine)
                except select value from unified.identifiers where record_id not in (select record_id from mine)
            ),
            delivered as (
                select m.courriel as value, staged.courriel as canonical from raw.store_pos__members as m
                join staging.store_pos__members as staged using (carte) where 'store_pos.members:' || carte in (select record_id from mine)
                union all
                select m.portable, staged.portable from raw.store_pos__members as m
                join staging.store_pos__members as staged using (carte) where 'store_pos.members:' || carte in (select record_id from mine)
                union all
                select m.phone, staged.phone from raw.web_shop__accounts as m
                join staging.web_shop__accounts as staged using (account_no)
                where 'web_shop.accounts:' || account_no in (select record_id from mine)
            )
            select value from points
            union select value from delivered where canonical in (from points)
            union select profile_id from asked
            union select record_id from mine
            union (
                select source_key from mine where length(source_key) > 5
                except select source_key from unified.person_records where record_id not in (select record_id from mine)
            )
            union select first_name || ',' || last_name || ',' || birth_date from raw.web_shop__accounts
                where 'web_shop.accounts:' || account_no in (select record_id from mine)
            union select first_name || ',' || last_name || ',' || birth_date from raw.sales_crm__contacts
                where 'sales_crm.contacts:' || contact_id in (select record_id from mine)
            union select order_id from unified.orders where record_id in (select record_id from mine)
            """
        ).fetchall()
    return {str(value).encode() for (value,) in found if value is not None}


def _files(home: Path) -> Iterator[Path]:
    return (
        path for path in sorted(home.rglob("*")) if path.is_file() and path.parts[len(home.parts)] in ("data", "seeds")
    )


def _holding(home: Path, needles: set[bytes]) -> dict[str, bytes]:
    listed = sorted(needles)
    search = BytesAhoCorasick(listed)
    held = {}
    for path in _files(home):
        content = path.read_bytes()
        # Packed texts stand one after another: the end of one and the start of the next may spell a short key.
        shortest = 8 if path.suffix in (".duckdb", ".parquet") else 1
        for needle, start, end in search.find_matches_as_indexes(content):
            if end - start >= shortest and not _is_in_a_digest(content, start, end):
                held[str(path.relative_to(home))] = listed[needle]
                break
    return held


def _is_in_a_digest(content: bytes, start: int, end: int) -> bool:
    """Whether it stands within the digits of a run's id or a digest, which by chance spell a key such as a100045.

    A row of keys is none, though all their letters and digits are hexadecimal: it has no b, d, e or f.
    """
    before = re.search(rb"[0-9a-f-]*\Z", content[max(0, start - 64) : start])
    after = re.match(rb"[0-9a-f-]*", content[end : end + 64])
    assert before and after
    around = before[0] + content[start:end] + after[0]
    return len(around) >= 32 and any(letter in around for letter in b"bdef")


def _rows_of_others(home: Path, profiles: list[str]) -> dict[str, list[tuple[object, ...]]]:
    with _read(home) as connection:
        connection.execute("create temp table asked as select unnest($1) as profile_id", [profiles])
        return {
            name: connection.execute(
                f"select * from {name} where coalesce({who}, '') not in (from asked) order by all"
            ).fetchall()
            for name, who in OF_PEOPLE.items()
        }


def test_a_hundred_people_leave_no_byte_change_nobody_and_stay_away(copied: Path) -> None:
    with _read(copied) as connection:
        everybody = [
            row[0] for row in connection.execute("select profile_id from profile.profiles order by 1").fetchall()
        ]
    people = random.Random(7).sample(everybody, 100)
    told = _told_of(copied, people)
    assert len(told) > 400
    before = _rows_of_others(copied, people)
    landing = copied / "data" / "landing"
    held = {folder: copied.parent / folder.parent.name for folder in landing.glob(f"*/{LAST}")}
    for folder, kept in held.items():
        shutil.copytree(folder, folder.with_name(NEXT))  # delivered, and not read yet
        shutil.copytree(folder, kept)
    file = copied.parent / "requests.csv"
    file.write_text("kind,value\n" + "".join(f"profile,{profile}\n" for profile in people))
    done = cdp(copied, "erase", "--request-file", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no row is left, and no file holds the person" in done.stdout
    assert _rows_of_others(copied, people) == before
    assert not _holding(copied, told)

    for folder, kept in held.items():
        shutil.copytree(kept, folder.with_name(NEXT), dirs_exist_ok=True)  # the sources hold them still
    assert _holding(copied, told)
    run = cdp(copied, "run", "--date", NEXT)
    assert run.returncode == 0, run.stdout + run.stderr
    assert not _holding(copied, told)
    with _read(copied) as connection:
        alive = {row[0] for row in connection.execute("select profile_id from profile.profiles").fetchall()}
    assert not alive & set(people)
    assert alive == set(everybody) - set(people)


def test_a_dry_run_counts_and_changes_nothing(home: Path) -> None:
    files = {path: path.read_bytes() for path in _files(home)}
    found = _erase(home, [Request("email", ADRIAN, "--email")], dry_run=True)
    assert (found.profiles, found.records, found.partners) == (1, 4, ["marketing_cloud", "website"])
    assert found.rows["unified.person_records"] == 4
    assert found.lines["sales_crm/2026-11-15/contacts.csv"] == 1
    changed = {path for path in _files(home) if files.get(path) != path.read_bytes()}
    assert {path.name for path in changed} <= {"cdp.duckdb"}  # DuckDB notes that it was opened
    assert found.rows == _erase(home, [Request("email", ADRIAN, "--email")], dry_run=True).rows


def test_an_erasure_that_fails_at_any_step_is_repeated_as_a_whole(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = _told_of(home, _profiles_of(home, ADRIAN))
    for step in ("empty_landing", "_clean_files", "publish"):
        with monkeypatch.context() as broken:
            broken.setattr(erasure, step, _fails_after(getattr(erasure, step)))
            with pytest.raises(OSError, match="the disk is full"):
                _erase(home, [Request("email", ADRIAN, "--email")])
        assert _profiles_of(home, ADRIAN)
    assert not _erase(home, [Request("email", ADRIAN, "--email")]).left
    assert not _holding(home, told)


def test_the_report_counts_and_tells_of_nobody(home: Path) -> None:
    told = _told_of(home, _profiles_of(home, ADRIAN))
    found = _erase(home, [Request("phone", "06 44 64 17 00", "--phone"), Request("email", ADRIAN, "--email")])
    (path,) = (home / "data" / "erasures").iterdir()
    report = json.loads(path.read_text())
    assert (report["profiles"], report["left"]) == (1, [])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not any(needle in path.read_bytes() for needle in told)
    assert found.hashes > 10
    with _read(home) as connection:
        removals = connection.execute("from activation.removals order by all").fetchall()
    assert [(row[1], row[2], len(row[3][0]), row[5]) for row in removals] == [
        ("marketing_cloud", 1, 16, None),
        ("website", 1, 16, None),
    ]


HOOK = """name: hook
description: Hashes in Base64, for a server that is not there
format: file
file_type: jsonl
columns: {mail: {field: email, as: sha256_base64}, first: {field: given_name}}
keys: [mail]
segments: [newsletter_active]
channel: email
purposes: [newsletter]
minimum_size: 1
contact_cap: false
target: {kind: webhook, url: "http://127.0.0.1:9/", secret: CDP_PSEUDONYM_KEY, attempts: 1, seconds_between: 0.01}
"""


def test_partners_files_tell_nothing_any_more_in_whatever_form(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "seeds" / "destinations" / "hook.yml").write_text(HOOK)
    monkeypatch.setenv("CDP_PSEUDONYM_KEY", (home / "data" / "keys" / "pseudonyms.key").read_text().strip())
    failed = cdp(home, "deliver", "hook")
    assert failed.returncode == 1
    assert "hook: batch 1 of 1: the server can't be reached" in failed.stdout + failed.stderr
    with _read(home) as connection:
        who, address = connection.execute(
            "select profile_id, profiles.email from activation.outbox join profile.profiles using (profile_id) "
            "join activation.delivery_members using (profile_id) where delivery_members.destination = 'website' order by 1"
        ).fetchall()[0]
    hashed = base64.b64encode(sha256(address.encode()).digest())
    (waiting,) = (home / "data/exports/.pending/hook").glob("*/add.jsonl")
    assert hashed in waiting.read_bytes()
    known = _published(home, who)
    assert _told_in_exports(home, known)
    _erase(home, [Request("profile", who, "--profile")])
    assert not _told_in_exports(home, known)
    assert not _told_in_exports(home, hashed)
    assert cdp(home, "deliver", "hook").returncode == 1
    with _read(home) as connection:
        told = connection.execute(
            "select status from activation.deliveries where destination = 'hook' order by delivery_id"
        ).fetchall()
    assert told == [("abandoned",), ("failed",)]


def _published(home: Path, who: str) -> bytes:
    key = (home / "data" / "keys" / "pseudonyms.key").read_text().strip()
    return sha256(f"{key}{who}".encode()).hexdigest()[:16].encode()


def _told_in_exports(home: Path, value: bytes) -> list[Path]:
    return [path for path in (home / "data/exports").rglob("*") if path.is_file() and value in path.read_bytes()]


def test_an_address_of_several_people_is_no_clear_request(home: Path) -> None:
    with _read(home) as connection:
        shared = connection.execute(
            "select value from profile.profile_contact_points where kind = 'email' group by value "
            "having count(distinct profile_id) > 1 order by 1"
        ).fetchall()
    with pytest.raises(UnclearRequest, match="requests.csv:2: 2 profiles hold it") as caught:
        _erase(home, [Request("email", shared[0][0], "requests.csv:2")])
    assert shared[0][0] not in str(caught.value)


def test_a_request_for_nobody_is_told_and_changes_nothing(home: Path) -> None:
    found = _erase(home, [Request("email", "nobody@example.org", "--email")])
    assert (found.unknown, found.rows, found.hashes) == (["--email"], {}, 0)
    assert not (home / "data" / "erasures").exists()


def test_of_who_expired_only_the_records_stay_away(home: Path) -> None:
    (adrian,) = _profiles_of(home, ADRIAN)
    project = load_project(home / "seeds")
    sidecars = {name: table.sidecar for name, table in load_catalogue(project).items()}
    found = erase(Settings(home, 2, "2GB"), project, sidecars, [], dry_run=False, expired=[adrian])
    assert (found.profiles, found.left, _profiles_of(home, ADRIAN)) == (1, [], [])
    kinds = {row.split(",")[2] for row in (home / "seeds/privacy/erasure_requests.csv").read_text().splitlines()[1:]}
    assert kinds == {"record", "order", "visitor"}
    assert len((home / "seeds/privacy/suppressions.csv").read_text().splitlines()) == 1


def test_before_a_run_reached_its_end_nobody_is_erased(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "seeds", tmp_path / "seeds")
    with pytest.raises(WarehouseError, match="let a run reach its end first"):
        _erase(tmp_path, [Request("email", ADRIAN, "--email")])


def _profiles_of(home: Path, email: str) -> list[str]:
    with _read(home) as connection:
        asked = "select distinct profile_id from profile.profile_contact_points where value = ?"
        return [row[0] for row in connection.execute(asked, [email]).fetchall()]


def _fails_after(step: Callable[..., object]) -> Callable[..., object]:
    def failing(*given: object, **named: object) -> object:
        step(*given, **named)
        raise OSError("the disk is full")

    return failing
