from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.factory import column_schema, lineage_table
from cdp_pipeline.config.project import Project


def test_every_column_of_a_sql_table_has_a_line_of_lineage(project: Project) -> None:
    catalogue = load_catalogue(project)
    for name, table in catalogue.items():
        if table.query is not None:
            lines = lineage_table(table, catalogue).splitlines()[2:]
            assert [line.split("|")[1].strip() for line in lines] == list(table.sidecar.columns), name


def test_lineage_links_to_the_assets(project: Project) -> None:
    catalogue = load_catalogue(project)
    lines = lineage_table(catalogue["identity.review_queue"], catalogue)
    found = next(line for line in lines.splitlines() if line.startswith("| match_probability |"))
    assert "[identity.scored_pairs](/assets/identity/scored_pairs).match_probability" in found


def test_the_column_schema_carries_privacy_classes(project: Project) -> None:
    schema = column_schema(load_catalogue(project)["profile.profiles"].sidecar)
    assert {column.name: column.tags["privacy"] for column in schema.columns}["email"] == "direct_identifier"
