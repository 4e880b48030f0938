"""`quality.extracts`: the run's files, each checked before any table changes.

Every raw table depends on this one, so that one unusable file stops the day as a whole.
"""

import json

from sqlglot import exp

from cdp_pipeline.assets.table import TableRun
from cdp_pipeline.resources.extracts import ExtractError
from cdp_pipeline.resources.landing import digest


class UnusableExtracts(ExtractError):
    """All faults of a day's files together."""

    def __init__(self, faults: list[str]) -> None:
        Exception.__init__(self, "\n".join([f"{len(faults)} unusable extract(s); no table was changed:", *faults]))


def build(run: TableRun) -> None:
    """Inspect every file of the run's days; raises UnusableExtracts with all faults."""
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
    types = {name: column.type for name, column in run.table.sidecar.columns.items()}
    run.session.stage_rows("delivered_files", types, rows)
    run.metadata["files"] = len(rows)
    run.write(exp.select("*").from_("delivered_files"))
