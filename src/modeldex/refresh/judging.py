"""What an answer changes of what is held: rows taken, held back, or released. Pure."""

import msgspec

from modeldex.domain.listing import Kept, Listing
from modeldex.refresh import guard
from modeldex.refresh.guard import Agrees, Refusal
from modeldex.refresh.suspicion import Thresholds
from modeldex.store.base import HeldAnswer


class Verdict(msgspec.Struct, frozen=True):
    """What becomes of an answer.

    Attributes:
        rows: what is held of the source from now on.
        held: the answer, where it is held back entire.
    """

    rows: tuple[Kept, ...]
    held: HeldAnswer | None = None


class Judge(msgspec.Struct, frozen=True, kw_only=True):
    """What all judgements of one refresh share. Times: unix seconds; *today* is a UTC date."""

    thresholds: Thresholds
    agrees: Agrees
    now: float
    today: str
    force: bool = False

    def unchanged(self, held: tuple[Kept, ...]) -> Verdict:
        """Judge an answer that says it is the last good one again."""
        return Verdict(guard.repeated(held, self._question(held, (), complete=True)))

    def answer(
        self,
        source: str,
        held: tuple[Kept, ...],
        new: tuple[Listing, ...],
        before: HeldAnswer | None,
        *,
        complete: bool,
    ) -> Verdict:
        """Judge a new answer, in the light of the one that is held back already."""
        question = self._question(held, new, complete=complete)
        refused = None if self.force else guard.refusal(question)
        if refused is None:
            return Verdict(guard.rows(question))
        kept = self._held(source, refused, new, before)
        if self._releases(kept):
            return Verdict(guard.rows(question))
        return Verdict(held, kept)

    def _question(
        self, held: tuple[Kept, ...], new: tuple[Listing, ...], *, complete: bool
    ) -> guard.Question:
        return guard.Question(
            held=held,
            new=new,
            complete=complete,
            today=self.today,
            thresholds=self.thresholds,
            agrees=guard.anything if self.force else self.agrees,
            now=self.now,
        )

    def _held(
        self,
        source: str,
        refused: Refusal,
        new: tuple[Listing, ...],
        before: HeldAnswer | None,
    ) -> HeldAnswer:
        found = HeldAnswer(
            source=source,
            kind=refused.kind,
            reason=refused.reason,
            before=refused.before,
            now=refused.now,
            suspicious=refused.suspicious,
            digest=refused.digest,
            first_at=self.now,
            last_at=self.now,
            listings=new,
        )
        if before is None or before.digest != refused.digest:
            return found
        return msgspec.structs.replace(
            found,
            first_at=before.first_at,
            times=before.times + 1,
            rejected=before.rejected,
        )

    def _releases(self, kept: HeldAnswer) -> bool:
        """A shrunken answer is believed when it stays; one whose prices scaled never is."""
        limits = self.thresholds
        return (
            kept.kind == "shrunk"
            and not kept.rejected
            and not kept.suspicious
            and kept.times >= limits.shrunk_answers
            and kept.last_at - kept.first_at >= limits.shrunk_seconds
        )


def accepted(
    held: tuple[Kept, ...], answer: HeldAnswer, thresholds: Thresholds, now: float, today: str
) -> tuple[Kept, ...]:
    """Return what is held after an operator accepted an answer that was held back."""
    question = guard.Question(
        held=held,
        new=answer.listings,
        complete=True,
        today=today,
        now=now,
        thresholds=thresholds,
        agrees=guard.anything,
    )
    return guard.rows(question)
