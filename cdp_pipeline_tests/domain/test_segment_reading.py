from typing import Any, get_args

import pytest

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.segments import Operator, Segment
from cdp_pipeline.domain.segment_reading import LANGUAGES, Language, _phrases, reading, rule_reading

CONTENT: dict[str, Any] = {
    "id": "s",
    "description": "s",
    "owner": "s",
    "include": {
        "rules": [
            {"field": "frequency", "operator": ">=", "value": 3},
            {"field": "last_order_on", "operator": "<", "value": {"days_ago": 60}},
            {"event": "order", "count": {"op": "=", "value": 0}, "within_days": 30},
            {"event": "viewed", "then": [{"event": "order", "within_days": 7, "not": True}]},
        ]
    },
    "exclude": {"rules": [{"segment": "staff"}]},
    "promotes": {"skus": ["JUM-021"], "within_days": 365},
    "limit": {"by": "monetary_value", "count": 100},
    "purposes": ["newsletter"],
}
READ = {
    "en": [
        "Included: all of this:",
        "  - number of purchases at least 3",
        "  - last purchase before the day 60 days back",
        "  - no order in the last 30 days",
        "  - at least 1 × page seen, not followed by order within 7 days.",
        "Left out: member of the segment staff.",
        "Left out: whoever bought article JUM-021 in the last 365 days.",
        "Of these only the 100 with the highest total spent.",
        "Needs consent to: newsletter.",
    ],
    "fr": [
        "Inclus : tout ceci :",
        "  - nombre d'achats d'au moins 3",
        "  - dernier achat avant jour 60 jours avant",
        "  - aucun : commande au cours des 30 derniers jours",
        "  - au moins 1 × page vue, non suivi de : commande sous 7 jours.",
        "Exclus : membre du segment staff.",
        "Exclus : ceux qui ont acheté l'article JUM-021 au cours des 365 derniers jours.",
        "Parmi eux, seuls les 100 premiers selon montant total, par ordre décroissant.",
        "Consentement nécessaire : newsletter.",
    ],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_segment_reads_in_plain_words(language: Language) -> None:
    assert reading(Segment.model_validate(CONTENT), language).split("\n") == READ[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operator_has_its_words(language: Language) -> None:
    assert set(_phrases(language)["operators"]) == set(get_args(Operator))


def test_both_languages_have_the_same_phrases() -> None:
    en, fr = _phrases("en"), _phrases("fr")
    assert en.keys() == fr.keys()
    assert en["events"].keys() == fr["events"].keys()
    assert en["fields"].keys() <= fr["fields"].keys()


def test_every_segment_of_the_repository_reads(project: Project) -> None:
    for segment in project.segments.values():
        for language in LANGUAGES:
            assert reading(segment, language).endswith(".")


def test_a_rule_reads_in_one_line() -> None:
    segment = Segment.model_validate(CONTENT)
    assert segment.include is not None
    assert rule_reading(segment.include, "en").startswith("all of this: number of purchases at least 3")
