"""What tests of whole runs share: rows as files, the files of a run as rows, laws of every run, and a corpus with known
duplicates."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cleantext.config import Config, DedupConfig
from dedup.corpora import dressed, paragraph, variant
from dedup.oracle import shingles, weight

__all__ = [
    "SENTENCES",
    "Corpus",
    "Row",
    "check_pairs",
    "check_removed",
    "check_stages",
    "compile_everything_from",
    "config",
    "outputs",
    "paragraphs_of",
    "rows",
    "work_in_blocks",
    "write_rows",
]

Row = dict[str, Any]

SENTENCES = [
    "会议今日召开，市长主持会议并讲话，各区负责人参加了会议，并就下一步工作作了部署。",
    "图书馆从下周起延长开放时间，读者可以在晚上九点之前借还图书，周末照常开放。",
    "The council met today, and the mayor chaired the meeting in the old town hall.",
    "气象台预计，未来三天全市多云转晴，气温逐步回升，市民出行请注意早晚温差。",
    "新建的公园占地十二公顷，有步道、球场和儿童乐园，预计明年春天向公众开放。",
    "学校食堂本周起公布每日菜单与食材来源，家长可以在网上查看，也可以提出建议。",
    "𠮷野家的老店主𠀀先生说，他在这条街上开了三十年的店，看着𠮶河两岸的楼一座座盖起来。",
    "Le cafe\u0301 e\u0301tait de\u0301ja\u0300 froid quand l'e\u0301le\u0300ve est arrive\u0301 a\u0300 la gare.",
]


def config(**dedup: Any) -> Config:
    """The defaults with other options of the duplicate stages; those of `run` and `output` as in a table."""
    tables: dict[str, Any] = {name: dedup.pop(name) for name in ("run", "output", "limits") if name in dedup}
    return Config.from_dict(tables | {"dedup": dedup})


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """JSON Lines of `rows`, characters as they are."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def rows(folder: Path, name: str = "documents.jsonl") -> list[Row]:
    """The rows of a JSON Lines file of a run."""
    return [json.loads(line) for line in (folder / name).read_bytes().decode().split("\n")[:-1]]


def outputs(folder: Path) -> dict[str, bytes]:
    """The bytes of all files of a run but its report, which has times in it."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != "report.json"}


def paragraphs_of(row: Mapping[str, Any]) -> list[str]:
    """The paragraphs of a row whose text has a blank line between each two."""
    found: list[str] = row["paragraphs"] if "paragraphs" in row else row["text"].split("\n\n")
    return found


def check_stages(folder: Path) -> dict[str, Row]:
    """The stages of a run's report by name, after a look at their balance and at how one goes on from the last."""
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    stages = {stage["stage"]: stage for stage in report["stages"]}
    for stage in stages.values():
        assert stage["in"] == stage["out"] + sum(stage["dropped"].values())
        assert all(count > 0 for count in stage["dropped"].values())
    if "site" in stages and "repeats" in stages and list(stages).index("site") < list(stages).index("repeats"):
        assert stages["repeats"]["in"] == stages["site"]["out"]
    return stages


def check_removed(folder: Path, before: Mapping[str, Row], reference: Iterable[str] = ()) -> list[Row]:
    """The rows of removed.jsonl, held against the rows `before` by id: the spans are there, and what they repeat is."""
    kept = {row["id"]: row for row in rows(folder)}
    removed = rows(folder, "removed.jsonl")
    gone = {(row["id"], row["start"]) for row in removed}
    whole = {row["id"] for row in removed if row["reason"].startswith("document/")}
    assert not whole & kept.keys()
    assert whole | kept.keys() == before.keys()
    for row in removed:
        text = before[row["id"]]["text"]
        assert text[row["start"] : row["end"]] == row["text"] != ""
        if row["reason"] == "chrome/site":
            assert (row["score"], row["kept_id"], row["kept_paragraph"]) == (None, None, None)
            continue
        assert row["kept_id"] in kept or row["kept_id"] in reference
        if row["reason"].startswith("document/"):
            assert (row["start"], row["end"], row["kept_paragraph"]) == (0, len(text), None)
        elif row["kept_id"] in kept:
            source = before[row["kept_id"]]["text"].split("\n\n")
            assert row["kept_paragraph"] < len(source)
            place = sum(len(paragraph) + 2 for paragraph in source[: row["kept_paragraph"]])
            assert (row["kept_id"], place) not in gone
    return removed


def check_pairs(
    folder: Path,
    texts: Mapping[str, Sequence[str]],
    documents: Mapping[str, Sequence[str]] | None = None,
    chosen: DedupConfig | None = None,
) -> list[Row]:
    """The rows of duplicates.jsonl, every one verified by sets of shingles made by the definition.

    `texts` are the paragraphs of all rows; `documents` those that are left of them when documents are compared.
    """
    chosen, documents = chosen or DedupConfig(), documents or texts
    pairs = rows(folder, "duplicates.jsonl")
    seen = set()
    for pair in pairs:
        left, right = ((pair[f"{side}_id"], pair[f"{side}_paragraph"]) for side in ("left", "right"))
        level = "document" if left[1] is None else "paragraph"
        assert (left[1] is None) == (right[1] is None)
        assert left != right
        assert (left, right, pair["kind"]) not in seen
        seen.add((left, right, pair["kind"]))
        one, other = ("\n\n".join(documents[i]) if place is None else texts[i][place] for i, place in (left, right))
        a, b = shingles(one, chosen, level), shingles(other, chosen, level)
        scores = (round(len(a & b) / len(a | b), 6), round(len(a & b) / min(len(a), len(b)), 6))
        assert (pair["jaccard"], pair["containment"]) == scores
        if pair["kind"] == "exact":
            assert scores == (1, 1)
        else:
            assert min(weight(one, chosen), weight(other, chosen)) >= chosen.min_chars
            at_least = {"near": chosen.threshold, "contained": chosen.containment}[pair["kind"]]
            assert at_least is not None
            assert scores[pair["kind"] == "contained"] >= at_least
        assert pair["cluster"]
    return pairs


def compile_everything_from(patch: pytest.MonkeyPatch, size: int) -> None:
    """Have inputs of `size` characters and more go the way of large ones: compiled, packed, sketched beforehand."""
    import cleantext.deduplicate  # noqa: PLC0415 - so that all modules are there

    assert cleantext.deduplicate
    patched = [name for name, module in list(sys.modules.items()) if _has(name, module, "COMPILED_FROM")]
    assert {f"cleantext.dedup.{name}" for name in ("arithmetic", "fingerprint", "match", "store")} <= set(patched)
    for name in patched:
        patch.setattr(f"{name}.COMPILED_FROM", size)
    patch.setattr("cleantext.dedup.arithmetic._STEPS", size)


def _has(name: str, module: object, attribute: str) -> bool:
    return name.startswith("cleantext.") and hasattr(module, attribute)


# What is worked on at a time, and a small amount of it.
_BLOCKS = {
    "formats.jsonrows.BLOCK": 1_000, "dedup.shingle._BATCH": 2_000,
    "dedup.match._HELD": 3_000, "dedup.match._SLICE": 50, "dedup.crowd._HELD": 1_500, "dedup.duplicates._WAITING": 40,
    "dedup.contain._ROUND": 60, "dedup.site._SLAB": 100, "dedup.site._STRETCH": 500, "dedup.store._READ": 300,
    "outcome._WRITTEN": 7, "deduplicate._HELD": 400, "intake.BATCH_SIZE": 5_000, "entries.BATCH_SIZE": 5_000,
    "dedup.results._ROWS": 5,
}  # fmt: skip


def work_in_blocks(patch: pytest.MonkeyPatch, times: int) -> None:
    """Work on small amounts at a time, `times` as much as the smallest."""
    for name, size in _BLOCKS.items():
        patch.setattr(f"cleantext.{name}", size * times)


@dataclass
class Corpus:
    """Documents with planted duplicates, drawn by `seed`.

    `near` and `contained` are pairs of paragraphs (id, place), the changed or shortened one second; `copies` are pairs
    of documents. `exact` are equal paragraphs in other dress.
    """

    seed: int
    articles: int = 300
    crowd: int = 300
    hosts: int = 6
    documents: list[Row] = field(default_factory=list)
    exact: list[tuple[tuple[str, int], tuple[str, int]]] = field(default_factory=list)
    near: list[tuple[tuple[str, int], tuple[str, int]]] = field(default_factory=list)
    contained: list[tuple[tuple[str, int], tuple[str, int]]] = field(default_factory=list)
    copies: list[tuple[str, str]] = field(default_factory=list)
    footers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        for number in range(self.hosts):
            footer = "版权所有 未经许可不得转载 备案号" if number % 2 else "All rights reserved. Contact the editors: "
            self.footers[f"h{number}.example"] = footer + "".join(paragraph(self._rng, 5)) + f" {number * 1117}"
        for _ in range(self.articles):
            self._add(self._article())
        for _ in range(self.articles // 3):
            self._plant()
        notice = paragraph(self._rng, 60)
        for _ in range(self.crowd):
            self._add([*self._article(2), "".join(variant(self._rng, notice, self._rng.randint(0, 3)))])
        for _ in range(self.articles // 6):
            self._copy()

    def _article(self, size: int = 4) -> list[str]:
        rng, script = self._rng, self._rng.choice(("han", "han", "words", "mixed", "astral", "combining"))
        length = (12, 24) if script in ("words", "combining") else (30, 60)
        return ["".join(paragraph(rng, rng.randint(*length), script)).strip() for _ in range(size)]

    def _add(self, paragraphs: list[str], host: str | None = None) -> Row:
        number = len(self.documents)
        host = host or self._rng.choice([*self.footers, "", ""])
        own = [*paragraphs, self.footers[host]] if host else paragraphs
        row = {
            "id": f"doc-{number:05d}",
            "url": f"https://{host}/{number}" if host else None,
            "title": f"題名 «{number}»",
            "date": f"20{self._rng.randint(10, 24)}-0{self._rng.randint(1, 9)}-1{self._rng.randint(0, 9)}",
            "source": self._rng.choice(["甲报", "乙报", "The Times"]),
            "text": "\n\n".join(own),
        }
        self.documents.append(row)
        return row

    def _chosen(self) -> tuple[Row, int, str]:
        """A paragraph of an article, its place, and the text."""
        row = self.documents[self._rng.randrange(self.articles)]
        place = self._rng.randrange(4)
        return row, place, row["text"].split("\n\n")[place]

    def _plant(self) -> None:
        """A document with an equal, a changed and a shortened paragraph of others, and a repeat of its own."""
        rng, row = self._rng, self._article(2)
        found = [self._chosen() for _ in range(3)]
        equal = dressed(found[0][2], rng.choice(("script", "width", "marks"))).replace("\n", " ")
        changed = found[1][2]
        at = rng.randrange(5, len(changed) - 5)
        changed = changed[:at] + "改" + changed[at + 1 :]
        shortened = found[2][2][: len(found[2][2]) * 7 // 10].strip()
        new = self._add([row[0], equal, changed, shortened, row[1], row[0]])["id"]
        for place, ((source, own, _), planted) in enumerate(
            zip(found, (self.exact, self.near, self.contained), strict=True), 1
        ):
            planted.append(((source["id"], own), (new, place)))

    def _copy(self) -> None:
        """A document that is another one, or nearly."""
        rng = self._rng
        row = self.documents[rng.randrange(self.articles)]
        texts = row["text"].split("\n\n")[:4]
        if rng.random() < 0.5:
            texts[rng.randrange(4)] += rng.choice(("完。", " (end)"))
        host = rng.choice(list(self.footers)) if row["url"] else None
        self.copies.append((row["id"], self._add(texts, host)["id"]))

    def shuffled(self, seed: int) -> list[Row]:
        """The documents in another order."""
        rows = list(self.documents)
        random.Random(seed).shuffle(rows)
        return rows

    @property
    def by_id(self) -> dict[str, Row]:
        """The documents by their ids."""
        return {row["id"]: row for row in self.documents}

    @property
    def texts(self) -> dict[str, list[str]]:
        """The paragraphs of the documents by their ids."""
        return {row["id"]: row["text"].split("\n\n") for row in self.documents}

    @property
    def left(self) -> dict[str, list[str]]:
        """`texts` without the lines of sites and without paragraphs that the document has already."""
        lines = set(self.footers.values())
        return {
            name: [text for text in dict.fromkeys(texts) if text not in lines] for name, texts in self.texts.items()
        }
