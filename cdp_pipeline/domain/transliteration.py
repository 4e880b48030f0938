"""Names of other scripts in Latin letters, as both engines call it where a value has more than accents.

What belongs here: what anyascii leaves out and linkage needs. What does not: folding and phonetic keys (`sql/macros.sql`).
"""

import re

from anyascii import anyascii

FIRST_WAW = re.compile(r"\bو")
ARABIC_VOWELS = str.maketrans(dict.fromkeys("اأآإٱىةع", "a") | dict.fromkeys("وؤ", "u") | dict.fromkeys("ييیئ", "i"))
"""Letters of Arabic and Persian that stand for long vowels, or begin a name with one. anyascii leaves the first out and
writes the others as consonants: yusuf would be ywsf, and ahmad hmd. A waw that begins a name is none (walid)."""


def in_latin_letters(value: str) -> str:
    """The value in Latin letters: vowels of Arabic are kept, the rest is anyascii's."""
    return anyascii(FIRST_WAW.sub("w", value).translate(ARABIC_VOWELS))
