"""The commands about people: one profile, why it is one, its review, its export and its erasure."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cdp_pipeline.command import app, configured, console, errors, loaded, refuse, require_warehouse, told
from cdp_pipeline.config.base import ConfigError


@app.command()
def show(
    who: Annotated[str, typer.Argument(help="An e-mail address, a telephone number, a profile id or a record id.")],
) -> None:
    """Show one profile: golden values with their provenance, contact points, consents, segments, timeline."""
    settings, project = configured()
    from cdp_pipeline.reporting.profile import print_profile
    from cdp_pipeline.resources.warehouse import WarehouseError

    require_warehouse(settings)
    with told(WarehouseError):
        is_known = print_profile(console, settings, who, project.deployment.default_country)
    if not is_known:
        refuse("no profile has this address, number or id; ids look like P0123456789a")


@app.command(name="export-person")
def export_person(
    who: Annotated[str, typer.Argument(help="An e-mail address, a telephone number, a profile id or a record id.")],
    out: Annotated[Path, typer.Option(help="The JSON file to write; only its owner can read it.")],
) -> None:
    """Write all that is known of one person, by table, for an access request."""
    settings, project = configured()
    from cdp_pipeline.reporting import person

    require_warehouse(settings)
    with told(ValueError):
        rows = person.export_person(settings, project, who, out)
    if rows is None:
        refuse("no profile has this address, number or id")
    console.print(f"{sum(rows.values())} rows of {len(rows)} tables in {out}", markup=False, soft_wrap=True)


@app.command()
def erase(
    email: Annotated[list[str] | None, typer.Option(help="An e-mail address of the person.")] = None,
    phone: Annotated[list[str] | None, typer.Option(help="A telephone number of the person.")] = None,
    profile: Annotated[list[str] | None, typer.Option(help="The person's profile id.")] = None,
    request_file: Annotated[
        Path | None,
        typer.Option(
            help="A CSV file of requests, with the columns kind (email, phone or profile) and value.", exists=True
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Only list what would go.")] = False,
) -> None:
    """Erase people from every file of the deployment, and keep them out of the extracts to come."""
    settings, project, sidecars = loaded()
    from cdp_pipeline.config.erasure_requests import read_requests
    from cdp_pipeline.privacy.erasure import Request, UnclearRequest
    from cdp_pipeline.privacy.erasure import erase as erase_people
    from cdp_pipeline.reporting.erasure import print_erasure
    from cdp_pipeline.resources.warehouse import WarehouseError

    given = {"email": email, "phone": phone, "profile": profile}
    requests = [
        Request(kind, value, f"--{kind}, number {number}")
        for kind, values in given.items()
        for number, value in enumerate(values or [], start=1)
    ]
    require_warehouse(settings)
    with told(ConfigError, UnclearRequest, WarehouseError):
        listed = read_requests(request_file) if request_file else []
        requests += [Request(kind, value, place) for kind, value, place in listed]
        if not requests:
            raise typer.BadParameter("say whom: --email, --phone, --profile or --request-file")
        found = erase_people(settings, project, sidecars, requests, dry_run=dry_run)
    print_erasure(console, settings, found, dry_run=dry_run)
    for place in found.unknown:
        errors.print(f"{place}: no profile has it", style="yellow", markup=False)
    if found.left or not (found.profiles or found.lines or found.rows):
        raise typer.Exit(1)


@app.command()
def explain(
    who: Annotated[
        str,
        typer.Argument(help="An e-mail address, a telephone number, a profile id, or a record id (source.table:key)."),
    ],
    other: Annotated[str | None, typer.Argument(help="A second record id: why are the two one person, or not?")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the explanation to this page as well.")] = None,
) -> None:
    """Say why the records of a profile, or two records, are one person or not: every link with its evidence."""
    settings, project = configured()
    from cdp_pipeline.reporting import explain as reporting
    from cdp_pipeline.resources.warehouse import WarehouseError

    require_warehouse(settings)
    page = Console(record=True, width=console.width if html is None else max(console.width, 160))
    with told(WarehouseError):
        is_known = reporting.explain(settings, project, [name for name in (who, other) if name], page)
    if not is_known:
        refuse(
            "no profile or record has this address, number or id, or all records of the profile are gone; give one of them (ids look like P0123456789a), "
            "or two record ids (web_shop.accounts:A1; `cdp show` lists those of a person)"
        )
    if html is not None:
        reporting.write_html(page, html)


@app.command()
def train(
    compare: Annotated[
        bool, typer.Option(help="Compare with the model in force on the same pairs, and do not promote.")
    ] = False,
    version: Annotated[
        str | None, typer.Option("--promote", help="Promote a model trained before instead of training one.")
    ] = None,
) -> None:
    """Train the linkage model on the current records, write its report, and promote it."""
    settings, project = configured()
    require_warehouse(settings)
    from cdp_pipeline.reporting.training import promote, train_model

    with told(ConfigError):
        if version is None:
            trained = train_model(settings, project, compare)
            for note in trained.notes:
                errors.print(f"left out: {note}", style="yellow", markup=False)
            console.print(f"model {trained.version}: {trained.folder / 'report.html'}", markup=False, soft_wrap=True)
            if trained.compared is not None:
                both, old, new = trained.compared
                console.print(
                    f"Of the same pairs both models link {both:,}, only the one in force {old:,}, only the new one "
                    f"{new:,}. To put it in force: cdp train --promote {trained.version}",
                    soft_wrap=True,
                )
                return
            version = trained.version
        promoted = promote(settings, version)
    console.print(f"Promoted to {promoted}; the next run scores everything with it.", markup=False, soft_wrap=True)


@app.command()
def review(
    top: Annotated[int, typer.Option(help="How many cases, the most worthwhile first.", min=1)] = 200,
    out: Annotated[Path | None, typer.Option(help="Folder to write to; data/review/ of the deployment.")] = None,
    take: Annotated[
        Path | None,
        typer.Option(help="A filled-in queue.csv: add its decisions to seeds/steward/decisions.csv.", exists=True),
    ] = None,
) -> None:
    """Write the review queue as a table to fill in and as pages of comparisons and clusters; or take it back."""
    settings, _ = configured()
    from cdp_pipeline.reporting.review import take_decisions, write_review

    if take is not None:
        with told(ConfigError):
            count = take_decisions(settings, take)
        console.print(
            f"{count} new decision(s) in {settings.seeds / 'steward' / 'decisions.csv'}; they count from the next run."
        )
        return
    require_warehouse(settings)
    for path in write_review(settings, out or settings.data / "review", top):
        console.print(str(path), markup=False, soft_wrap=True)
    console.print(
        "Write must_link or cannot_link into the column 'decision' of queue.csv, and your name; then `cdp review --take`."
    )
