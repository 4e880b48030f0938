"""`seeds/quality.yml`: how tables are compared with their own history, and how much of a failure is kept."""

from typing import Annotated

from pydantic import Field

from cdp_pipeline.config.base import Config

Share = Annotated[float, Field(gt=0, lt=1)]


class Behaviour(Config):
    """What decides whether a day is unusual (`checks.behaviour`).

    `history_days` back a table is compared with itself, in silence until `fewest_days` are known; with days
    of the same weekday alone once `weeks` of them are. `false_discovery_rate` is the share of wrong alarms
    among the alarms of a table and day; a change smaller than `least_change` (of a share: in points, of all
    else: of what was expected) is never one.
    """

    history_days: int = Field(ge=7)
    fewest_days: int = Field(ge=3)
    weeks: int = Field(ge=2)
    false_discovery_rate: Share
    least_change: Share


class Quality(Config):
    """Behaviour over time, values that can't be read, drift of the linkage, and samples of failing rows.

    A column is told of where more than the share `most_unread` of a day's values, and `fewest_unread` of them, are
    refused for their type.

    `drift_limit` is the population stability index of the match weights against the first day of the model
    above which retraining is suggested; `sample_rows` are kept of the rows that fail an expectation.
    """

    behaviour: Behaviour
    most_unread: Share = 0.2
    fewest_unread: int = Field(default=10, ge=1)
    drift_limit: float = Field(gt=0)
    sample_rows: int = Field(ge=0, le=20)
