"""`seeds/linkage_model.json`: a trained linkage model that was promoted, as Splink writes its settings."""

import json
from pathlib import Path
from typing import Any

from cdp_pipeline.config.base import ConfigError

NEEDED = ("comparisons", "blocking_rules_to_generate_predictions")


def load_linkage_model(seeds: Path) -> dict[str, Any] | None:
    """Splink's settings; None where no model was promoted. Raises ConfigError naming the file and what it lacks."""
    path = seeds / "linkage_model.json"
    if not path.exists():
        return None
    remedy = "promote a model again (`cdp train --promote VERSION`), or delete the file to train on the next run"
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(f"{path}: not valid JSON ({error}); {remedy}") from None
    missing = [name for name in NEEDED if not isinstance(settings, dict) or not isinstance(settings.get(name), list)]
    if missing:
        raise ConfigError(f"{path}: not a linkage model, {missing} are missing; {remedy}")
    return dict(settings)
