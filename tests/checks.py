"""Laws that several tests check."""

from __future__ import annotations

from cleantext import Document, undo_steps


def check_partition(document: Document) -> None:
    """Kept and removed spans partition the source, and every paragraph's edits undo."""
    text = document.source_text
    covered = bytearray(len(text))
    for start, end in [*document.spans, *((span.start, span.end) for span in document.removed)]:
        assert not any(covered[start:end])
        covered[start:end] = b"\1" * (end - start)
    assert not [text[i] for i in range(len(text)) if not covered[i] and not text[i].isspace()]
    for span in document.removed:
        assert text[span.start : span.end] == span.text
    for paragraph, steps, (start, end) in zip(document.paragraphs, document.edits, document.spans, strict=True):
        assert undo_steps(paragraph, steps) == text[start:end]
