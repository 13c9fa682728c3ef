"""A process that adds documents to an index: `python index_worker.py LOCATION NAME COUNT BATCH SEED`.

It prints `added ID` or `repeats ID KEPT_ID` for each document when that is acknowledged.
"""

from __future__ import annotations

import random
import sys

from cleantext.dedup.index import Index


def texts(count: int) -> list[str]:
    """Distinct texts, the same in every process."""
    rng = random.Random(1)
    return ["".join(chr(0x4E00 + rng.randrange(3000)) for _ in range(60)) for _ in range(count)]


def main() -> None:
    """Add the texts in an order of its own."""
    location, name = sys.argv[1:3]
    count, batch, seed = map(int, sys.argv[3:6])
    order = list(enumerate(texts(count)))
    random.Random(seed).shuffle(order)
    with Index(location) as index:
        for begin in range(0, count, batch):
            rows = [{"id": f"{name}{n}", "text": text} for n, text in order[begin : begin + batch]]
            for verdict in index.check_and_add_many(rows):
                kept = verdict.document.document_id if verdict.document else ""
                sys.stdout.write(
                    f"repeats {verdict.document_id} {kept}\n" if kept else f"added {verdict.document_id}\n"
                )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
