"""The asset `published/tables`: published tables as files, after everything else of the day."""

from collections.abc import Mapping

from dagster import AssetKey, AssetsDefinition, AssetSpec
from dagster._core.definitions.metadata import RawMetadataValue

from cdp_pipeline.assets.factory import deployment_asset
from cdp_pipeline.assets.table import TableAsset
from cdp_pipeline.privacy.pseudonyms import pseudonym_key, public_selects
from cdp_pipeline.resources.publisher import publish
from cdp_pipeline.resources.warehouse import Warehouse
from cdp_pipeline.settings import Settings

KEY = AssetKey(["published", "tables"])


def published_tables(catalogue: Mapping[str, TableAsset], settings: Settings, smallest_group: int) -> AssetsDefinition:
    """Parquet files and a read-only DuckDB file of every table whose sidecar says `published`."""
    tables = [table for table in catalogue.values() if table.sidecar.published]
    spec = AssetSpec(
        KEY,
        deps=[AssetKey([table.layer, table.name]) for table in tables],
        group_name="published",
        description="Published tables in data/published/, pseudonymous, for BI and notebooks.",
        kinds={"parquet", "duckdb"},
    )

    def write_files(warehouse: Warehouse) -> dict[str, RawMetadataValue]:
        """Write the files; the metadata has their number and folder."""
        with warehouse.session() as session:
            published = [(table.full_name, table.sidecar) for table in tables]
            public = public_selects(session, published, pseudonym_key(settings), smallest_group)
            files = publish(session, public, settings.published)
        return {"files": len(files), "folder": str(settings.published)}

    return deployment_asset(spec, write_files)
