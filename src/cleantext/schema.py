"""Arrow schemas for many items."""

from __future__ import annotations

import pyarrow as pa

__all__ = ["DOCUMENTS"]

# A row of documents.parquet: the columns of documents.jsonl. `metadata` is a JSON object, because its keys vary.
DOCUMENTS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("origin", pa.string()),
        pa.field("url", pa.string()),
        pa.field("title", pa.string()),
        pa.field("date", pa.string()),
        pa.field("author", pa.string()),
        pa.field("source", pa.string()),
        pa.field("encoding", pa.string()),
        pa.field("script", pa.string()),
        pa.field("text", pa.string(), nullable=False),
        pa.field("paragraphs", pa.list_(pa.string())),
        pa.field("spans", pa.list_(pa.list_(pa.int64()))),
        pa.field("ordinals", pa.list_(pa.int64())),
        pa.field("kinds", pa.list_(pa.string())),
        pa.field("levels", pa.list_(pa.int64())),
        pa.field("metadata", pa.string()),
    ]
)
