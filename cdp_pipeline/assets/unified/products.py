"""`unified.products`: articles that a source delivers, else those of `seeds/reference/products.csv`."""

from sqlglot import exp

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar
from cdp_pipeline.domain.expressions import column, named, table_function, text
from cdp_pipeline.domain.mapping import Target


def select(project: Project, sidecar: Sidecar) -> exp.Query:
    """The union of all sources' mappings; the reference file where no source maps to it."""
    reference = project.seeds / "reference" / "products.csv"
    mapped = any(target == "products" for _, _, table in project.tables() for target, _ in table.mappings())
    if mapped or not reference.exists():
        return Target("products", sidecar, project).select()
    filled = {"source": text("reference"), "source_table": text("products")}
    selected = [
        named(filled[name] if name in filled else exp.cast(column(name), content.type, dialect="duckdb"), name)
        for name, content in sidecar.columns.items()
    ]
    return exp.select(*selected).from_(table_function("read_csv", str(reference), header=True, all_varchar=True))
