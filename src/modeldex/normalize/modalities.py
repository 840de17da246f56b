"""The kinds of things that go in and out of a model."""

from collections.abc import Iterable

ORDER = ("text", "image", "file", "audio", "video", "speech", "embedding", "rerank", "score")
_NAMES = {
    "texts": "text", "images": "image", "vision": "image", "pdf": "file", "document": "file",
    "documents": "file", "files": "file", "embeddings": "embedding", "transcription": "text",
    "tts": "speech", "voice": "audio", "videos": "video",
}  # fmt: skip
_RANK = {name: rank for rank, name in enumerate(ORDER)}


def canonical(words: Iterable[str]) -> tuple[str, ...]:
    """Return modalities in one spelling and one order, each once."""
    known = {_NAMES.get(word, word) for word in (raw.strip().lower() for raw in words) if word}
    return tuple(sorted(known, key=lambda word: (_RANK.get(word, len(ORDER)), word)))


def arrow(inputs: tuple[str, ...] | None, outputs: tuple[str, ...] | None) -> str | None:
    """Return ``text+image->text``, or ``None`` where a side is unknown."""
    return f"{'+'.join(inputs)}->{'+'.join(outputs)}" if inputs and outputs else None
