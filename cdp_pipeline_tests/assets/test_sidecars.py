from dataclasses import replace

from cdp_pipeline.assets.sidecars import unified_sidecar, unified_sidecars
from cdp_pipeline.config.project import Project


def test_person_records_carry_the_custom_attributes_of_the_deployment(project: Project) -> None:
    identity = project.identity.model_copy(update={"custom_attributes": {"shoe_size": "Size of the shoes"}})
    custom = replace(project, identity=identity)
    assert unified_sidecar(custom, "person_records").columns["shoe_size"].privacy == "quasi_identifier"
    assert "shoe_size" not in unified_sidecar(project, "person_records").columns
    assert "shoe_size" not in unified_sidecar(custom, "orders").columns


def test_unified_sidecars_are_named_as_their_tables(project: Project) -> None:
    found = unified_sidecars(project)
    assert {"unified.person_records", "unified.orders", "unified.consents"} <= set(found)
    assert found["unified.orders"] == unified_sidecar(project, "orders")
