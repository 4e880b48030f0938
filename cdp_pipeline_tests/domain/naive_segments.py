"""The segment language read as it is written, profile by profile and touch by touch: slow, and nothing of SQL.

Works on the YAML's own dictionaries, so that it shares no code with what it judges.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import eq, ge, gt, le, lt, ne
from typing import Any

OPERATORS = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True)
class World:
    """Fields of each profile, and its touches, as of a day."""

    day: date
    profiles: dict[str, dict[str, Any]]
    touches: dict[str, list[dict[str, Any]]]

    def members(self, name: str, segments: dict[str, dict[str, Any]]) -> set[str]:
        segment = segments[name]
        found = {who for who in self.profiles if self._in(who, segment, segments)}
        limit = segment.get("limit")
        if limit is None:
            return found
        sign = -1 if limit.get("order", "highest") == "highest" else 1

        found = {who for who in found if self.profiles[who][limit["by"]] is not None}

        def place(who: str) -> tuple[Any, ...]:
            return (sign * self.profiles[who][limit["by"]], who)

        kept = limit["count"] if "count" in limit else math.ceil(limit["share"] * len(found))
        return set(sorted(found, key=place)[:kept])

    def _in(self, who: str, segment: dict[str, Any], segments: dict[str, dict[str, Any]]) -> bool:
        if segment.get("promotes") and self._owns(who, segment["promotes"]):
            return False
        if segment.get("exclude") and self._holds(who, segment["exclude"], segments):
            return False
        return self._holds(who, segment["include"], segments)

    def _owns(self, who: str, promoted: dict[str, Any]) -> bool:
        return any(
            touch["event"] == "bought"
            and 0 <= (self.day - touch["occurred_on"]).days < promoted["within_days"]
            and (touch["object_id"] in promoted.get("skus", []) or touch["category"] in promoted.get("categories", []))
            for touch in self.touches[who]
        )

    def _holds(self, who: str, rule: dict[str, Any], segments: dict[str, dict[str, Any]]) -> bool:
        if "rules" in rule:
            found = [self._holds(who, inner, segments) for inner in rule["rules"]]
            joined = all(found) if rule.get("combinator", "and") == "and" else any(found)
            return joined != bool(rule.get("not"))
        if "event" in rule:
            return self._happened(who, rule)
        if "segment" in rule:
            return who in self.members(rule["segment"], segments)
        if "sample" in rule:
            digest = hashlib.md5(f"{rule['salt']}:{who}".encode()).digest()
            return int.from_bytes(digest[8:16], "little") / 2**64 < rule["sample"]
        return self._compares(self.profiles[who][rule["field"]], rule)

    def _compares(self, value: Any, rule: dict[str, Any]) -> bool:
        if rule["operator"] in ("is null", "is not null"):
            return (value is None) == (rule["operator"] == "is null")
        if value is None:
            return False
        asked = rule["value"] if isinstance(rule["value"], list) else [rule["value"]]
        asked = [self._day(each) for each in asked]
        if rule["operator"] in OPERATORS:
            return bool(OPERATORS[rule["operator"]](value, asked[0]))
        outcome = {
            "in": lambda: value in asked,
            "between": lambda: asked[0] <= value <= asked[1],
            "contains": lambda: asked[0].lower() in value.lower(),
            "begins with": lambda: value.lower().startswith(asked[0].lower()),
        }
        return bool(outcome[rule["operator"].removeprefix("not ")]()) != rule["operator"].startswith("not ")

    def _day(self, value: Any) -> Any:
        return self.day - timedelta(days=value["days_ago"]) if isinstance(value, dict) else value

    def _happened(self, who: str, rule: dict[str, Any]) -> bool:
        counted = [touch for touch in self.touches[who] if self._counts(who, touch, rule)]
        if "sum" in rule:
            total = sum(touch[rule["sum"].get("field", "amount")] or 0 for touch in counted)
            return bool(OPERATORS[rule["sum"]["op"]](total, rule["sum"]["value"]))
        asked = rule.get("count", {"op": ">=", "value": 1})
        return bool(OPERATORS[asked["op"]](len(counted), asked["value"]))

    def _counts(self, who: str, touch: dict[str, Any], rule: dict[str, Any]) -> bool:
        day = touch["occurred_on"]
        if not self._is(touch, rule) or day > self.day:
            return False
        if "within_days" in rule and (self.day - day).days >= rule["within_days"]:
            return False
        if ("since" in rule and day < self._day(rule["since"])) or ("until" in rule and day > self._day(rule["until"])):
            return False
        return self._follow(who, touch, rule.get("then", []))

    def _follow(self, who: str, touch: dict[str, Any], steps: list[dict[str, Any]]) -> bool:
        if not steps:
            return True
        step, rest = steps[0], steps[1:]
        moment: datetime = touch["occurred_at"]
        last = touch["occurred_on"] + timedelta(days=step["within_days"]) if "within_days" in step else self.day
        comes = any(
            self._is(other, step)
            and other["occurred_at"] > moment
            and other["occurred_on"] <= min(last, self.day)
            and self._follow(who, other, rest)
            for other in self.touches[who]
        )
        if not step.get("not"):
            return comes
        return not comes and ("within_days" not in step or last <= self.day)

    def _is(self, touch: dict[str, Any], rule: dict[str, Any]) -> bool:
        return touch["event"] == rule["event"] and ("where" not in rule or self._where(touch, rule["where"]))

    def _where(self, touch: dict[str, Any], group: dict[str, Any]) -> bool:
        found = [
            self._where(touch, rule) if "rules" in rule else self._compares(touch[rule["field"]], rule)
            for rule in group["rules"]
        ]
        joined = all(found) if group.get("combinator", "and") == "and" else any(found)
        return joined != bool(group.get("not"))
