"""`cdp erase`: what goes, or went, in counts."""

from rich.console import Console

from cdp_pipeline.privacy.erasure import Erasure, report_path
from cdp_pipeline.reporting.tables import shown_table
from cdp_pipeline.settings import Settings


def print_erasure(console: Console, settings: Settings, found: Erasure, *, dry_run: bool) -> None:
    """Print the counts by table, file and partner, and whether anything is left."""
    console.print(f"{found.profiles} profile id(s), {found.records} person record(s), request {found.request_id}")
    for title, counted in (("Table", found.rows), ("Delivered file", found.lines)):
        if counted:
            number = "rows" if title == "Table" else "lines"
            console.print(shown_table(None, (title, number), list(counted.items()), (number,)))
    if found.shared_contact_points:
        console.print(
            f"{found.shared_contact_points} address(es) or number(s) are somebody else's too: they stay with them."
        )
    if found.partners:
        console.print(f"Partners that hold the person: {', '.join(found.partners)}")
    if dry_run:
        console.print("Nothing was changed; the same command without --dry-run erases.")
        return
    if not (found.profiles or found.lines or found.rows):
        console.print("Nobody was found; nothing was changed.")
        return
    if found.files:
        console.print(f"Other files cleaned: {len(found.files)}")
    console.print(f"{found.hashes} hashes in seeds/privacy/ keep the person out of the next extracts.", soft_wrap=True)
    if found.left:
        console.print(
            f"[red]Still found in: {', '.join(found.left)}; run the same command again.[/red]", soft_wrap=True
        )
    else:
        console.print("Checked: no row is left, and no file holds the person's own addresses, numbers or ids.")
    console.print(f"Report: {report_path(settings, found)}", soft_wrap=True)
