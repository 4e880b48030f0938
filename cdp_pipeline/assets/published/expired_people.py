"""The asset `privacy/expired_people`: erases whose time of keeping has ended, after everything else of the day."""

from collections.abc import Mapping

from dagster import AssetKey, AssetsDefinition, AssetSpec
from dagster._core.definitions.metadata import RawMetadataValue

from cdp_pipeline.assets.factory import deployment_asset
from cdp_pipeline.assets.table import TableAsset
from cdp_pipeline.config.project import Project
from cdp_pipeline.privacy.erasure import erase
from cdp_pipeline.resources.warehouse import Warehouse
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.lineage import parse

KEY = AssetKey(["privacy", "expired_people"])
DUE = parse("select profile_id from profile.retention_due where action = 'erase' order by profile_id")


def expired_people(catalogue: Mapping[str, TableAsset], project: Project, settings: Settings) -> AssetsDefinition:
    """Erasure of the profiles that `profile.retention_due` says to erase."""
    read = {name for table in catalogue.values() for name in table.reads}
    last = [table for name, table in catalogue.items() if name not in read]
    spec = AssetSpec(
        KEY,
        deps=[AssetKey(["published", "tables"]), *(AssetKey([table.layer, table.name]) for table in last)],
        group_name="published",
        description="Erases the people of profile.retention_due whose action is erase, as `cdp erase` does.",
        kinds={"python", "duckdb"},
    )

    def erase_due(warehouse: Warehouse) -> dict[str, RawMetadataValue]:
        """Erase; the metadata has counts alone."""
        with warehouse.session() as session:
            due = [str(row[0]) for row in session.rows(DUE)]
        sidecars = {name: table.sidecar for name, table in catalogue.items()}
        found = erase(settings, project, sidecars, [], dry_run=False, expired=due) if due else None
        return {"profiles erased": len(due), "left": len(found.left) if found else 0}

    return deployment_asset(spec, erase_due)
