"""`seeds/identity.yml`: how records are compared, linked exactly, and kept apart."""

from typing import Literal

from pydantic import Field, model_validator

from cdp_pipeline.config.base import Config

ComparisonKind = Literal["name", "date", "email", "phone", "address", "text"]


class Attribute(Config):
    """One comparison of the linkage model over unified columns.

    Columns by kind: name: given, family; address: street, postcode, city; the others: column.
    """

    kind: ComparisonKind
    column: str | None = None
    given: str = "given_name"
    family: str = "family_name"
    street: str = "street"
    postcode: str = "postcode"
    city: str = "city"

    @model_validator(mode="after")
    def _column_where_needed(self) -> "Attribute":
        if self.kind in {"date", "email", "phone", "text"} and self.column is None:
            raise ValueError(f"an attribute of kind {self.kind} needs 'column'")
        return self


class BlockingRule(Config):
    """Records that agree on all `on` keys of `identity.linkage_records` are compared."""

    name: str
    on: tuple[str, ...] = Field(min_length=1)
    max_pairs_per_record: float = Field(default=3.0, gt=0)


class ExactIdentifier(Config):
    """An identifier whose equal values link records.

    A value on more than `limit` records, or (with `one_person_by`) on records that disagree on that
    attribute, is shared, not personal: it stops linking and is reported.
    """

    limit: int = Field(default=10, ge=2)
    one_person_by: tuple[str, ...] = ()
    blocked_values: tuple[str, ...] = ()
    blocked_pattern: str | None = None
    unique_per_profile: bool = False


class Thresholds(Config):
    """Match probabilities: at or above `merge` pairs link, from `review` on a person decides."""

    merge: float = Field(gt=0, lt=1)
    review: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _ordered(self) -> "Thresholds":
        if self.review > self.merge:
            raise ValueError("review must not exceed merge")
        return self


class Guards(Config):
    """What no profile may break: size, and attributes whose full values must not conflict."""

    max_records: int = Field(default=100, ge=2)
    no_conflict: tuple[Literal["birth_date"], ...] = ()


class Training(Config):
    """Unsupervised training: passes that each block on the given keys, a seed, and sampled pairs."""

    seed: int = 1
    max_pairs: float = Field(default=1e7, gt=0)
    deterministic_recall: float = Field(default=0.7, gt=0, le=1)
    deterministic_rules: tuple[tuple[str, ...], ...]
    passes: tuple[tuple[str, ...], ...]


class Identity(Config):
    """The whole of identity resolution as configuration."""

    attributes: dict[str, Attribute]
    custom_attributes: dict[str, str] = {}
    blocking_rules: tuple[BlockingRule, ...]
    identifiers: dict[str, ExactIdentifier]
    thresholds: Thresholds
    guards: Guards = Guards()
    training: Training
