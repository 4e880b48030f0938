"""`seeds/survivorship.yml`: which record's value becomes the golden one."""

from typing import Literal

from pydantic import model_validator

from cdp_pipeline.config.base import Config

Rule = Literal["most_recent", "most_frequent", "source_trust", "most_complete", "oldest"]


class AttributeGroup(Config):
    """Attributes that travel together from one record, chosen by one rule."""

    attributes: tuple[str, ...]
    rule: Rule


class Survivorship(Config):
    """A rule per attribute and per group of attributes; an attribute stands in exactly one place."""

    attributes: dict[str, Rule]
    groups: dict[str, AttributeGroup] = {}

    @model_validator(mode="after")
    def _once(self) -> "Survivorship":
        names = [*self.attributes, *(a for group in self.groups.values() for a in group.attributes)]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{twice} stand in more than one rule; keep one")
        return self
