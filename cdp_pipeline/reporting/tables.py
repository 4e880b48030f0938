"""Tables on the console: what is in a cell is shown as it is, folded where it is too wide and never cut."""

from collections.abc import Collection, Iterable, Sequence

from rich.markup import escape
from rich.table import Table


def shown_table(
    title: str | None, headers: Sequence[str], rows: Iterable[Sequence[object]], right: Collection[str] = ()
) -> Table:
    """The rows under their headers, the columns `right` put to the right; what is unknown is left empty."""
    content = Table(title=title, title_justify="left")
    for header in headers:
        content.add_column(header, overflow="fold", justify="right" if header in right else "left")
    for row in rows:
        content.add_row(*(_told(cell) for cell in row))
    return content


def _told(cell: object) -> str:
    if isinstance(cell, int) and not isinstance(cell, bool):
        return f"{cell:,}"
    return "" if cell is None else escape(str(cell))
