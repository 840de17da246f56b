"""How well offers of one base model are put together, against labels that people made.

Run: ``python bench/identity.py [--gold FILE] [--book FILE]``

Each row of the labels becomes an offer that its provider lists under that id, with nothing else
stated, and goes through the same code as a build. "off": no book. "on": the same with all that
models.dev's catalog states beside it; where that changes nothing, no label leaked into the result.
"""

import argparse
import csv
import gzip
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from harness import Missing, table
from modeldex.domain.listing import Kept, Listing, SourceRows
from modeldex.merge import fold, identity
from modeldex.merge.offers import Testimony, gather
from modeldex.normalize.listings import DESCRIPTION_LENGTH, normalized
from modeldex.sources import harvest, registry

SHARED = Path(__file__).resolve().parents[2] / "shared"
GOLD = SHARED / "gold" / "same_model.csv"
BOOK = SHARED / "catalogs" / "models.dev.2026-08-18.json.gz"
PRECISION, RECALL = 0.995, 0.95
_MISSING = 3
_DATE = "2026-11-23"
_SONNET = "says Claude Sonnet 4, which has a label of its own; labelled as 4.5"
_LITE = "says nothing of a preview, and the final model has a label of its own"
_PRO = "is labelled as the edition for custom tools, which it does not name"
# Labels that are wrong, and so are counted in neither figure.
LEFT_OUT = {
    ("databricks", "databricks-claude-sonnet-4"): _SONNET,
    ("neon", "claude-sonnet-4"): _SONNET,
    ("databricks", "databricks-gemini-3-1-flash-lite"): _LITE,
    ("neon", "gemini-3-1-flash-lite"): _LITE,
    ("databricks", "databricks-gemini-3-1-pro"): _PRO,
    ("neon", "gemini-3-1-pro"): _PRO,
    ("cloudflare-workers-ai", "@cf/deepseek-ai/deepseek-r1-distill-qwen-32b"):
        "is a Qwen of 32B distilled from DeepSeek R1, labelled as R1 itself",
    ("anyapi", "deepseek/deepseek-r1"):
        "is R1, which has a label of its own; labelled as the moving name deepseek-reasoner",
    ("moonshotai", "kimi-k2.7-code-highspeed"):
        "has another label than the same id of two other providers",
    ("friendli", "Qwen/Qwen3-235B-A22B-Instruct-2507"):
        "has other weights than Qwen3-235B-A22B, as which it is labelled",
}  # fmt: skip


class Label(msgspec.Struct, frozen=True):
    """What people say of one offer."""

    provider: str
    native: str
    model: str

    @property
    def text(self) -> str:
        """The offer, as it is printed."""
        return f"{self.provider} {self.native}"


class Score(msgspec.Struct, frozen=True):
    """Pairs that we put together, that the labels do, and that both do."""

    ours: int
    theirs: int
    both: int

    @property
    def precision(self) -> float:
        """Of the pairs that we put together, the part that the labels do."""
        return self.both / self.ours if self.ours else 1.0

    @property
    def recall(self) -> float:
        """Of the pairs with one label, the part that we put together."""
        return self.both / self.theirs if self.theirs else 1.0


def labels(file: Path) -> list[Label]:
    """Return the labels of a file."""
    with file.open(newline="") as lines:
        rows = csv.DictReader(lines)
        return [Label(r["provider"], r["provider_model_id"], r["model"]) for r in rows]


def book(file: Path) -> SourceRows:
    """Return what models.dev's catalog states, with its own names of the providers."""
    source = msgspec.structs.replace(registry.load().by_id["models-dev"], providers={})
    found = harvest.decode(source, (gzip.decompress(file.read_bytes()),)).listings
    rows = tuple(map(_kept, normalized(found, DESCRIPTION_LENGTH)))
    return SourceRows(source=source.id, is_book=True, rows=rows)


def identified(rows: Iterable[Label], books: Sequence[SourceRows]) -> dict[tuple[str, str], str]:
    """Return the base model of each offer, by its provider and native id."""
    listed: dict[str, list[Kept]] = defaultdict(list)
    for one in rows:
        listed[one.provider].append(
            _kept(Listing(source=one.provider, provider=one.provider,
                          provider_model_id=one.native))
        )  # fmt: skip
    own = [SourceRows(source=p, is_book=False, rows=tuple(ones)) for p, ones in listed.items()]
    return {
        (said.provider, said.provider_model_id): identity.identify(_facts(said)).base
        for said in gather([*own, *books])
        if said.own
    }


def score(rows: Sequence[Label], found: dict[tuple[str, str], str]) -> Score:
    """Return the pairs among *rows*, counted by group."""
    ours = [found[one.provider, one.native] for one in rows]
    theirs = [one.model for one in rows]
    return Score(
        _pairs(Counter(ours).values()),
        _pairs(Counter(theirs).values()),
        _pairs(Counter(zip(ours, theirs, strict=True)).values()),
    )


def split(
    rows: Sequence[Label], by: Callable[[Label], str], into: Callable[[Label], str]
) -> Iterable[tuple[str, dict[str, list[Label]]]]:
    """Yield the groups by one naming that the other naming splits."""
    groups: dict[str, dict[str, list[Label]]] = defaultdict(lambda: defaultdict(list))
    for one in rows:
        groups[by(one)][into(one)].append(one)
    return ((name, parts) for name, parts in sorted(groups.items()) if len(parts) > 1)


def halves(rows: Sequence[Label]) -> tuple[list[Label], list[Label]]:
    """Return the labels of every second provider, and those of the others."""
    providers = sorted({one.provider for one in rows})
    first = set(providers[::2])
    return (
        [one for one in rows if one.provider in first],
        [one for one in rows if one.provider not in first],
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures and every miss; 1 where a goal is not met."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--gold", type=Path, default=GOLD)
    parser.add_argument("--book", type=Path, default=BOOK)
    wanted = parser.parse_args(arguments)
    for file in (wanted.gold, wanted.book):
        if not file.is_file():
            raise Missing(f"{file.name} is not beside the project; nothing was measured.")
    every = labels(wanted.gold)
    rows = [one for one in every if (one.provider, one.native) not in LEFT_OUT]
    off = identified(every, ())
    on = identified(every, [book(wanted.book)])
    _print_figures(rows, every, off, on)
    _print_misses(rows, off)
    changed = sorted(f"{p} {native}" for p, native in off if off[p, native] != on[p, native])
    print(f"\nOffers that the book moves: {', '.join(changed) or 'none'}.")
    _print_left_out(every)
    reached = [score(rows, found) for found in (off, on)]
    return int(any(s.precision < PRECISION or s.recall < RECALL for s in reached))


def _print_figures(
    rows: Sequence[Label],
    every: Sequence[Label],
    off: dict[tuple[str, str], str],
    on: dict[tuple[str, str], str],
) -> None:
    first, second = halves(rows)
    sets = (
        ("book off", rows, off),
        ("book on", rows, on),
        ("off, half of the providers", first, off),
        ("off, the other half", second, off),
        ("off, wrong labels too", every, off),
    )
    lines = []
    for name, ones, found in sets:
        s = score(ones, found)
        figures = (len(ones), s.ours, s.theirs, s.both)
        lines.append((name, *map(str, figures), f"{s.precision:.4f}", f"{s.recall:.4f}"))
    print(table(("", "labels", "our pairs", "their pairs", "both", "precision", "recall"), lines))


def _print_misses(rows: Sequence[Label], found: dict[tuple[str, str], str]) -> None:
    def ours(one: Label) -> str:
        return found[one.provider, one.native]

    print("\nPut together wrongly:")
    _print_split(split(rows, ours, lambda one: one.model))
    print("\nNot put together:")
    _print_split(split(rows, lambda one: one.model, ours))


def _print_split(groups: Iterable[tuple[str, dict[str, list[Label]]]]) -> None:
    for name, parts in groups:
        print(f"- {name}")
        for part, ones in sorted(parts.items()):
            print(f"    {part}: {', '.join(one.text for one in ones)}")


def _print_left_out(every: Sequence[Label]) -> None:
    share = len(LEFT_OUT) / len(every)
    print(f"\nLeft out as wrong labels, {len(LEFT_OUT)} of {len(every)} ({share:.1%}):")
    for (provider, native), reason in LEFT_OUT.items():
        print(f"- {provider} {native} {reason}")


def _facts(said: Testimony) -> Listing:
    own, books = ([row.listing for row in rows] for rows in (said.own, said.books))
    return fold.fold(own, books)


def _kept(one: Listing) -> Kept:
    return Kept(listing=one, first_seen=_DATE, last_changed=_DATE)


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Missing as problem:
        print(problem, file=sys.stderr)
        sys.exit(_MISSING)
