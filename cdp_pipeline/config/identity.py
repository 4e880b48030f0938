"""`seeds/identity.yml`: how records are compared, linked exactly, and kept apart."""

from typing import Literal

from pydantic import Field, model_validator

from cdp_pipeline.config.base import Config, RegularExpression

ComparisonKind = Literal["name", "date", "email", "phone", "address", "text"]


class Attribute(Config):
    """One comparison of the linkage model.

    The kinds but `text` know their columns; `text` compares a custom attribute, named by `column`.
    With `decisive`, two records whose values (nearly) agree are never held apart by a conflict guard.
    """

    kind: ComparisonKind
    column: str | None = None
    decisive: bool = False

    @model_validator(mode="after")
    def _column_where_needed(self) -> "Attribute":
        if (self.kind == "text") != (self.column is not None):
            raise ValueError("an attribute of kind text needs 'column', the other kinds have none")
        return self


class BlockingRule(Config):
    """Records that agree on all `on` columns of `identity.linkage_records` are compared.

    `budget` is how many candidate pairs the rule may propose on its own, which bounds the time that a
    full run takes: blocks of common values grow with the square of the records. Where it would propose more, its largest blocks are left out; blocks above `largest_block` records always are.
    """

    name: str
    on: tuple[str, ...] = Field(min_length=1)
    budget: int = Field(default=1_250_000, ge=1)
    largest_block: int = Field(default=200, ge=2)


class ExactIdentifier(Config):
    """An identifier whose equal values link records, as strongly as a match weight of `strength` bits.

    A value on more than `limit` records, or (with `one_person_by`) on records that disagree on that
    attribute, is shared, not personal: it stops linking and is reported.
    """

    limit: int = Field(default=10, ge=2)
    strength: float = Field(default=30, gt=0)
    one_person_by: tuple[Literal["given", "family", "birth"], ...] = ()
    blocked_values: tuple[str, ...] = ()
    blocked_pattern: RegularExpression | None = None
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


class Bridge(Config):
    """A link weaker than `weak_below` bits does not join two groups of `least_records` that nothing else joins."""

    weak_below: float = Field(default=8.0, gt=0)
    least_records: int = Field(default=3, ge=2)


class CommonName(Config):
    """A given name of at least this share of the records, and of at least so many records, is common here."""

    least_share: float = Field(default=0.0005, gt=0, le=1)
    least_records: int = Field(default=10, ge=1)


class Guards(Config):
    """What no profile may break: size, bridges, and attributes whose full values must not conflict.

    `common_name`: two names that are common here, however alike, while the birth dates are not equal.
    `namesake`: of one street, with other mailboxes and no telephone in common, while a birth date is
    missing, they may be father and son; `mobile`: so may those with two mobile telephones and no mailbox in common. A guard keeps nobody apart where it would in more than the share
    `most_errors` of the pairs that a decisive attribute proves: there a conflict rather tells of an error.
    """

    max_records: int = Field(default=100, ge=2)
    bridge: Bridge = Bridge()
    common_name: CommonName = CommonName()
    most_errors: float = Field(default=0.02, ge=0, le=1)
    no_conflict: tuple[Literal["birth_date", "given_name", "common_name", "namesake", "mobile"], ...] = ()


class Devices(Config):
    """A device on which more people than `most_people` signed in is shared (a shop's tablet) and tells nobody."""

    most_people: int = Field(default=5, ge=1)


class Training(Config):
    """Unsupervised training: passes that each block on the given keys, a seed, and sampled pairs.

    A model of less than `least_records`, or of less than a part in `outgrown_by` of today's, is warned of.
    """

    seed: int = 1
    least_records: int = Field(default=500, ge=1)
    outgrown_by: float = Field(default=10.0, gt=1)
    max_pairs: float = Field(default=1e7, gt=0)
    max_pairs_per_pass: float = Field(default=2e6, gt=0)
    deterministic_recall: float = Field(default=0.8, gt=0, le=1)
    deterministic_rules: tuple[tuple[str, ...], ...]
    passes: tuple[tuple[str, ...], ...]


class Identity(Config):
    """The whole of identity resolution as configuration."""

    attributes: dict[str, Attribute]
    custom_attributes: dict[str, str] = {}
    blocking_rules: tuple[BlockingRule, ...]
    max_records_per_address: int = Field(default=60, ge=2)
    identifiers: dict[str, ExactIdentifier]
    thresholds: Thresholds
    guards: Guards = Guards()
    devices: Devices = Devices()
    training: Training

    @model_validator(mode="after")
    def _rules_named_once(self) -> "Identity":
        names = [rule.name for rule in self.blocking_rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"blocking_rules: {twice} name more than one rule; give each its own name")
        return self

    @model_validator(mode="after")
    def _columns_declared(self) -> "Identity":
        for name, attribute in self.attributes.items():
            if attribute.column is not None and attribute.column not in self.custom_attributes:
                declared = sorted(self.custom_attributes)
                raise ValueError(
                    f"attributes.{name}.column: '{attribute.column}' not among custom_attributes {declared}"
                )
        return self
