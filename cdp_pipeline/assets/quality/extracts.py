"""`quality.extracts`: the run's files, each checked before any table changes.

Every raw table depends on this one, so that one unusable file stops the day as a whole. Before that,
lines of erased people are emptied in the files, so that no table ever holds them again.
"""

import json
from contextlib import suppress

from sqlglot import exp

from cdp_pipeline.assets.sidecars import unified_sidecars
from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.privacy.suppression import ErasedPeople
from cdp_pipeline.resources.extracts import ExtractError
from cdp_pipeline.resources.landing import digest


class UnusableExtracts(ExtractError):
    """All faults of a day's files together."""

    def __init__(self, faults: list[str]) -> None:
        Exception.__init__(self, "\n".join([f"{len(faults)} unusable extract(s); no table was changed:", *faults]))


def _keep_out(run: TableRun) -> int:
    """Empty what the run's files tell of the erased; a file that can't be used is left for its inspection to refuse."""
    erased = ErasedPeople(run.session, run.project, unified_sidecars(run.project), run.settings.data)
    emptied = 0
    for name, source, definition in erased.people_first(run.project.tables()):
        for day in run.days:
            with suppress(ExtractError):
                emptied += erased.keep_out(run.landing, name, source, definition, day)
    return emptied


def build(run: TableRun) -> None:
    """Inspect every file of the run's days; raises UnusableExtracts with all faults."""
    kept_out = _keep_out(run)
    rows, faults = [], []
    for name, source, definition in run.project.tables():
        for day in run.days:
            try:
                for file in run.landing.inspect(definition, day):
                    table_name = source.plain_name(name)
                    size = file.path.stat().st_size
                    rows.append(
                        (
                            day,
                            source.source,
                            table_name,
                            run.landing.name(file.path),
                            size,
                            json.dumps(file.columns, ensure_ascii=False),
                            digest(file.path),
                        )
                    )
            except ExtractError as error:
                faults.append(str(error))
    if faults:
        raise UnusableExtracts(faults)
    types = run.table.sidecar.types
    run.session.stage_rows("delivered_files", types, rows)
    run.metadata["files"] = len(rows)
    if kept_out:
        run.metadata["lines of erased people emptied"] = kept_out
    run.write(exp.select("*").from_("delivered_files"))
