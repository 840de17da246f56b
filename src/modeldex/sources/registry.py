"""The sources there are: the built-in declarations and an operator's own files."""

from importlib import resources
from pathlib import Path

from msgspec.structs import replace

from modeldex.domain.provider import Provider
from modeldex.errors import DeclarationError
from modeldex.sources import parse
from modeldex.sources.declaration import Declaration


class Registry:
    """All usable declarations, by id, and what was wrong with the others."""

    def __init__(self, declarations: list[Declaration], broken: list[DeclarationError]) -> None:
        self.by_id = {one.id: one for one in _with_aliases(declarations)}
        self.broken = tuple(broken)

    def providers(self) -> dict[str, Provider]:
        """Return every declared provider, by slug."""
        found: dict[str, Provider] = {}
        for one in self.by_id.values():
            if not one.book:
                found[one.serves] = _provider(one, found.get(one.serves))
        return found

    def resolve(self, name: str) -> Declaration | None:
        """Return the declaration that *name* (an id or an alias) means."""
        if name in self.by_id:
            return self.by_id[name]
        return next((one for one in self.by_id.values() if name in one.aliases), None)


def load(directory: Path | None = None) -> Registry:
    """Read the built-in declarations, then ``*.toml`` of *directory*, which win by id.

    A broken file costs that file only; it is listed in :attr:`Registry.broken`.
    """
    found: dict[str, Declaration] = {}
    broken: list[DeclarationError] = []
    built_in = resources.files("modeldex.sources") / "declarations"
    files = sorted(built_in.iterdir(), key=lambda file: file.name)
    own = sorted(directory.glob("*.toml")) if directory else []
    if directory and not directory.is_dir():
        broken.append(DeclarationError(str(directory), "", "is no directory of declarations"))
    for file in [*files, *own]:
        if file.name.endswith(".toml"):
            try:
                one = parse.parse(file.read_text(encoding="utf-8"), file.name)
                found[one.id] = one
            except (DeclarationError, UnicodeDecodeError, OSError) as error:
                broken.append(_as_declaration_error(file.name, error))
    return Registry([found[name] for name in sorted(found)], broken)


def stamp(directory: Path | None) -> tuple[tuple[str, int, int], ...]:
    """Return what differs when a file of an operator's directory comes, goes or changes."""
    if directory is None or not directory.is_dir():
        return ()
    found = []
    for file in sorted(directory.glob("*.toml")):
        try:
            stat = file.stat()
        except FileNotFoundError:
            continue  # went between the look and the question
        found.append((file.name, stat.st_mtime_ns, stat.st_size))
    return tuple(found)


def _as_declaration_error(file: str, error: Exception) -> DeclarationError:
    if isinstance(error, DeclarationError):
        return error
    return DeclarationError(file, "", f"cannot be read: {error}")


def _provider(one: Declaration, known: Provider | None) -> Provider:
    """Several sources may feed one provider; the one that bears its name describes it."""
    names = (*(known.aliases if known else ()), *one.aliases)
    names += (one.id,) if one.id != one.serves else ()
    lead = known if known is not None and one.id != one.serves else None
    return Provider(
        slug=one.serves,
        name=lead.name if lead else one.name,
        site=lead.site if lead else one.site,
        logo=lead.logo if lead else one.logo,
        aliases=tuple(sorted(set(names) - {one.serves})),
        api=lead.api if lead else _address(one),
        env=lead.env if lead else tuple(one.key.env) if one.key else (),
        priced_as=one.priced_as or (known.priced_as if known else None),
    )


def _address(one: Declaration) -> str | None:
    """Return the address above a provider's list, where it does not differ by customer."""
    address, is_list, rest = (one.url or "").rpartition("/models")
    return address if is_list and not rest and "{" not in address else None


def _with_aliases(declarations: list[Declaration]) -> list[Declaration]:
    """Let every book know each provider under all the names that it goes by here."""
    names = {alias: one.serves for one in declarations if not one.book for alias in one.aliases}
    return [
        replace(one, providers={**names, **one.providers}) if one.book else one
        for one in declarations
    ]
