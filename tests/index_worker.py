"""A process that adds documents to an index: `python index_worker.py NAME`, and on standard input one LOCATION a line.

For each location it adds its variant of every cluster, in an order of its own, and prints a line for each document
when it is acknowledged: `ID added` or `ID repeats KEPT_ID`; then `done`.
"""

from __future__ import annotations

import random
import sys

from cleantext.dedup.index import Index

CLUSTERS = 12
LENGTH = 120


def variant(cluster: int, worker: str) -> str:
    """The text of a cluster as one worker has it: another character in one place, and so near to all others."""
    draw = random.Random(cluster)
    characters = [chr(0x4E00 + draw.randrange(6000)) for _ in range(LENGTH)]
    characters[LENGTH // 2] = chr(0x3400 + int(worker))
    return "".join(characters)


def documents(worker: str) -> list[tuple[str, str]]:
    """Ids and texts, in the worker's order."""
    pairs = [(f"{worker}.{cluster}", variant(cluster, worker)) for cluster in range(CLUSTERS)]
    random.Random(worker).shuffle(pairs)
    return pairs


def main(worker: str) -> None:
    for location in sys.stdin:
        with Index(location.strip()) as index:
            for name, text in documents(worker):
                verdict = index.check_and_add(text, name)
                said = "added" if verdict.document is None else f"repeats {verdict.document.document_id}"
                print(name, said, flush=True)
        print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
