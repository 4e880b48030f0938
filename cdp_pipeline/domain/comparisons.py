"""Comparisons of the linkage model: for each kind of attribute its levels, from agreement to none.

What belongs here: the levels' conditions with their prior m and u (Fellegi and Sunter's names for the
probability of a level among matching and among other pairs). The priors serve where training never
sees a level. What does not: training (`assets.identity.linkage_model`).
"""

from dataclasses import dataclass

from cdp_pipeline.config.identity import Attribute, Identity


@dataclass(frozen=True)
class Level:
    """One outcome of a comparison; `frequency` names the column whose rare values weigh more.

    With `fixed` m and u stand as they are: training can't tell them.
    """

    label: str
    condition: str
    m: float
    u: float
    frequency: str | None = None
    fixed: bool = False


@dataclass(frozen=True)
class Comparison:
    """One attribute's levels, best first; `null` is when nothing can be said; `columns` must hold values.

    `largest_else_m` bounds how often matching records may disagree altogether.
    """

    name: str
    columns: tuple[str, ...]
    null: str
    levels: tuple[Level, ...]
    largest_else_m: float


def _similar(left: str, right: str, threshold: float) -> str:
    return f"jaro_winkler_similarity({left}, {right}) >= {threshold}"


def _both_similar(given: float, family: float) -> str:
    return f"{_similar('given_l', 'given_r', given)} and {_similar('family_l', 'family_r', family)}"


def _typos(name: str, most: int, least_length: int) -> str:
    # Levenshtein is dear: the lengths say first whether it can pay.
    return (
        f"(length({name}_l) >= {least_length} and abs(length({name}_l) - length({name}_r)) <= {most}"
        f" and levenshtein({name}_l, {name}_r) <= {most})"
    )


def _missing(*names: str) -> str:
    return " and ".join(f"({name}_l is null or {name}_r is null)" for name in names)


PART_MISSING = "(given_l is null or given_r is null or family_l is null or family_r is null)"
FAMILY_AGREES = f"({_similar('family_l', 'family_r', 0.92)} or contains_word(family_l, family_r))"
GIVEN_AGREES = (
    f"({_similar('given_l', 'given_r', 0.92)} or given_root_l = given_root_r"
    " or contains_word(given_l, given_r) or is_initial_of(given_l, given_r))"
)
EITHER_PART = f"({_similar('given_l', 'given_r', 0.9)} or {_similar('family_l', 'family_r', 0.9)})"
CROSSED_PART = f"({_similar('given_l', 'family_r', 0.92)} or {_similar('family_l', 'given_r', 0.92)})"
SAME_AREA = "(postcode_l = postcode_r or city_l = city_r)"
SAME_MAILBOX_NAME = "(mailbox_name_l = mailbox_name_r and length(mailbox_name_l) >= 6)"


def _name(name: str, attribute: Attribute) -> Comparison:
    swapped = f"({_similar('given_l', 'family_r', 0.92)} and {_similar('family_l', 'given_r', 0.92)})"
    nearly = f"({_both_similar(0.88, 0.8)} or {_both_similar(0.8, 0.88)})"
    levels = (
        Level("exact", "full_key_l = full_key_r", 0.75, 1e-5, "full_key"),
        Level("given and family swapped", swapped, 0.02, 1e-6),
        Level("both similar", _both_similar(0.92, 0.92), 0.08, 2e-5),
        Level("compound, short form or initial", f"{FAMILY_AGREES} and {GIVEN_AGREES}", 0.03, 6e-5),
        Level("both sound alike", "given_sound_l = given_sound_r and family_sound_l = family_sound_r", 0.03, 1e-4),
        Level("both nearly similar", nearly, 0.03, 1e-4),
        Level("one part missing, the other similar", f"{PART_MISSING} and {EITHER_PART}", 0.03, 1e-3),
        Level("given exact", "given_l = given_r", 0.03, 6e-3, "given"),
        Level("family exact", "family_l = family_r", 0.02, 2e-3, "family"),
        Level("one part similar, or in the other's place", f"({EITHER_PART} or {CROSSED_PART})", 0.02, 8e-3),
        Level("different", "ELSE", 0.01, 0.98),
    )
    return Comparison(name, ("given", "family"), _missing("given", "family"), levels, 0.03)


def _date(name: str, attribute: Attribute) -> Comparison:
    one_slip = "(levenshtein(birth_l, birth_r) <= 2 and damerau_levenshtein(birth_l, birth_r) <= 1)"
    no_days = "no_days_known(birth_l, birth_r)"
    levels = (
        Level("exact", "birth_l = birth_r", 0.9, 4e-5),
        Level(
            "day and month swapped, or one slip",
            f"(case when {no_days} then years_apart(birth_l, birth_r) = 1 else day_month_swapped(birth_l, birth_r) or {one_slip} end)",
            0.06,
            8e-4,
        ),
        Level(
            "two slips, or the year alone known",
            f"(not {no_days} and (levenshtein(birth_l, birth_r) <= 2 or year_alone(birth_l, birth_r)))",
            0.02,
            0.012,
        ),
        Level("same year", "birth_year_l = birth_year_r", 0.01, 0.012),
        Level("different", "ELSE", 0.01, 0.97),
    )
    return Comparison(name, ("birth",), _missing("birth"), levels, 0.03)


def _email(name: str, attribute: Attribute) -> Comparison:
    levels = (
        Level("exact", "email_l = email_r", 0.7, 1e-6, "email"),
        Level("same mailbox name, other domain", SAME_MAILBOX_NAME, 0.05, 2e-6),
        Level("two slips in its letters", f"({_typos('email', 2, 10)} and same_digits(email_l, email_r))", 0.05, 2e-6),
        Level("different", "ELSE", 0.2, 0.9999),
    )
    return Comparison(name, ("email",), _missing("email"), levels, 0.6)


def _phone(name: str, attribute: Attribute) -> Comparison:
    levels = (
        Level("exact", "phone_l = phone_r", 0.7, 1e-6, "phone"),
        Level("one slip", _typos("phone", 1, 8), 0.05, 1e-6),
        Level("different", "ELSE", 0.25, 0.9999),
    )
    return Comparison(name, ("phone",), _missing("phone"), levels, 0.6)


def _address(name: str, attribute: Attribute) -> Comparison:
    levels = (
        Level("exact", "address_l = address_r", 0.6, 1e-5, "address"),
        Level(
            "street similar, same area",
            f"{_similar('street_l', 'street_r', 0.9)} and {SAME_AREA}",
            0.15,
            1e-5,
        ),
        Level("street exact", "street_l = street_r", 0.03, 1e-5),
        Level("postcode and city", "postcode_l = postcode_r and city_l = city_r", 0.05, 2e-4, "postcode"),
        Level("postcode", "postcode_l = postcode_r", 0.04, 1e-3, "postcode"),
        Level("city", "city_l = city_r", 0.03, 2e-3, "city"),
        Level("different", "ELSE", 0.1, 0.997),
    )
    return Comparison(name, ("street", "postcode", "city"), _missing("street", "postcode", "city"), levels, 0.4)


def _text(name: str, attribute: Attribute) -> Comparison:
    value = str(attribute.column)
    levels = (
        Level("exact", f"{value}_l = {value}_r", 0.9, 1e-6, value),
        Level("one slip", _typos(value, 1, 6), 0.07, 5e-6),
        Level("two slips", _typos(value, 2, 6), 0.01, 3e-4),
        Level("different", "ELSE", 0.02, 0.999),
    )
    return Comparison(name, (value,), _missing(value), levels, 0.05)


def _household() -> Comparison:
    """What name, address, telephone and mailbox say twice of a household: its members have them in common.

    Namesakes in one place who share nothing else, while their mailboxes differ, are as likely two people (a son
    bears his father's name); and another given name is mostly another member's.
    """
    birth_unknown = "(birth_l is null or birth_r is null)"
    nothing_else = f"own_email_l <> own_email_r and coalesce(phone_l <> phone_r, true) and {birth_unknown}"
    namesakes = f"{SAME_AREA} and {_both_similar(0.92, 0.92)} and {nothing_else}"
    others = "givens_conflict(given_l, given_r, given_root_l, given_root_r, family_l, family_r)"
    levels = (
        Level("namesakes who share nothing else", namesakes, 0.0002, 1.0, fixed=True),
        Level("another given name", f"{others} and coalesce(birth_l <> birth_r, true)", 0.02, 1.0, fixed=True),
        Level("others", "ELSE", 1.0, 1.0, fixed=True),
    )
    nothing_shared = " and ".join(
        f"not coalesce({shared}, false)" for shared in (SAME_AREA, "email_l = email_r", "phone_l = phone_r")
    )
    return Comparison("household", ("postcode", "city", "email", "phone"), nothing_shared, levels, 1.0)


def _mailbox() -> Comparison:
    """What name and e-mail say twice: a mailbox name is mostly made of its owner's name, and so is a namesake's.

    Elsewhere the same one (anna.berg2) is a namesake's rather than the person's second mailbox; one that neither name
    tells (sunshine77) keeps its weight.
    """
    parts = [f"{part}_{side}" for side in "lr" for part in ("family", "given")]
    told = " or ".join(f"bears_name(mailbox_name_l, {part})" for part in parts)
    elsewhere = f"email_l <> email_r and {SAME_MAILBOX_NAME} and ({told})"
    levels = (
        Level("made of the name, at another domain", elsewhere, 0.0001, 1.0, fixed=True),
        Level("others", "ELSE", 1.0, 1.0, fixed=True),
    )
    return Comparison("mailbox", ("email",), _missing("email"), levels, 1.0)


KINDS = {"name": _name, "date": _date, "email": _email, "phone": _phone, "address": _address, "text": _text}


def comparisons(identity: Identity, filled: set[str]) -> list[Comparison]:
    """Comparisons whose columns hold values; attributes that a deployment lacks drop out."""
    built = [KINDS[attribute.kind](name, attribute) for name, attribute in identity.attributes.items()]
    kinds = {attribute.kind for attribute in identity.attributes.values()}
    is_named = "name" in kinds and {"given", "family"} <= filled
    said_twice = [_mailbox()] if is_named and "email" in kinds else []
    said_twice += [_household()] if is_named and kinds & {"address", "email", "phone"} else []
    return [comparison for comparison in built + said_twice if filled & set(comparison.columns)]
