from cdp_pipeline.config.survivorship import Survivorship
from cdp_pipeline.domain.contact_points import events_select
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession


def test_events_tell_of_the_kind_that_they_are_declared_for(session: DuckDBSession) -> None:
    told = {"email": {"lost": ["bounced"], "used": ["clicked"]}, "phone": {"lost": ["no answer"]}}
    rules = Survivorship.model_validate({"attributes": {}, "contact_events": told})
    rows = [("email", "bounced", "lost"), ("email", "clicked", "used"), ("phone", "no answer", "lost")]
    assert sorted(session.rows(events_select(rules))) == rows


def test_without_events_nothing_is_told(session: DuckDBSession) -> None:
    assert session.rows(events_select(Survivorship.model_validate({"attributes": {}}))) == []
