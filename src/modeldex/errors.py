"""Every error that modeldex raises on purpose.

ModeldexError
├── DeclarationError        a source's page of facts is wrong
├── SourceError             a source could not be asked, or did not answer with models
│   └── NotAsked            its turn did not come in time
├── QuestionError           a catalog question that cannot be answered as asked
│   ├── UnknownParameter
│   └── BadValue
├── SnapshotError
│   ├── NoSnapshot          nothing has been published yet
│   ├── ExpiredSnapshot     one that is asked for by its id and not kept any more
│   ├── DamagedSnapshot     a file that cannot be trusted
│   └── InconsistentCatalog a catalog that must not be published
├── StoreError              the record of truth cannot be read or written
├── DeskError               an operator's entry cannot be changed as wanted
│   ├── NotThere
│   ├── AlreadyThere
│   ├── Changed             it is not what it was when it was read
│   └── InUse
├── HistoryError            what is said of the past contradicts itself
├── ImportProblem           past answers that cannot be taken over
└── RefreshError            a refresh could not be run or was not answered
"""

from collections.abc import Iterable


class ModeldexError(Exception):
    """The base: its text is a sentence that may be shown to a person."""


class DeclarationError(ModeldexError):
    """A source declaration is wrong.

    Args:
        file: name of the declaration's file.
        key: dotted path of the wrong key in it, or ``""`` for the file as a whole.
        problem: what is wrong and what is allowed.
    """

    def __init__(self, file: str, key: str, problem: str) -> None:
        where = f"{file}: {key}" if key else file
        super().__init__(f"{where}: {problem}")
        self.file, self.key, self.problem = file, key, problem


class SourceError(ModeldexError):
    """A source did not give models.

    Args:
        kind: one of ``timeout connection tls auth rate_limit client server decode guard``.
        reason: one sentence without secrets.
        retry_after: seconds the source asked to be left alone, if it said so.
    """

    def __init__(self, kind: str, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.kind, self.reason, self.retry_after = kind, reason, retry_after


class NotAsked(SourceError):
    """A source's turn did not come in time, so that nothing is known of it that was not before."""

    def __init__(self, reason: str) -> None:
        super().__init__("timeout", reason)


class QuestionError(ModeldexError):
    """A catalog question that cannot be answered as asked; its text names what is allowed."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


class UnknownParameter(QuestionError):
    """A parameter that does not exist."""

    def __init__(self, name: str, allowed: Iterable[str]) -> None:
        super().__init__(
            name, f"Unknown parameter {name[:80]!r}. Allowed: {', '.join(sorted(allowed))}."
        )


class BadValue(QuestionError):
    """A parameter whose value is not one of those allowed."""

    def __init__(self, name: str, value: str, allowed: str) -> None:
        super().__init__(name, f"{name}={value[:80]!r} is not allowed. Use {allowed}.")


class SnapshotError(ModeldexError):
    """A snapshot cannot be used."""


class NoSnapshot(SnapshotError):
    """Nothing has been published yet."""

    def __init__(self) -> None:
        super().__init__("No catalog has been published yet. Try again in a few seconds.")


class ExpiredSnapshot(SnapshotError):
    """A snapshot that is meant by its id and is not kept any more, or never was here.

    Args:
        name: its id.
    """

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The snapshot {name} is not kept any more: the last ones are, and each for at least "
            "ten minutes. Begin again without cursor and snapshot: the answer names the current "
            "snapshot, and its next_cursor goes on from there."
        )
        self.name = name


class DamagedSnapshot(SnapshotError):
    """A snapshot file that is missing, cut short, or not what its name says."""

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(f"The snapshot {file} is damaged: {problem}.")
        self.file = file


class InconsistentCatalog(SnapshotError):
    """A built catalog contradicts itself and must not be published."""

    def __init__(self, problems: list[str]) -> None:
        shown = "; ".join(problems[:5])
        super().__init__(f"The catalog is inconsistent in {len(problems)} places: {shown}.")
        self.problems = problems


class StoreError(ModeldexError):
    """The record of truth cannot be read or written."""


class DeskError(ModeldexError):
    """An operator's entry cannot be changed as wanted; nothing was changed."""


class NotThere(DeskError):
    """There is no such entry."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"There is no {kind} {name[:120]!r}.")


class AlreadyThere(DeskError):
    """There is an entry of that name already."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"There is a {kind} {name[:120]!r} already. Change it, or delete it.")


class Changed(DeskError):
    """Somebody else changed the entry meanwhile."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(
            f"The {kind} {name[:120]!r} is not what it was when you read it. Read it again."
        )


class InUse(DeskError):
    """Other entries need the entry that is to be removed."""

    def __init__(self, name: str, others: Iterable[str]) -> None:
        shown = ", ".join(others)
        super().__init__(f"The tenant {name[:120]!r} still has {shown}. Remove these first.")


class HistoryError(ModeldexError):
    """What is said of the past contradicts itself or what is known; nothing of it was taken."""


class ImportProblem(ModeldexError):
    """Past answers of a source cannot be taken over; nothing of them was."""


class RefreshError(ModeldexError):
    """A refresh could not be run, or nobody answered the request for one."""
