"""What a partner sends back is a source like any other: it takes people out of the same day's deliveries."""

import csv
import shutil
from pathlib import Path

import duckdb
import pytest

from cdp_pipeline_tests.homes import REPOSITORY, cdp

DAY = "2026-11-16"
EVENTS = ("bounced", "unsubscribed", "complained")


@pytest.fixture(scope="module")
def told(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[str, str]]]:
    """The sample a day later, on which three of its members are reported back; (profile, key) by event."""
    home = Path(shutil.copytree(sample_home, tmp_path_factory.mktemp("feedback") / "home"))
    shutil.copy(REPOSITORY / "docs" / "examples" / "mailing_feedback.yml", home / "seeds" / "sources")
    with duckdb.connect(str(home / "data/warehouse/cdp.duckdb"), read_only=True) as connection:
        members = connection.execute(
            "select members.profile_id, members.keys[1], profiles.email from activation.delivery_members as members "
            "join profile.profiles as profiles using (profile_id) where destination = 'marketing_cloud' and profile_id in "
            "(select profile_id from profile.profile_contact_points where kind = 'email' group by profile_id having count(*) = 1) "
            "and profiles.email not in (select value from profile.profile_contact_points group by value having count(*) > 1) "
            "order by 1 limit 3"
        ).fetchall()
    path = home / "data" / "landing" / "mailing_feedback" / DAY / "feedback.csv"
    path.parent.mkdir(parents=True)
    lines = [
        f"{n},{email},{event},{DAY} 09:00:00\n"
        for n, (event, (_, _, email)) in enumerate(zip(EVENTS, members, strict=True))
    ]
    path.write_text("event_id,email,event,occurred_at\n" + "".join(lines))
    done = cdp(home, "run", "--date", DAY)
    assert done.returncode == 0, done.stdout + done.stderr
    return home, {event: (who, key) for event, (who, key, _) in zip(EVENTS, members, strict=True)}


def test_the_same_days_delivery_takes_them_back(told: tuple[Path, dict[str, tuple[str, str]]]) -> None:
    home, people = told
    with (home / "data/exports/marketing_cloud" / f"{DAY}.1" / "remove.csv").open(newline="") as file:
        removed = {row["SubscriberKey"] for row in csv.DictReader(file)}
    assert {key for _, key in people.values()} <= removed


def test_each_is_refused_for_its_reason(told: tuple[Path, dict[str, tuple[str, str]]]) -> None:
    home, people = told
    with duckdb.connect(str(home / "data/warehouse/cdp.duckdb"), read_only=True) as connection:
        refused = dict(
            connection.execute(
                "select profile_id, refusal from activation.audiences where destination = 'marketing_cloud'"
            ).fetchall()
        )
        reasons = dict(
            connection.execute(
                "select profile_id, reason from profile.consent_state where channel = 'email' and purpose = 'newsletter'"
            ).fetchall()
        )
    found = {event: refused.get(who) for event, (who, _) in people.items()}
    assert found == {"bounced": "invalid_contact", "unsubscribed": "no_consent", "complained": "no_consent"}
    assert reasons[people["complained"][0]] == "objection"
