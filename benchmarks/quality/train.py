"""Train the block classifier again from labelled pages, and say how good it is on sites that it has not seen.

    python benchmarks/quality/train.py --data FOLDER... [--folds 5] [--out FILE] [--report FILE]

A FOLDER holds labelled pages in one of two layouts: `ID.html.gz` with `ID.json` (main_content, kind, and perhaps
`blocks`: the labelled lines of a naive dump; tokens are counted as in Chinese), or `html/ID.html.gz` with
`ground-truth.jsonl.gz`. With --folds 0 nothing is cross-validated. In cross-validation all pages of a site
are in one fold, and the pages of a fold go through the product as it is, with the model of the other folds in place
of the one that it comes with. --out writes the model of all pages (the package's own:
src/cleantext/pages/model/blocks.npz), --report what is printed, as JSON, with the score of every page. Needs
LightGBM and PyTorch: pip install 'cleantext-corpus[train]'. Two runs over the same pages write the same bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # for its neighbours where this file is run as a script

import cleantext
from cleantext.errors import DocumentError
from cleantext.pages import classify
from cleantext.pages.classify import Model
from cleantext.pages.features import Sight, page_features
from cleantext.pages.wordscores import WordScores
from quality.extraction import by_trafilatura, dump_of, f1
from quality.fitting import Settings, fit, fold_of
from quality.labels import EMPTIED, SHOWN, Labelled, Source, read_all, sources
from quality.modelfile import all_arrays, model_of, npz_bytes

_WORST = 20


@dataclass(frozen=True, slots=True)
class Scored:
    """F1 of a page, and of its dump where people labelled that; for the page also trafilatura's, and the best choice of
    blocks: None where there is no text to choose or no gold."""

    name: str
    data_set: str
    page_type: str
    f1: float
    trafilatura: float
    dump: float | None
    best: float | None = None

    @property
    def label(self) -> str:
        """Its set and type."""
        return f"{self.data_set}/{self.page_type}"

    @property
    def loss(self) -> float:
        """How much less than the best choice of blocks it reached."""
        return 0.0 if self.best is None else self.best - self.f1


def feature_names() -> tuple[str, ...]:
    """The names of the features, in order."""
    return page_features(Sight.of_lines(["-"]), WordScores({}))[2]


def use(model: Model) -> None:
    """From now on the product of this process works with another model in place of its own."""
    setattr(classify, "load_model", lambda: model)  # noqa: B010 - the types are right to object elsewhere


def answer(source: Source) -> Scored:
    """What the product makes of a page."""
    html, url = source.html(), source.row.get("url")
    texts = []
    for ours in (True, False):
        try:
            texts.append(cleantext.extract(html, url=url).text if ours else by_trafilatura(html, url)[0])
        except DocumentError:
            texts.append("")
    dump = None
    if source.row.get("blocks"):
        text = cleantext.extract(dump_of(source.row).encode()).text
        dump = f1(text, source.gold, chinese=source.chinese)
    own, other = (f1(text, source.gold, chinese=source.chinese) for text in texts)
    return Scored(source.name, source.data_set, source.page_type, own, other, dump)


def cross_validate(
    found: Sequence[Source], pages: Sequence[Labelled], folds: int, settings: Settings
) -> Iterator[Scored]:
    """The score of every page under a model that has seen none of its site."""
    names = feature_names()
    best = {(page.source.data_set, page.source.name): page.best for page in pages if page.part != EMPTIED}
    for number in range(folds):
        fitted = fit([page for page in pages if fold_of(page.source.group, folds) != number], names, settings)
        held = [source for source in found if fold_of(source.group, folds) == number]
        model = model_of(all_arrays(fitted), names, (fitted.words, fitted.joint))
        with ProcessPoolExecutor(2, initializer=use, initargs=(model,)) as pool:
            for one in pool.map(answer, held, chunksize=8):
                yield replace(one, best=best.get((one.data_set, one.name)))


def means(scores: Sequence[Scored]) -> dict[str, dict[str, float]]:
    """Mean F1 by set and by type within it: ours, trafilatura's, and of dumps; and how many pages there are."""
    parts: dict[str, list[Scored]] = defaultdict(list)
    for one in scores:
        parts[one.data_set].append(one)
        parts[one.label].append(one)
    table = {}
    for name, part in sorted(parts.items()):
        dumps = [one.dump for one in part if one.dump is not None]
        table[name] = {
            "pages": len(part),
            "f1": sum(one.f1 for one in part) / len(part),
            "trafilatura": sum(one.trafilatura for one in part) / len(part),
            **({"dumps": len(dumps), "dump_f1": sum(dumps) / len(dumps)} if dumps else {}),
        }
    return table


def worst(scores: Sequence[Scored], count: int = _WORST) -> list[Scored]:
    """The pages that lose most."""
    return sorted(scores, key=lambda one: (-one.loss, one.data_set, one.name))[:count]


def report(scores: Sequence[Scored]) -> str:
    """The means and the worst pages as text."""
    lines = [f"{'':28s} pages     F1  trafilatura  dumps     F1"]
    for name, row in means(scores).items():
        dump = f"  {row['dumps']:5.0f} {row['dump_f1']:.4f}" if "dumps" in row else ""
        lines.append(f"{name:28s} {row['pages']:5.0f} {row['f1']:.4f}       {row['trafilatura']:.4f}{dump}")
    lines.append("worst (F1, the best choice of blocks, trafilatura):")
    lines += [
        f"  {one.f1:.4f} {one.best or 0:.4f} {one.trafilatura:.4f} {one.label} {one.name}" for one in worst(scores)
    ]
    return "\n".join(lines)


def _write(path: Path, scores: Sequence[Scored], settings: Settings, sizes: Mapping[str, int]) -> None:
    content = {
        "settings": asdict(settings),
        "learned_from": dict(sizes),
        "means": means(scores),
        "pages": [asdict(one) for one in scores],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Cross-validate, report, and perhaps write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--report", type=Path)
    options = parser.parse_args(arguments)
    settings, names = Settings(), feature_names()
    found = [source for folder in options.data for source in sources(folder)]
    pages = list(read_all(found))
    sizes: dict[str, int] = defaultdict(int)
    for page in pages:
        sizes[page.source.data_set] += page.part == SHOWN
    print("learned from", ", ".join(f"{count} pages of {name}" for name, count in sizes.items()))
    scores = list(cross_validate(found, pages, options.folds, settings)) if options.folds else []
    if scores:
        print(report(scores))
    if options.report:
        _write(options.report, scores, settings, sizes)
    if options.out:
        fitted = fit(pages, names, settings)
        content = npz_bytes(all_arrays(fitted), names, (fitted.words, fitted.joint))
        options.out.write_bytes(content)
        print(f"{options.out}: {len(content):,} bytes, {len(fitted.words):,} words")
    return 0


if __name__ == "__main__":
    sys.exit(main())
