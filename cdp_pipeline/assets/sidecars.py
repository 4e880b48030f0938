"""Sidecars of the tables that ship, as files of a deployment extend them."""

from functools import cache
from pathlib import Path

from cdp_pipeline.config.base import load
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sidecar import Sidecar, SidecarColumn
from cdp_pipeline.domain.segment_vocabulary import METRICS, PROFILES, TIMELINE, Vocabulary, vocabulary

ROOT = Path(__file__).parent


def unified_sidecars(project: Project) -> dict[str, Sidecar]:
    """Those of the unified tables, by `unified.<table>`."""
    names = sorted(path.stem for path in (ROOT / "unified").glob("*.yml"))
    return {f"unified.{name}": unified_sidecar(project, name) for name in names}


def unified_sidecar(project: Project, name: str) -> Sidecar:
    """Sidecar of a unified table; person records carry the deployment's custom attributes too."""
    sidecar = packaged_sidecar(ROOT / "unified" / f"{name}.yml")
    return _with_custom_attributes(project, sidecar) if name == "person_records" else sidecar


def segment_vocabulary(project: Project) -> Vocabulary:
    """What segments may name: fields of profiles, of the metrics that ship and of the deployment's own, and events."""
    shipped = (METRICS, PROFILES, TIMELINE)
    sidecars = {name: packaged_sidecar(ROOT / f"{name.replace('.', '/')}.yml") for name in shipped}
    own = {f"metrics.{name}": metric.sidecar for name, metric in project.custom_metrics.items()}
    return vocabulary(project, {**sidecars, **own})


@cache
def packaged_sidecar(path: Path) -> Sidecar:
    """The sidecar as it lies beside its table."""
    return load(path, Sidecar)


def _with_custom_attributes(project: Project, sidecar: Sidecar) -> Sidecar:
    custom = {
        name: SidecarColumn(type="VARCHAR", description=description, privacy="quasi_identifier")
        for name, description in project.identity.custom_attributes.items()
    }
    return sidecar.model_copy(update={"columns": {**sidecar.columns, **custom}})
