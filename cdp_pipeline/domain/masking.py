"""Messages of the engine without the values that they quote, which may be somebody's."""

import re

TELLING = re.compile(r"(Conversion|Invalid Input|Serialization|Out of Range|Parser|Invalid|JSON) Error|Malformed|parse")
"""Messages of the engine that quote a value."""
QUOTED = re.compile(r"'.*'|\"[^\"]*[^\"\w.][^\"]*\"", re.DOTALL)
"""All that is quoted but names of columns and tables."""


def without_values(message: str) -> str:
    """The message, or its kind where the rest quotes a value."""
    found = TELLING.search(message)
    if found:
        return f"{found.group()}: a value can't be used; its text is not shown, as it may tell of a person"
    return QUOTED.sub("'…'", message)
