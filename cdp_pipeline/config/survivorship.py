"""`seeds/survivorship.yml`: which record's value becomes the golden one, and what shows that a contact point works."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from cdp_pipeline.config.base import Config

Rule = Literal["most_recent", "most_frequent", "source_trust", "most_complete", "oldest", "verified_first", "aggregate"]
Kind = Literal["email", "phone", "post"]


class AttributeRule(Config):
    """How one attribute's golden value is chosen.

    `by_country` has other rules for profiles of these countries. Records of `sources` come before all
    others, the first named first, whatever the rule. A contact point that `loses_when` it is of such a
    status wins only where every record's is. `aggregate` keeps all values, in the order of most_recent.
    """

    rule: Rule
    by_country: dict[str, Rule] = {}
    sources: tuple[str, ...] = Field(default=(), max_length=9)
    contact_point: Kind | None = None
    loses_when: tuple[Literal["bounced", "unreachable"], ...] = ()

    @model_validator(mode="after")
    def _contact_point_where_needed(self) -> "AttributeRule":
        is_needed = self.loses_when or "verified_first" in (self.rule, *self.by_country.values())
        if is_needed and self.contact_point is None:
            raise ValueError("loses_when and verified_first need 'contact_point': the kind that the attribute is of")
        if "aggregate" in self.by_country.values() and self.rule != "aggregate":
            raise ValueError("by_country: 'aggregate' can't stand beside another rule; make it the rule itself")
        if self.rule == "aggregate" and self.by_country:
            raise ValueError("by_country: 'aggregate' keeps all values in every country; leave by_country out")
        return self


class AttributeGroup(AttributeRule):
    """Attributes that travel together from one record, chosen by one rule."""

    attributes: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_record(self) -> "AttributeGroup":
        if self.rule == "aggregate":
            raise ValueError("a group comes whole from one record: 'aggregate' is for single attributes")
        return self


def _spelt_out(value: Any) -> Any:
    return {"rule": value} if isinstance(value, str) else value


class ContactEvents(Config):
    """Touches that tell of a contact point of the record: it is `lost`, or its owner `used` it (an open proves nothing)."""

    lost: tuple[str, ...] = ()
    used: tuple[str, ...] = ()


class Households(Config):
    """An address or a landline of more profiles than this (a residence, an office) makes no household."""

    most_profiles: int = Field(default=10, ge=2)


class Survivorship(Config):
    """A rule per attribute and per group of attributes; an attribute stands in exactly one place."""

    attributes: dict[str, Annotated[AttributeRule, BeforeValidator(_spelt_out)]]
    groups: dict[str, AttributeGroup] = {}
    contact_events: dict[Kind, ContactEvents] = {}
    households: Households = Households()

    @model_validator(mode="after")
    def _once(self) -> "Survivorship":
        names = [*self.attributes, *(a for group in self.groups.values() for a in group.attributes)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{twice} stand in more than one rule; keep one")
        return self
