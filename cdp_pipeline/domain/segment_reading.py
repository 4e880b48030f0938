"""A segment in plain words, English or French, for whoever doesn't read YAML.

What belongs here: the order of the words; the words themselves are in `segment_phrases.yml`.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from cdp_pipeline.config.base import read_yaml
from cdp_pipeline.config.segments import (
    DaysAgo,
    Event,
    Group,
    Limit,
    Promotion,
    Property,
    Sample,
    Scalar,
    Segment,
    SegmentReference,
    Step,
    Sum,
)

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")
PAIRS = ("between", "not between")


@cache
def _phrases(language: Language) -> dict[str, Any]:
    phrases: dict[str, Any] = read_yaml(Path(__file__).with_name("segment_phrases.yml"))[language]
    return phrases


def reading(segment: Segment, language: Language) -> str:
    """The whole segment, several lines."""
    say = _phrases(language)
    if segment.include is None:
        lines = [say["sql"].format(query=segment.query)]
    else:
        lines = [say["included"].format(rules=_group(segment.include, say, 0))]
    if segment.exclude is not None:
        lines.append(say["left_out"].format(rules=_group(segment.exclude, say, 0)))
    if segment.promotes is not None:
        lines.append(_promotion(segment.promotes, say))
    if segment.limit is not None:
        lines.append(_limit(segment.limit, say))
    text = ".\n".join(lines) + "."
    for key, names in (("purposes", segment.purposes), ("channels", segment.channels)):
        if names:
            text += "\n" + say[key].format(**{key: ", ".join(names)})
    return text


def rule_reading(rule: object, language: Language) -> str:
    """One rule or group, a line."""
    return " ".join(_rule(rule, _phrases(language), 0).replace("\n", " ").split()).replace(" - ", " ")


def _group(group: Group, say: dict[str, Any], depth: int) -> str:
    rules = [_rule(rule, say, depth + 1) for rule in group.rules]
    if len(rules) == 1 and not group.negated:
        return rules[0]
    inner = "".join(f"\n{'  ' * (depth + 1)}- {rule}" for rule in rules)
    return f"{say[_opening(group)]}{inner}"


def _opening(group: Group) -> str:
    """The phrase before several rules, or before those that must not hold."""
    asked = "all" if group.combinator == "and" else "any"
    if not group.negated:
        return asked
    return f"not_{asked}" if len(group.rules) > 1 else "not_any"


def _rule(rule: object, say: dict[str, Any], depth: int) -> str:
    if isinstance(rule, Group):
        return _group(rule, say, depth)
    if isinstance(rule, Property):
        return _property(rule, say)
    if isinstance(rule, SegmentReference):
        return str(say["segment"].format(segment=rule.segment))
    if isinstance(rule, Sample):
        return str(say["sample"].format(share=f"{rule.sample:.3g}", salt=rule.salt))
    assert isinstance(rule, Event)
    return _event(rule, say)


def _property(rule: Property, say: dict[str, Any]) -> str:
    between = f" {say['to' if rule.operator in PAIRS else 'or']} "
    values = between.join(_value(value, say) for value in rule.values)
    asks_days = rule.values and isinstance(rule.values[0], date | DaysAgo)
    phrases = {**say["operators"], **say["of_days"]} if asks_days else say["operators"]
    return str(phrases[rule.operator].format(field=_name(rule.field, say), value=values))


def _event(rule: Event, say: dict[str, Any]) -> str:
    event, asked = _event_name(rule.event, say), rule.asked
    if isinstance(asked, Sum):
        text: str = say["sum"].format(
            event=event, sum=say["sums"][asked.op].format(n=f"{asked.value:g}"), field=_name(asked.field, say)
        )
    elif (asked.op, asked.value) in (("=", 0), ("<", 1), ("<=", 0)):
        text = f"{say['never']} {event}"
    else:
        text = f"{say['counts'][asked.op].format(n=asked.value)} {event}"
    if rule.within_days is not None:
        text += " " + say["within"].format(days=rule.within_days)
    for key, day in (("since", rule.since), ("until", rule.until)):
        if day is not None:
            text += " " + say[key].format(day=_value(day, say))
    text += _where(rule.where, say)
    return text + "".join(", " + _step(step, say) for step in rule.then)


def _step(step: Step, say: dict[str, Any]) -> str:
    text = say["then_not" if step.negated else "then"].format(event=_event_name(step.event, say))
    if step.within_days is not None:
        text += " " + say["then_within"].format(days=step.within_days)
    return str(text) + _where(step.where, say)


def _where(where: Group | None, say: dict[str, Any]) -> str:
    if where is None:
        return ""
    return f" ({say['where'].format(where=_inner(where, say))})"


def _inner(where: Group, say: dict[str, Any]) -> str:
    """The rules of an event's fields in one line, groups within groups in brackets."""
    word = say["and" if where.combinator == "and" else "or"]
    parts = [f"[{_inner(rule, say)}]" if isinstance(rule, Group) else _rule(rule, say, 0) for rule in where.rules]
    told = f" {word} ".join(parts)
    return f"{say[_opening(where)]} {told}" if where.negated else told


def _promotion(promoted: Promotion, say: dict[str, Any]) -> str:
    parts = [f"{say['article']} {sku}" for sku in promoted.skus]
    parts += [f"{say['category']} {category}" for category in promoted.categories]
    return str(say["promotes"].format(what=f" {say['or']} ".join(parts), days=promoted.within_days))


def _limit(limit: Limit, say: dict[str, Any]) -> str:
    words = {"field": _name(limit.by, say), "order": say[limit.order]}
    if limit.count is not None:
        return str(say["limit_count"].format(count=limit.count, **words))
    return str(say["limit_share"].format(share=f"{100 * float(limit.share or 0):.4g}%", **words))


def _name(field: str, say: dict[str, Any]) -> str:
    return str(say["fields"].get(field, field.replace("_", " ")))


def _event_name(event: str, say: dict[str, Any]) -> str:
    return str(say["events"].get(event, event))


def _value(value: Scalar, say: dict[str, Any]) -> str:
    if isinstance(value, DaysAgo):
        return str(say["days_ago"].format(days=value.days_ago) if value.days_ago else say["today"])
    if isinstance(value, bool):
        return str(say["yes" if value else "no"])
    return value.isoformat() if isinstance(value, date) else str(value)
