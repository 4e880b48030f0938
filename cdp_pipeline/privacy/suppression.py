"""Keeping the erased out: their lines in the extracts that still hold them are emptied before anything is read.

`seeds/privacy/erasure_requests.csv` says who they are, in hashes. What belongs here: finding and emptying
such lines. What does not: what is hashed at erasure (`privacy.erasure`).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import cast

from sqlglot import exp

from cdp_pipeline.config.erasure_requests import load_erased
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.config.sources import Source, Table
from cdp_pipeline.domain.column_types import unparsed_selects
from cdp_pipeline.domain.expressions import macro, named, text, union_all, within
from cdp_pipeline.domain.person import source_contact_points, source_ids
from cdp_pipeline.domain.staging import LINE_DESCRIPTIONS, REJECT_DESCRIPTIONS
from cdp_pipeline.privacy.lines import over_lines, stage_typed
from cdp_pipeline.resources.landing import DeliveredFile, LandingZone
from cdp_pipeline.resources.parsing import parse_new
from cdp_pipeline.resources.scratch import scratch_folder
from cdp_pipeline.resources.warehouse import Session
from cdp_pipeline.sql.files import named_beside

QUERIES = named_beside(__file__)
KINDS = {"record_id": "record", "order_id": "order", "visitor_id": "visitor"}
"""Ids of the unified tables that are hashed beside e-mail addresses and telephone numbers, by kind."""


Delivered = tuple[str, Source, Table]
"""Name, source and configuration of a delivered table."""


class ErasedPeople:
    """The erased, as a session looks for them in delivered files; reads the temporary table `run_days`."""

    def __init__(self, session: Session, project: Project, sidecars: Mapping[str, Sidecar], data: Path) -> None:
        self._session, self._project, self._sidecars, self._data = session, project, sidecars, data
        hashes = load_erased(project.seeds)
        self._nobody = not hashes
        session.stage_rows("erased", dict.fromkeys(("kind", "sha256"), "varchar"), hashes)

    def people_first(self, tables: Iterable[Delivered]) -> list[Delivered]:
        """Tables that name people before those that only tell of orders: these go where their order went."""
        return sorted(tables, key=lambda parts: not any(True for _ in self._hashed_people(parts[0], parts[1])))

    def keep_out(self, landing: LandingZone, name: str, source: Source, definition: Table, day: date) -> int:
        """Empty the lines of the erased in a table's files of a day; returns their number.

        Raises ExtractError for a file that can't be used.
        """
        if self._nobody:
            return 0
        emptied = 0
        for file in landing.inspect(definition, day):
            with scratch_folder(self._data) as scratch:
                self._stage(landing, definition, file, scratch)
            self._session.stage("erased_lines", self._lines(name, source, definition))
            gone = [(int(line), following) for line, following in self._session.rows(QUERIES["records_of_erased"])]
            if gone:
                self._session.append("erased", self._orders(name, source))
                landing.empty(file.path, definition, gone)
            emptied += len(gone)
        return emptied

    def _stage(self, landing: LandingZone, definition: Table, file: DeliveredFile, scratch: Path) -> None:
        """`delivered_lines`: the file's lines as `raw` would have them."""
        described = {**LINE_DESCRIPTIONS, **REJECT_DESCRIPTIONS}
        types = dict.fromkeys(definition.columns, "VARCHAR") | {name: c.type for name, c in described.items()}
        reader = landing.reader(definition, file, "looked_at", tuple(types))
        self._session.stage("delivered_lines", self._session.rows_of_files([reader], types, scratch))

    def _lines(self, name: str, source: Source, definition: Table) -> exp.Query:
        """Numbers of lines with an id or a contact point of the erased; of unreadable ones, with an address."""
        deployment = self._project.deployment
        known = "staging.parsed_values"
        self._session.stage(
            "looked_at_values", QUERIES["parsed_values" if self._session.columns(known) else "no_parsed_values"]
        )
        for asked in unparsed_selects(name, definition, deployment):
            parse_new(self._session, over_lines(asked, name, "delivered_lines"), "looked_at_values")
        stage_typed(self._session, self._project, name, definition, "delivered_lines", "looked_at_values")
        erased = exp.select("kind", "sha256").from_("erased")
        found = [cast(exp.Select, QUERIES["unreadable_lines"].copy())]
        for kind, value in self._hashed(name, source):
            hashed = exp.Tuple(expressions=[kind, exp.func("sha256", value)])
            found.append(exp.select("_line").from_("typed_lines").where(within(hashed, erased)))
        told = [
            within(exp.Tuple(expressions=[kind, exp.func("sha256", written)]), erased)
            for kind, value in source_contact_points(self._project, self._sidecars, source, source.plain_name(name))
            for written in (value, macro("mailbox", value))
        ]
        self._session.stage("told_lines", exp.select("*").from_("typed_lines").where(exp.or_(exp.false(), *told)))
        if self._session.rows(exp.select("1").from_("told_lines").limit(1)):
            others = self._names_the_living(name, source)
            found.append(exp.select("_line").from_("told_lines").where(exp.not_(others)))
        return union_all(found)

    def _names_the_living(self, name: str, source: Source) -> exp.Expr:
        """Whether a line names a person's record that is there and was not erased: the address is told of, or theirs now."""
        if not self._session.columns("identity.identity_map"):
            return exp.false()
        living = QUERIES["living"]
        ids = source_ids(self._project, self._sidecars, source, source.plain_name(name))
        named_ids = [within(value, living.copy()) for id_name, value, _ in ids if id_name == "record_id"]
        return exp.func("coalesce", exp.or_(exp.false(), *named_ids), exp.false())

    def _hashed(self, name: str, source: Source) -> Iterator[tuple[exp.Expr, exp.Expr]]:
        """Kind and value of the ids that may be hashed."""
        plain = source.plain_name(name)
        for id_name, value, _ in source_ids(self._project, self._sidecars, source, plain):
            if id_name in KINDS:
                yield text(KINDS[id_name]), value

    def _hashed_people(self, name: str, source: Source) -> Iterator[str]:
        ids = source_ids(self._project, self._sidecars, source, source.plain_name(name))
        return (id_name for id_name, _, _ in ids if id_name == "record_id")

    def _orders(self, name: str, source: Source) -> exp.Query:
        """Hashes of the orders of these lines, whose articles another file tells."""
        orders = [
            exp.select(named(text("order"), "kind"), named(exp.func("sha256", value), "sha256"))
            .from_("typed_lines")
            .where(value.is_(exp.null()).not_(), "_line in (select _line from erased_lines)")
            for id_name, value, _ in source_ids(self._project, self._sidecars, source, source.plain_name(name))
            if id_name == "order_id"
        ]
        return union_all(orders) if orders else exp.select("*").from_("erased").where(exp.false())
