"""`cdp explain`: why records are one person, or not (law 6).

Of a profile the strongest links that hold all its records together, each with its evidence, the weakest
of them, and what would split it. Of two records their own comparison, and the way from one to the other
or what keeps them apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components
from sqlglot import exp

from cdp_pipeline.assets.identity.linkage_model import model_in_force
from cdp_pipeline.config.identity import Thresholds
from cdp_pipeline.config.project import Project
from cdp_pipeline.config.steward import as_table, load_decisions
from cdp_pipeline.domain.clustering import strongest_tree
from cdp_pipeline.domain.guards import common_names_select, conflict_steps, holding, proofs_select
from cdp_pipeline.domain.linkage import compared
from cdp_pipeline.privacy import people
from cdp_pipeline.reporting.tables import shown_table
from cdp_pipeline.resources.engines import warehouse_of
from cdp_pipeline.resources.linker import weigh
from cdp_pipeline.resources.warehouse import Session, require
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.files import named_beside
from cdp_pipeline.sql.lineage import tables_read

QUERIES = named_beside(__file__)
Pair = tuple[int, int]
BITS_A_MARK = 2.0
SAYS = {
    None: "they hold two values of an identifier that a person has once",
    "birth_date": "their birth dates conflict",
    "given_name": "their given names conflict",
    "common_name": "two given names that are common here, and no birth date that they share",
    "namesake": "namesakes of one street, with other mailboxes and no telephone in common",
    "mobile": "namesakes of one street, with two mobile telephones and no mailbox in common",
}
OTHERWISE = (
    "linked records that a guard keeps apart draw them to both sides; or together they would break the limit of "
    "records; or a weak link alone joins two groups"
)


@dataclass(frozen=True)
class Member:
    """A record of a profile."""

    number: int
    name: str
    profile: str
    component: int


@dataclass(frozen=True)
class Link:
    """The strongest link of two records; `strength` in bits, None where they can't be one person."""

    pair: Pair
    evidence: str
    strength: float | None


class Explanation:
    """What the warehouse knows of some profiles' records and links."""

    def __init__(self, session: Session, project: Project, profiles: Iterable[str]) -> None:
        self._session, self._project = session, project
        asked = [(profile,) for profile in sorted(set(profiles))]
        session.stage_rows("asked_profiles", {"profile_id": "varchar"}, asked)
        session.stage("members", QUERIES["members"])
        rows = session.rows(exp.select("*").from_("members"))
        self.members = [Member(int(number), str(name), str(profile), int(c)) for number, name, profile, c in rows]
        self.names = {member.number: member.name for member in self.members}
        found = session.rows(QUERIES["links"])
        self.links = [Link((int(a), int(b)), str(e), None if s is None else float(s)) for a, b, e, s in found]

    def tree(self, profile: str) -> list[Link]:
        """The strongest links that hold a profile's records together, the strongest first."""
        mine = {member.number for member in self.members if member.profile == profile}
        links = [link for link in self.links if link.strength is not None and set(link.pair) <= mine]
        numbers = sorted(mine)
        ends = [np.searchsorted(numbers, [link.pair[side] for link in links]) for side in (0, 1)]
        strengths = np.array([float(link.strength or 0) for link in links])
        return [links[place] for place in strongest_tree(len(numbers), ends[0], ends[1], strengths)]

    def sides(self, tree: list[Link], weakest: Link) -> tuple[set[int], set[int], list[Link]]:
        """The records on both sides of a link of the tree, and every link that joins the two sides."""
        numbers = sorted({number for link in tree for number in link.pair})
        others = [link.pair for link in tree if link is not weakest]
        ends = [np.searchsorted(numbers, [pair[side] for pair in others]) for side in (0, 1)]
        graph = coo_array((np.ones(len(others)), (ends[0], ends[1])), shape=(len(numbers),) * 2)
        _, labels = connected_components(graph, directed=False)
        first = labels[np.searchsorted(numbers, weakest.pair[0])]
        one = {number for number, label in zip(numbers, labels, strict=True) if label == first}
        two = set(numbers) - one
        across = [
            link
            for link in self.links
            if link.strength is not None and len(one & set(link.pair)) == 1 and set(link.pair) <= one | two
        ]
        return one, two, across

    def path(self, tree: list[Link], start: int, end: int) -> list[Link]:
        """Links of the tree that lead from one record to the other."""
        numbers = sorted({number for link in tree for number in link.pair})
        ends = [np.searchsorted(numbers, [link.pair[side] for link in tree]) for side in (0, 1)]
        graph = coo_array((np.ones(len(tree)), (ends[0], ends[1])), shape=(len(numbers),) * 2).tocsr()
        _, before = breadth_first_order(graph, int(np.searchsorted(numbers, start)), directed=False)
        by_pair = {frozenset(link.pair): link for link in tree}
        way, place = [], int(np.searchsorted(numbers, end))
        while numbers[place] != start:
            previous = int(before[place])
            way.append(by_pair[frozenset((numbers[place], numbers[previous]))])
            place = previous
        return way[::-1]

    def evidence(self, pairs: list[Pair]) -> dict[Pair, tuple[list[str], dict[str, Any]]]:
        """Identifiers that two records share, and their comparison by the model."""
        self._want(pairs)
        exact: dict[Pair, list[str]] = {}
        for a, b, kind, value in self._session.rows(QUERIES["identifiers"]):
            if kind in self._project.identity.identifiers:
                exact.setdefault((int(a), int(b)), []).append(f"{kind} {value}")
        model = model_in_force(self._session)
        self._session.stage("candidates", QUERIES["candidates"])
        self._session.stage("compared_records", QUERIES["compared_records"])
        weighed = weigh(self._session, model.settings, "compared_records") if model.settings["comparisons"] else []
        scores = {(int(row["record_no_l"]), int(row["record_no_r"])): row for row in weighed}
        return {pair: (exact.get(pair, []), scores.get(pair, {})) for pair in pairs}

    def rule(self, pair: Pair) -> str | None:
        """Blocking rule that proposed a pair that scored at least what a review takes."""
        self._want([pair])
        found = self._session.rows(QUERIES["scored"])
        return str(found[0][0]) if found else None

    def shared(self, pair: Pair) -> list[str]:
        """Identifiers that both hold and that link nobody, with the reason."""
        self._want([pair])
        self._session.stage("asked_records", QUERIES["asked_records"])
        found = self._session.rows(QUERIES["shared_identifiers"])
        return [f"{kind} {value}: {reason} ({records} records)" for kind, value, reason, records in found]

    def clashes(self) -> dict[Pair, str]:
        """Pairs of records of one component that a guard keeps apart, and what it says."""
        self._session.stage_rows("decisions", *as_table(load_decisions(self._project.seeds)))
        self._session.stage("clusters", QUERIES["clusters"])
        identity = compared(self._project.identity, model_in_force(self._session).settings)
        self._session.stage("common_names", common_names_select(identity))
        found: dict[Pair, str] = {}
        for guard in (None, *holding(identity, self._session.rows(proofs_select(identity)))):
            for name, step in conflict_steps(identity, [guard] if guard else []):
                self._session.stage(name, step)
            for a, b in self._session.rows(QUERIES["clashes"]):
                found.setdefault((int(a), int(b)), SAYS[guard])
        return dict(sorted(found.items()))

    def _want(self, pairs: list[Pair]) -> None:
        types = {"record_no_l": "bigint", "record_no_r": "bigint"}
        self._session.stage_rows("wanted", types, [(min(pair), max(pair)) for pair in pairs])


def explain(settings: Settings, project: Project, asked: list[str], console: Console) -> bool:
    """Print the explanation of the profiles that an address, a number or an id leads to, or of two records; False where there is no such one.

    Raises WarehouseError where no run has reached profiles.
    """
    with warehouse_of(settings).session(read_only=True) as session:
        require(session, sorted(tables_read(people.QUERIES["found"])))
        found = [people.found_profiles(session, name, project.deployment.default_country) for name in asked]
        if not all(found):
            return False
        explanation = Explanation(session, project, (profile for profiles in found for profile in profiles))
        if len(set(asked)) == 1:
            for profile in found[0]:
                _print_profile(console, explanation, profile)
        elif set(asked) <= set(explanation.names.values()):
            _print_two(console, explanation, project, asked)
        else:
            return False
    return True


def write_html(console: Console, path: Path) -> None:
    """What a recording console has printed, as a page readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(console.export_html(), encoding="utf-8")


def _print_profile(console: Console, explanation: Explanation, profile: str) -> None:
    tree = explanation.tree(profile)
    mine = [member for member in explanation.members if member.profile == profile]
    systems = {member.name.partition(".")[0] for member in mine}
    console.rule(f"profile {profile}")
    console.print(f"{len(mine)} record(s) of {len(systems)} system(s): {', '.join(sorted(systems))}", markup=False)
    if not tree:
        console.print("Nothing links it to another record.")
        return
    weakest = tree[-1]
    one, two, across = explanation.sides(tree, weakest)
    console.print(_links_table(explanation, tree, "The strongest links that hold all records together"))
    console.print(
        f"Weakest link: {_ends(explanation, weakest)}, {weakest.strength:.1f} bits. "
        f"{len(across)} link(s) join its two sides, of {len(one)} and {len(two)} record(s): without "
        f"{'it' if len(across) == 1 else 'them'} these would be two people.\n"
        f"To split it for good: cannot_link {explanation.names[weakest.pair[0]]},{explanation.names[weakest.pair[1]]} "
        "in seeds/steward/decisions.csv.",
        markup=False,
        soft_wrap=True,
    )


def _print_two(console: Console, explanation: Explanation, project: Project, asked: list[str]) -> None:
    found = {member.name: member for member in explanation.members}
    left, right = found[asked[0]], found[asked[1]]
    pair = (min(left.number, right.number), max(left.number, right.number))
    exact, score = explanation.evidence([pair])[pair]
    thresholds = project.identity.thresholds
    if left.profile == right.profile:
        console.print(f"One person: both records belong to profile {left.profile}.", markup=False)
        tree = explanation.tree(left.profile)
        way = explanation.path(tree, left.number, right.number)
        console.print(_links_table(explanation, way, "How links lead from one to the other"))
    else:
        console.print(f"Two people: profiles {left.profile} and {right.profile}.", markup=False)
        for reason in _apart(explanation, left, right, exact, score, thresholds):
            console.print(f"- {reason}", markup=False, soft_wrap=True)
    for identifier in exact:
        console.print(f"Both hold {identifier}.", markup=False)
    for identifier in explanation.shared(pair):
        console.print(f"Both hold {identifier}, which links nobody.", markup=False)
    if score:
        console.print(_waterfall(score))


def _apart(
    explanation: Explanation, left: Member, right: Member, exact: list[str], score: dict[str, Any], asked: Thresholds
) -> list[str]:
    """Why two records are not one person, the most binding reason first."""
    names, profiles = explanation.names, {left.profile, right.profile}
    of = {member.number: member.profile for member in explanation.members}
    decided = [link for link in explanation.links if link.strength is None and {of[n] for n in link.pair} == profiles]
    reasons = [f"a steward decided so: cannot_link {names[link.pair[0]]},{names[link.pair[1]]}" for link in decided]
    if left.component == right.component:
        clashes = [
            (pair, says)
            for pair, says in explanation.clashes().items()
            if {of[number] for number in pair} == profiles and pair not in {link.pair for link in decided}
        ]
        reasons += [f"a guard keeps {names[a]} and {names[b]} apart: {says}" for (a, b), says in clashes[:3]]
        cut = [link for link in explanation.links if link.strength and {of[n] for n in link.pair} == profiles]
        if cut:
            strength = sum(link.strength or 0 for link in cut)
            reasons.append(f"{len(cut)} link(s) between the two profiles were cut ({strength:.1f} bits in all)")
        if any(link.evidence == "must_link" for link in cut):
            reasons.append("a steward's must_link between them is not kept: what stands above is stronger")
        if not clashes and not decided:
            reasons.append(OTHERWISE)
    elif score and score["match_probability"] < asked.merge:
        reasons.append(
            f"they match with a probability of {_percent(score['match_probability'])}, and links begin at {asked.merge:.0%}"
        )
    if not exact and explanation.rule((min(left.number, right.number), max(left.number, right.number))) is None:
        is_low = not score or score["match_probability"] < asked.review
        reasons.append(
            "their score is below what a review takes"
            if is_low
            else "no blocking rule proposes the pair: it was not scored"
        )
    return reasons


def _links_table(explanation: Explanation, links: list[Link], title: str) -> Table:
    evidence = explanation.evidence([link.pair for link in links])
    rows = [
        (
            *(explanation.names[number] for number in link.pair),
            f"{link.strength:.1f}",
            _because(link, *evidence[link.pair]),
        )
        for link in links
    ]
    return shown_table(title, ("record", "record", "bits", "because"), rows)


def _because(link: Link, exact: list[str], score: dict[str, Any]) -> str:
    if link.evidence == "must_link":
        return "a steward decided so"
    parts = [f"same {identifier}" for identifier in exact]
    if score and (link.evidence == "score" or score["match_weight"] > 0):
        told = [f"{name} {label} {weight:+.1f}" for name, label, weight in score["parts"] if abs(weight) >= 0.05]
        parts.append(f"score {score['match_weight']:.1f}: start {score['prior']:+.1f}, " + ", ".join(told))
    return "; ".join(parts)


def _ends(explanation: Explanation, link: Link) -> str:
    return " and ".join(explanation.names[number] for number in link.pair)


def _waterfall(score: dict[str, Any]) -> Table:
    """Weights of a pair one after the other, in bits, with their running sum."""
    content = Table("attribute", "comes to", "bits", "sum", "", title="Comparison by the model", title_justify="left")
    total = score["prior"]
    content.add_row("", "two records of which nothing is known", f"{total:+.1f}", f"{total:+.1f}", _bar(total))
    for name, label, weight in score["parts"]:
        total += weight
        content.add_row(name, label, f"{weight:+.1f}", f"{total:+.1f}", _bar(weight))
    content.add_row("", f"probability {_percent(score['match_probability'])}", "", f"{total:+.1f}", "")
    return content


def _percent(probability: float) -> str:
    """No score is certain: what rounds to 100 % is told as more than the last that does not."""
    return "> 99.9999%" if probability > 0.999999 else f"{probability:.4%}"


def _bar(bits: float) -> str:
    marks = min(round(abs(bits) / BITS_A_MARK), 15)
    return f"[green]{'█' * marks}[/green]" if bits > 0 else f"[red]{'█' * marks}[/red]"
