"""`seeds/metrics.yml`, the parameters of the metrics that ship, and `seeds/metrics/`, a deployment's own metrics."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from cdp_pipeline.config.base import Config, ConfigError, load
from cdp_pipeline.config.sidecar import Sidecar

Positive = Annotated[float, Field(gt=0)]


class Affinity(Config):
    """What makes a profile drawn to a category: touches by kind, half as much after each half-life.

    `smoothing` is the weight of what everyone touches, in the same unit as `weights`.
    """

    half_life_days: Positive
    smoothing: Positive
    weights: dict[str, Positive] = Field(min_length=1)


class Predictions(Config):
    """What is foretold, of whom, and how it is judged.

    Only profiles that allow `purpose` are learnt from or scored. Scores are about the `horizon_days` to come, and
    judged on as many days, learnt from `learning_windows` times as many before. Models are trained anew every
    `retrain_days`, of `fewest_customers` or more; regressions learn from no more than `learn_from` of them, and
    all models are judged by `judge_by`. A category is not foretold again for `owned_days` after it was bought, and for
    `refused_days` after it was brought back.
    """

    purpose: str
    horizon_days: int = Field(ge=1)
    learning_windows: int = Field(ge=1)
    learn_from: int = Field(default=50_000, ge=10)
    judge_by: int = Field(default=200_000, ge=10)
    retrain_days: int = Field(ge=1)
    fewest_customers: int = Field(ge=10)
    owned_days: int = Field(ge=0)
    refused_days: int = Field(ge=0)


class Journeys(Config):
    """What a journey is made of: `events` of the last `days`, the last `longest` steps told apart."""

    days: int = Field(ge=1)
    longest: int = Field(ge=1)
    events: tuple[str, ...] = Field(min_length=1)


class Metrics(Config):
    """Parameters of the metrics and predictions; `favourite_smoothing` is in articles.

    `events` are the kinds of touches that a source's own column names; those that mappings name are known.
    """

    affinity: Affinity
    favourite_smoothing: Positive
    predictions: Predictions
    journeys: Journeys
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class CustomMetric:
    """A metric of a deployment's own: what its columns are, and the text of its SELECT."""

    path: Path
    sidecar: Sidecar
    sql: str


def load_custom_metrics(folder: Path) -> dict[str, CustomMetric]:
    """The metrics of `seeds/metrics/`, a `.sql` file and its sidecar each; raises ConfigError for half a pair."""
    stems = sorted({path.stem for path in folder.glob("*.*") if path.suffix in (".sql", ".yml")})
    found, faults = {}, []
    for stem in stems:
        path, described = folder / f"{stem}.sql", folder / f"{stem}.yml"
        if not path.exists():
            faults.append(f"{described}: {path.name} is missing; write the SELECT of the metric")
        elif not described.exists():
            faults.append(f"{path}: {described.name} is missing; describe its columns, as in docs/metrics.md")
        else:
            try:
                found[stem] = CustomMetric(path, load(described, Sidecar), path.read_text(encoding="utf-8"))
            except ConfigError as error:
                faults.append(str(error))
    if faults:
        raise ConfigError("\n".join(faults))
    return found
