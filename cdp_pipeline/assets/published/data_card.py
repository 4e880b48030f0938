"""The asset `published/data_card`: what the feature table holds, for whoever trains or reports on it.

The card is Markdown beside the published files: where features come from, as of when, of whom, how many are
filled and how they are spread. Numbers are told as quantiles and texts by how many there are: neither tells of a
single person. Source: Gebru and others 2021, "Datasheets for datasets" (Communications of the ACM 64).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from dagster import AssetKey, AssetsDefinition, AssetSpec
from dagster._core.definitions.metadata import RawMetadataValue
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlglot import exp

from cdp_pipeline.assets.factory import deployment_asset
from cdp_pipeline.assets.table import TableAsset
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import NUMBER_TYPES, SidecarColumn
from cdp_pipeline.domain.expressions import column, literal, named, null_as, table
from cdp_pipeline.resources.warehouse import Session, Warehouse
from cdp_pipeline.settings import Settings

KEY = AssetKey(["published", "data_card"])
FEATURES, MODELS = "metrics.profile_metrics", "metrics.score_models"
FILE = "feature_table.md"
QUANTILES = (0.05, 0.5, 0.95)


def data_card(catalogue: Mapping[str, TableAsset], project: Project, settings: Settings) -> AssetsDefinition:
    """The card of `metrics.profile_metrics` with the models that learn from it."""
    spec = AssetSpec(
        KEY,
        deps=[AssetKey(name.split(".")) for name in (FEATURES, MODELS)],
        group_name="published",
        description=f"The data card of the feature table, data/published/{FILE}.",
        kinds={"markdown"},
    )

    def write(warehouse: Warehouse) -> dict[str, RawMetadataValue]:
        """Write the card of the newest day; the metadata says where."""
        with warehouse.session() as session:
            content = card(session, catalogue, project)
        path = settings.published / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{FILE}.partial")
        partial.write_text(content, encoding="utf-8")
        partial.replace(path)
        return {"file": str(path)}

    return deployment_asset(spec, write)


def card(session: Session, catalogue: Mapping[str, TableAsset], project: Project) -> str:
    """The card as Markdown, of the newest day that has features."""
    newest = session.rows(exp.select(exp.Max(this=column("as_of_day"))).from_(table(FEATURES)))[0][0]
    is_newest = exp.EQ(this=column("as_of_day"), expression=literal(newest))
    session.stage("features_of_day", exp.select("*").from_(table(FEATURES)).where(is_newest))
    columns = catalogue[FEATURES].sidecar.columns
    measured = [
        (name, content, *session.rows(_measures(name, content))[0])
        for name, content in columns.items()
        if name not in catalogue[FEATURES].sidecar.key
    ]
    told = exp.select("told").from_(table(MODELS)).where(is_newest.copy())
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, autoescape=False, trim_blocks=True
    )
    return environment.get_template("data_card.md.j2").render(
        name=project.deployment.name,
        day=newest,
        profiles=session.rows(exp.select("count(*)").from_("features_of_day"))[0][0],
        sources=sorted(project.sources),
        predictions=project.metrics.predictions,
        features=list(_rows(measured)),
        models=[row[0] for row in session.rows(told.order_by("model"))],
        own=sorted(project.custom_metrics),
    )


def _measures(name: str, content: SidecarColumn) -> exp.Select:
    """One row: share filled, different values, and the quantiles of a number."""
    is_number = content.type.startswith(NUMBER_TYPES)
    quantiles = [
        named(
            exp.func("quantile_cont", exp.cast(column(name), "double"), exp.Literal.number(q))
            if is_number
            else null_as("double"),
            f"q{place}",
        )
        for place, q in enumerate(QUANTILES)
    ]
    filled = exp.Div(
        this=exp.cast(exp.Count(this=column(name)), "double"),
        expression=exp.func("greatest", exp.Count(this=exp.Star()), exp.Literal.number(1)),
    )
    different = exp.Count(this=exp.Distinct(expressions=[column(name)]))
    return exp.select(named(filled, "filled"), named(different, "different"), *quantiles).from_("features_of_day")


def _rows(measured: list[tuple[object, ...]]) -> Iterator[dict[str, str]]:
    for name, content, filled, different, *quantiles in measured:
        assert isinstance(content, SidecarColumn)
        yield {
            "name": str(name),
            "description": content.description.replace("|", "\\|"),
            "type": content.type,
            "filled": f"{float(str(filled)):.1%}",
            "different": f"{different:,}",
            "spread": " / ".join(f"{float(str(q)):.4g}" for q in quantiles) if quantiles[0] is not None else "",
        }
