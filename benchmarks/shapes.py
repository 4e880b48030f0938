"""Pairwise accuracy on made-up people of other shapes than the demo's, with the repository's identity.yml.

`python -m benchmarks.shapes` makes four registers and runs their day: persons of two centuries, each written down
some ten times with slips, initials, middle names and unknown days of birth, and no e-mail, telephone or street;
families of one address, with a landline and often a mailbox in common, twins and fathers of a son of their name
among them; buyers, a record an order, of which a few have dozens; and travellers, whose Russian, Greek and Arabic names
stand in their own letters or in English, German, French or a passport's. No label is read by the pipeline.
"""

import argparse
import csv
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate, product
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from benchmarks.accuracy import TRUTH, pairwise
from cdp_pipeline.demo.generate import HERE
from cdp_pipeline_tests.homes import cdp, make_seeds

DAY = "2026-01-01"
Row = dict[str, str]
SYSTEMS = ("english", "german", "french", "passport")
"""Ways to romanise a name: the columns of `romanisations.csv`."""


class Names:
    """Given names, family names, towns and streets of the demo's lists; the first come most often (Zipf's law)."""

    def __init__(self, random: Random) -> None:
        self.random = random
        given = [row["name"] for row in _reference("given_names")]
        parts = [[row["text"] for row in _reference("syllables") if row["part"] == part] for part in "abc"]
        made = ["".join(syllables) for syllables in product(*parts)]
        random.shuffle(made)
        self._given = given, _weights(given)
        family = [row["name"] for row in _reference("family_names")] + made[:6000]
        self._family = family, _weights(family)
        towns = [(row["city"], row["postcode"]) for row in _reference("cities") if row["country"] == "FR"]
        self._towns = towns, _weights(towns)
        self._streets = [f"{row['kind']} {row['name']}" for row in _reference("streets")]

    def given(self) -> str:
        """A given name."""
        return self.random.choices(self._given[0], cum_weights=self._given[1])[0]

    def family(self) -> str:
        """A family name."""
        return self.random.choices(self._family[0], cum_weights=self._family[1])[0]

    def town(self) -> tuple[str, str]:
        """A town and its postcode."""
        return self.random.choices(self._towns[0], cum_weights=self._towns[1])[0]

    def street(self) -> str:
        """A number and a street."""
        return f"{self.random.randrange(1, 120)} {self.random.choice(self._streets)}"

    def birth(self, first: int, last: int) -> date:
        """A day of these years."""
        return date(self.random.randint(first, last), 1, 1) + timedelta(days=self.random.randrange(365))

    def slip(self, text: str) -> str:
        """A letter left out, doubled or changed for its neighbour."""
        if len(text) < 3:
            return text
        place = self.random.randrange(1, len(text))
        before, here, after = text[: place - 1], text[place - 1], text[place:]
        return self.random.choice([before + after, before + here + here + after, before + after[0] + here + after[1:]])


def _reference(name: str) -> list[Row]:
    return _read(HERE / "reference" / f"{name}.csv")


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _weights(values: Sequence[object]) -> list[float]:
    return list(accumulate(1 / (place + 3) for place in range(len(values))))


def persons(names: Names, people: int) -> Iterator[tuple[int, Row]]:
    """Person and record, of `people` persons born between 1700 and 1930; one in five lives where a relative does."""
    random, town, family = names.random, names.town(), names.family()
    for person in range(people):
        if random.random() > 0.2:
            town, family = names.town(), names.family()
        given, middle, born = names.given(), names.given(), names.birth(1700, 1930)
        for _ in range(min(40, max(1, round(random.gauss(9, 4))))):
            forms = [given[0] + ".", f"{given[0]}. {middle[0]}.", f"{given} {middle}", names.slip(given), ""]
            days = [born.isoformat()] * 6 + ["", f"{born.year}-01-01", (born + timedelta(days=10)).isoformat()]
            yield (
                person,
                {
                    "first_name": random.choices([given, *forms], [76, 4, 4, 6, 8, 2])[0],
                    "surname": random.choices([family, names.slip(family), ""], [90, 8, 2])[0],
                    "born": random.choice(days),
                    "birth_place": random.choices([town[0], names.slip(town[0]), ""], [78, 5, 17])[0],
                    "postcode": random.choices([town[1], ""], [80, 20])[0],
                },
            )


def families(names: Names, people: int) -> Iterator[tuple[int, Row]]:
    """Person and record, of about `people` members of families; birth dates are known of three in five records."""
    random, person = names.random, 0
    while person < people:
        family, street, town = names.family(), names.street(), names.town()
        landline, common = f"01{random.randrange(10**8):08d}", f"famille{family.lower()}{random.randrange(100)}@free.fr"
        year = random.randint(1945, 1985)
        members = [(names.given(), names.birth(year - 4, year)), (names.given(), names.birth(year - 4, year + 4))]
        for _ in range(random.choice([0, 0, 1, 2, 3])):
            is_namesake = random.random() < 0.05
            members.append((members[0][0] if is_namesake else names.given(), names.birth(year + 22, year + 36)))
            if random.random() < 0.05:
                members.append((names.given(), members[-1][1]))
        shares = random.random() < 0.45
        for given, born in members:
            own = f"{given}.{family}{random.randrange(1000)}@gmail.com".lower().replace(" ", "")
            mobile = f"06{random.randrange(10**8):08d}"
            for _ in range(random.choice([1, 1, 1, 2, 2, 3])):
                yield (
                    person,
                    {
                        "first_name": random.choices([given, names.slip(given), given[0] + "."], [93, 5, 2])[0],
                        "surname": random.choices([family, names.slip(family)], [95, 5])[0],
                        "born": born.isoformat() if random.random() < 0.6 else "",
                        "mail": random.choices([common if shares else own, own, ""], [50, 30, 20])[0],
                        "phone": random.choices([landline, mobile, ""], [50, 25, 25])[0],
                        "street": street,
                        "postcode": town[1],
                        "town": town[0],
                    },
                )
            person += 1


def buyers(names: Names, people: int) -> Iterator[tuple[int, Row]]:
    """Person and record: an order each, of which a few buyers have dozens; birth dates are not asked for.

    A quarter moves meanwhile, four in ten write from a second mailbox, and one in seven lives with the one before.
    """
    random, homes = names.random, [(names.street(), names.town())]
    family = names.family()
    for person in range(people):
        if random.random() > 0.15:
            homes, family = [(names.street(), names.town())], names.family()
        given = names.given()
        places = [*homes, (names.street(), names.town())] if random.random() < 0.25 else homes
        mobile = f"06{random.randrange(10**8):08d}"
        own = [
            f"{given}.{family}{random.randrange(100)}@gmail.com",
            f"{given[0]}{family}{random.randrange(1000)}@free.fr",
        ]
        mails = [mail.lower().replace(" ", "") for mail in own[: random.choices([1, 2], [60, 40])[0]]]
        orders = min(60, int(random.paretovariate(1.05)))
        for order in range(orders):
            street, town = places[order * len(places) // orders]
            forms = [
                (given, family),
                (given[0] + ".", family),
                (names.slip(given), family),
                (given, names.slip(family)),
                (family, given),
            ]
            first_name, surname = random.choices(forms, [88, 3, 3, 4, 2])[0]
            has_address = random.random() < 0.85
            yield (
                person,
                {
                    "first_name": first_name,
                    "surname": surname,
                    "born": "",
                    "mail": random.choice(mails) if random.random() < 0.9 else "",
                    "phone": mobile if random.random() < 0.6 else "",
                    "street": street if has_address else "",
                    "postcode": town[1] if has_address else "",
                    "town": town[0] if has_address else "",
                },
            )


def travellers(names: Names, people: int) -> Iterator[tuple[int, Row]]:
    """Person and record; a name is in its own script, or romanised by a system that the place where it is written has.

    Six in ten records have a birth date, four in ten a mailbox, or a telephone, and half a street.
    """
    random = names.random
    letters = {row["letter"]: row for row in _read(Path(__file__).parent / "romanisations.csv")}
    known: dict[tuple[str, str], list[Row]] = {}
    for row in _read(Path(__file__).parent / "names_in_scripts.csv"):
        known.setdefault((row["script"], row["part"]), []).append(row)

    def written(name: Row, system: str) -> str:
        """The name as a system has it; an Arabic one, whose vowels are not written, in one of its usual forms."""
        if system == "own":
            return name["name"]
        if name["romanised"]:
            forms = name["romanised"].split("|")
            return forms[SYSTEMS.index(system) % len(forms)]
        return "".join(letters[letter][system] for letter in name["name"].lower()).capitalize()

    for person in range(people):
        script = random.choices(["cyrillic", "greek", "arabic"], [60, 20, 20])[0]
        given, family = (random.choice(known[script, part]) for part in ("given", "family"))
        born = names.birth(1940, 2005)
        street, town, system = names.street(), names.town(), random.choice(SYSTEMS)
        mobile, mail = f"06{random.randrange(10**8):08d}", f"traveller{random.randrange(10**7)}@gmail.com"
        for _ in range(random.choice([1, 2, 2, 3, 3, 4])):
            here = random.choices([system, "own", *SYSTEMS], [40, 25, 10, 10, 5, 10])[0]
            has_address = random.random() < 0.5
            yield (
                person,
                {
                    "first_name": names.slip(written(given, here)) if random.random() < 0.03 else written(given, here),
                    "surname": names.slip(written(family, here)) if random.random() < 0.03 else written(family, here),
                    "born": born.isoformat() if random.random() < 0.6 else "",
                    "mail": mail if random.random() < 0.4 else "",
                    "phone": mobile if random.random() < 0.4 else "",
                    "street": street if has_address else "",
                    "postcode": town[1] if has_address or random.random() < 0.5 else "",
                    "town": town[0] if has_address or random.random() < 0.5 else "",
                },
            )


Shape = Callable[[Names, int], Iterator[tuple[int, Row]]]
SHAPES: dict[str, tuple[str, Shape]] = {
    "persons": ("persons", persons),
    "families": ("families", families),
    "buyers": ("families", buyers),
    "travellers": ("families", travellers),
}
"""The deployment and the records of each."""


def score(shape: str, people: int, seed: int, home: Path) -> tuple[int, float, float, float]:
    """Make the register, run its day; returns records, precision, recall and F1."""
    deployment, made = SHAPES[shape]
    make_seeds(deployment, home)
    rows = [(person, {"id": str(number), **row}) for number, (person, row) in enumerate(made(Names(Random(seed)), people))]  # fmt: skip
    landed, truth = home / "data" / "landing" / "register" / DAY / "people.csv", home / "truth.csv"
    landed.parent.mkdir(parents=True)
    with landed.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0][1]))
        writer.writeheader()
        writer.writerows(row for _, row in rows)
    with truth.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [("record_id", "person_id"), *((f"register.people:{row['id']}", person) for person, row in rows)]
        )
    done = cdp(home, "run", "--date", DAY)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return len(rows), *pairwise(home, TRUTH, [str(truth)])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shapes", nargs="*", choices=sorted(SHAPES), default=list(SHAPES))
    asked = parser.parse_args()
    table = Table("register", "records", "precision", "recall", "F1")
    for shape in asked.shapes:
        with tempfile.TemporaryDirectory(prefix="cdp_shapes_") as folder:
            records, *found = score(shape, asked.people, asked.seed, Path(folder) / "home")
        table.add_row(shape, f"{records:,}", *(f"{value:.4f}" for value in found))
    Console().print(table)


if __name__ == "__main__":
    main()
