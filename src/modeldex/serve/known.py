"""Known questions: what both lanes answer from memory, found and judged in one way."""

from collections.abc import Hashable

from modeldex.serve.answers import Answers
from modeldex.serve.representation import Conditions, Negotiator, Representation


class Known:
    """What can be answered at once. For use on one event loop."""

    def __init__(self, answers: Answers, negotiator: Negotiator) -> None:
        self.answers, self.negotiator = answers, negotiator

    def find(self, key: Hashable, asked: Conditions) -> Representation | None:
        """Return the finished answer to the question *key*, in the encoding that is preferred."""
        return self.answers.shelved(key, self.negotiator.choose(asked.accept_encoding))
