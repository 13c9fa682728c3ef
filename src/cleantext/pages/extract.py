"""Decide which blocks of a page are its main content, behind one interface for whoever decides.

An extractor votes for blocks: the learned classifier, or trafilatura where it is asked for or the classifier finds
nothing. On Chinese pages the labeller of text dumps reads the lines as well, with those votes beside them, and what
both say decides. What is left is the main content, and everything else has a reason: what its words say, where it
stands, or how much of it is links.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import mul
from typing import Any, Protocol

import numpy as np

from cleantext.config import ExtractConfig, LimitsConfig
from cleantext.pages.affixes import heading_end
from cleantext.pages.align import align, bare
from cleantext.pages.blocks import Page, parse_page
from cleantext.pages.claims import is_talk
from cleantext.pages.classify import block_votes
from cleantext.pages.content import PageLines, content_of, page_lines
from cleantext.pages.discussions import is_discussion
from cleantext.pages.dom import TREE_FAULTS
from cleantext.pages.dump import Hints, Labels, LineLabel, label_lines, whole_line
from cleantext.pages.metadata import page_metadata
from cleantext.pages.notices import is_notice
from cleantext.pages.reasons import Reasons
from cleantext.pages.rules import PageRules
from cleantext.pages.tags import KINDS
from cleantext.records import Field, MainContent

__all__ = ["EXTRACTORS", "All", "Classifier", "Extractor", "LinkDensity", "Trafilatura", "Votes", "extract_page"]

# What they would say on standard error about pages that they find empty, our flags say.
for _name in ("trafilatura", "htmldate"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

# A block stays where an extractor keeps at least this share of its characters.
_KEPT = 0.5
# From which share on the classifier needs no second opinion, and under which it lets no line be body; measured with
# the probabilities of pages that it was not trained on (docs/extraction.md).
_SURE, _OBJECTS = 0.8, 0.25
# On a discussion, whose posts sound like comments, what it keeps is enough.
_SURE_OF_POSTS = 0.5
# Labels that say where a line stands more than what it says.
_UNCERTAIN = frozenset({"chrome/other", "chrome/related", "chrome/navigation"})
_UNCERTAIN_POSTS = _UNCERTAIN | {"chrome/comments"}
# Letters of a title from which on it is a post that the page is named after, unless it stands there as a heading.
_TITLE = 120
# A repeat of a block longer than this is left out.
_REPEAT = 30
_LINKS = 0.5
# An extractor whose text, in letters, is to this share of the page's in none of its blocks read another page than we.
_UNALIGNED = 0.1
# Comments that are so many times what else there is make the page a discussion; others count for so much.
_DISCUSSION = 2.0
_HALF_VOTE = 0.45
# From this share of what would be kept on, readers' comments are content: beside the posts of a discussion stand lines
# with their authors and dates, which no class calls comments. But where all else has so many characters, the page is an
# article, unless it claims to be a discussion, however much its readers had to say.
_DISCUSSED, _ARTICLE = 0.4, 2500
_CODE = KINDS.index("code")
_ASIDE = frozenset({"nav", "footer", "aside", "form", "dialog"})
# So many blocks that an extractor leaves out between two that it keeps stay, if few of their characters are links.
_GAP, _GAP_LINKS = 2, 0.3
# A page of more lines than this is no article, and the labeller takes a second for so many.
_MAX_JUDGED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """The share of each block's characters that an extractor keeps, and the characters of its text in no block.

    `is_shell` says that it has looked and that the page has no main content.
    """

    shares: tuple[float, ...]
    unaligned: int = 0
    is_shell: bool = False


class Extractor(Protocol):
    """Anything that can say which blocks of a page are main content."""

    name: str

    def votes(self, page: Page, url: str | None) -> Votes | None:
        """A share a block, or None where the extractor found nothing or will not read this page."""


class Classifier:
    """The learned classifier of blocks: how likely each is main content, moved so that a half decides."""

    name = "classifier"

    def votes(self, page: Page, url: str | None) -> Votes | None:
        """Its probabilities; None where it is sure of nothing."""
        shares = block_votes(page, url) if page.texts else None
        return None if shares is None else Votes(shares=shares, is_shell=not any(shares))


class Trafilatura:
    """trafilatura's opinion, in its balanced mode.

    Readers' comments are content where they are most of what it found (a discussion), else they get half a vote, which
    keeps nothing by itself. Where the labeller has the last word the quicker mode, without second opinions and without
    comments, is as good.
    """

    name = "trafilatura"

    def votes(self, page: Page, url: str | None) -> Votes | None:
        """Its text aligned with the blocks; None where it finds none or would take too long."""
        from trafilatura import bare_extraction  # noqa: PLC0415 - a second to import, and only pages need it

        if not page.dom.is_easy or page.dom.tree is None:
            return None
        try:
            document = bare_extraction(
                page.dom.tree,
                url=url,
                fast=page.is_chinese,
                include_comments=not page.is_chinese,
                output_format="xml",
                include_formatting=False,
            )
        except TREE_FAULTS:
            return None
        if document is None or isinstance(document, dict):
            return None
        texts = page.texts
        shares, comments, unaligned = align(texts, [*_pieces(document.body)], [*_pieces(document.commentsbody)])
        sizes = [sum(map(mul, map(len, texts), part)) for part in (shares, comments)]
        weight = 1 if sizes[1] > _DISCUSSION * sizes[0] else _HALF_VOTE
        both = tuple(min(1.0, share + weight * comment) for share, comment in zip(shares, comments, strict=True))
        return Votes(shares=both, unaligned=unaligned) if any(share >= _KEPT for share in both) else None


def _pieces(part: Iterable[Any]) -> Iterator[str]:
    """The text of an XML element, child by child."""
    for child in part:
        yield "".join(child.itertext())
        yield child.tail or ""


class LinkDensity:
    """What stands in for an extractor that finds nothing: every block that is no link list and in no page margin."""

    name = "links"

    def votes(self, page: Page, url: str | None) -> Votes | None:  # noqa: ARG002
        """1 for a block of text, 0 for others; None where that would leave nothing."""
        folded = page.arrays.hidden.tolist()
        shares = [
            float(block.link_density < _LINKS and block.landmark not in {*_ASIDE, "header"} and not hidden)
            for block, hidden in zip(page.blocks, folded, strict=True)
        ]
        return Votes(shares=tuple(shares)) if any(shares) else None


class All:
    """Every block."""

    name = "all"

    def votes(self, page: Page, url: str | None) -> Votes:  # noqa: ARG002
        """1 for each block that is shown."""
        return Votes(shares=tuple((1.0 - page.arrays.hidden).tolist()))


# Who is asked, in turn, under each value of `extract.extractor`; the last always answers.
EXTRACTORS: Mapping[str, tuple[Extractor, ...]] = {
    "auto": (Classifier(), Trafilatura(), LinkDensity(), All()),
    "trafilatura": (Trafilatura(), LinkDensity(), All()),
    "all": (All(),),
}


def extract_page(
    html: str,
    *,
    url: str | None = None,
    config: ExtractConfig | None = None,
    limits: LimitsConfig | None = None,
    utf8: bytes | None = None,
) -> MainContent:
    """The main content of an HTML page: its blocks with their spans, what was removed and why, and its metadata.

    Spans count characters of the page's blocks in document order, joined by line breaks. `utf8` is `html` in UTF-8,
    where the caller has it. Raises LimitExceededError for a page over the limit of bytes; over the other limits the
    result is partial, never late.

    >>> page = "<nav><a href=/>首页</a></nav><article><h1>通知</h1><p>會議今日召開，市長主持會議。</p></article>"
    >>> extract_page(page).text
    '會議今日召開，市長主持會議。'
    """
    config = config or ExtractConfig()
    page = parse_page(html, limits, utf8=utf8)
    extractor, votes = _votes(page, url, config)
    lines = page_lines(page)
    judged = extractor.name != "all" and (extractor.name == "links" or page.is_chinese) and len(lines) <= _MAX_JUDGED
    reasons = Reasons(page)
    votes = _without_comments(page, url, votes, reasons, config.include_comments)
    if judged and extractor.name == "classifier":
        labels = _agreed(page, lines, votes, reasons)
    else:
        labels = _labels(page, lines, votes) if judged else _unjudged(page, lines, votes, extractor)
    metadata = page_metadata(page, url=url, labelled=labels.metadata)
    rules = PageRules(config.rules, url)
    verdicts = _verdicts(page, lines, labels.lines, reasons, metadata, rules)
    if not rules and not votes.is_shell and _is_empty(verdicts):
        verdicts = [whole_line("body", len(text)) for text in lines.texts]
    else:
        verdicts = _without_repeats(page, lines, verdicts)
    asked = EXTRACTORS[config.extractor][0]
    flags = list(page.flags)
    if extractor.name != "all" and not rules and is_notice(_shown(page, lines)):
        verdicts = [whole_line("chrome/other", len(text)) for text in lines.texts]
        flags.append("notice")
    elif votes.is_shell and _is_empty(verdicts):
        flags.append("shell")
    if lines and extractor is not asked:
        flags.append(f"extractor-{extractor.name}")
    if votes.unaligned > _UNALIGNED * len(page.source_text):
        flags.append("unaligned")
    return content_of(page, lines, verdicts, metadata, tuple(flags))


def _votes(page: Page, url: str | None, config: ExtractConfig) -> tuple[Extractor, Votes]:
    """The first extractor that answers, and its votes."""
    for extractor in EXTRACTORS[config.extractor]:
        votes = extractor.votes(page, url)
        if votes is not None:
            return extractor, votes
    raise AssertionError("the last extractor always answers")


def _labels(page: Page, lines: PageLines, votes: Votes) -> Labels:
    """What the labeller of text dumps makes of the page's lines, knowing the votes.

    It cannot see where on the page a line stood: what no extractor kept and is links, or stands aside, is no body.
    """
    shares = [votes.shares[block] for block in lines.blocks]
    blocks = [page.blocks[block] for block in lines.blocks]
    labels = _label_lines(page, lines, votes)
    seen = [
        whole_line("chrome/other", len(text))
        if label.label == "body" and share < _KEPT and (block.link_density >= _LINKS or block.landmark in _ASIDE)
        else label
        for text, label, block, share in zip(lines.texts, labels.lines, blocks, shares, strict=True)
    ]
    return Labels(lines=tuple(seen), metadata=labels.metadata)


def _label_lines(page: Page, lines: PageLines, votes: Votes) -> Labels:
    kinds, densities, shares = page.kinds, page.arrays.link_densities, np.array(votes.shares)
    if not isinstance(lines.blocks, range):  # not each block is a line
        blocks = np.array(lines.blocks, dtype=np.int64)
        kinds, densities, shares = list(map(kinds.__getitem__, lines.blocks)), densities[blocks], shares[blocks]
    hints = Hints(kinds=kinds, link_densities=densities, votes=shares)
    return label_lines(lines.texts, title=page.dom.head.title or None, hints=hints)


def _agreed(page: Page, lines: PageLines, votes: Votes, reasons: Reasons) -> Labels:
    """What the classifier and the labeller make of the lines of a Chinese page together.

    A line is body where the classifier is sure of it, or where the labeller says so and the classifier does not
    object. What the words of a line say for certain (its title, its date, a rights line) stays as the labeller has it.
    On a discussion the classifier needs to be less sure, and to sound like a comment is nothing against a line.
    """
    if _is_flat(page):
        return label_lines(lines.texts, title=page.dom.head.title or None)
    labels = _label_lines(page, lines, votes)
    posts = is_discussion(page, votes.shares, reasons.talks)
    uncertain, sure = (_UNCERTAIN_POSTS, _SURE_OF_POSTS) if posts else (_UNCERTAIN, _SURE)
    seen = list(labels.lines)
    for i, (label, block) in enumerate(zip(labels.lines, lines.blocks, strict=True)):
        if label.label == "body":
            if votes.shares[block] < _OBJECTS:
                seen[i] = whole_line("chrome/other", len(lines.texts[i]))
        elif votes.shares[block] >= sure and (label.label in uncertain or _is_named_after(page, lines, i, label)):
            seen[i] = whole_line("body", len(lines.texts[i]))
    return Labels(lines=tuple(seen), metadata=labels.metadata)


def _is_named_after(page: Page, lines: PageLines, line: int, label: LineLabel) -> bool:
    """Whether a line with this label is a post that the page has its title from."""
    return label.label == "title" and len(lines.texts[line]) > _TITLE and page.kinds[lines.blocks[line]] != "heading"


def _shown(page: Page, lines: PageLines) -> Sequence[str]:
    """The lines that no attribute hides."""
    hidden = page.arrays.hidden
    if not hidden.any():
        return lines.texts
    return [text for text, block in zip(lines.texts, lines.blocks, strict=True) if not hidden[block]]


def _is_flat(page: Page) -> bool:
    """Whether the markup says nothing: all blocks stand in elements of one kind, in the same one around them."""
    arrays = page.arrays
    places = arrays.elements[arrays.elements >= 0]
    columns = (arrays.element_tags, arrays.scope_names[arrays.element_scopes], arrays.element_parents)
    return all(bool((column[places] == column[places[:1]]).all()) for column in columns)


def _without_comments(page: Page, url: str | None, votes: Votes, reasons: Reasons, include: str) -> Votes:
    """The votes without those for readers' comments, unless these are wanted or are much of what would be kept."""
    if include == "yes":
        return votes
    said = [i for i in reasons.comments if votes.shares[i] >= _KEPT]
    if not said:
        return votes
    kept = [i for i, share in enumerate(votes.shares) if share >= _KEPT]
    comments, whole = (sum(len(page.texts[i]) for i in part) for part in (said, kept))
    if include == "auto" and comments > _DISCUSSED * whole:
        is_article = whole - comments >= _ARTICLE and not is_talk(page.dom.head, url)
        if not is_article:
            return votes
    shares = list(votes.shares)
    for i in said:
        shares[i] = 0.0
    return replace(votes, shares=tuple(shares))


def _unjudged(page: Page, lines: PageLines, votes: Votes, extractor: Extractor) -> Labels:
    """The votes as labels: what an extractor keeps is body, and the little that trafilatura leaves out in between."""
    kept = [share >= _KEPT for share in votes.shares]
    for i in np.flatnonzero(page.arrays.kinds == _CODE).tolist():
        kept[i] |= i > 0 and kept[i - 1]  # what text introduces; the classifier has seen little code
    stay = [i for i, keeps in enumerate(kept) if keeps] if extractor.name == "trafilatura" else []
    for before, after in pairwise(stay):
        if after - before <= _GAP + 1:
            for i in range(before + 1, after):
                block = page.blocks[i]
                shown = block.link_density <= _GAP_LINKS and not page.arrays.hidden[i]
                kept[i] = shown and block.landmark not in _ASIDE
    labels = ["body" if keeps else "chrome/other" for keeps in kept]
    return Labels(lines=tuple(map(whole_line, map(labels.__getitem__, lines.blocks), map(len, lines.texts))))


def _verdicts(
    page: Page,
    lines: PageLines,
    labels: Sequence[LineLabel],
    reasons: Reasons,
    metadata: Mapping[str, Field],
    rules: PageRules,
) -> list[LineLabel]:
    """A label for each line, with a reason for each that goes: the user's rules first, then the page's title."""
    title = _title_line(page, lines, metadata.get("title"))
    verdicts, texts, blocks, told = list(labels), lines.texts, lines.blocks, reasons.all
    for i, label in enumerate(labels):
        if label.label == "chrome/other":
            verdicts[i] = whole_line(told[blocks[i]], len(texts[i]))
        elif label.label == "title":
            verdicts[i] = whole_line("meta/title", len(texts[i]))
    if title is not None:
        verdicts[title] = whole_line("meta/title", len(texts[title]))
    for i, text in enumerate(texts):
        if text[-1] == "]" and page.kinds[blocks[i]] == "heading":
            verdicts[i] = _without_edit_link(text, verdicts[i])
    if rules:
        verdicts = [_ruled(*row, rules) for row in zip(lines.texts, labels, verdicts, strict=True)]
    return verdicts


def _is_empty(verdicts: Sequence[LineLabel]) -> bool:
    return all(verdict.label != "body" for verdict in verdicts)


def _without_edit_link(text: str, verdict: LineLabel) -> LineLabel:
    """The verdict on a heading, with the link behind it out that wikis put there to edit what is below."""
    end = heading_end(text)
    if verdict.affixes or end == len(text) or verdict.label not in ("body", "meta/title"):
        return verdict
    link = (end, len(text), "chrome/navigation")
    return LineLabel(label=verdict.label, start=0, end=end, affixes=(link,))


def _ruled(text: str, label: LineLabel, verdict: LineLabel, rules: PageRules) -> LineLabel:
    """The verdict on a line where the user's rules may have another: one that is kept is what it would be, no title."""
    ruled = rules.label(text)
    if ruled is None:
        return verdict
    return label if ruled == label.label == "body" else whole_line(ruled, len(text))


def _without_repeats(page: Page, lines: PageLines, verdicts: Sequence[LineLabel]) -> list[LineLabel]:
    """The verdicts, with those blocks out that say again what an earlier block says, to the letter and at length."""
    seen: set[str] = set()
    repeats: set[int] = set()
    kept = [block for block, verdict in zip(lines.blocks, verdicts, strict=True) if verdict.label == "body"]
    for number in dict.fromkeys(kept):
        text = page.texts[number]
        if len(text) > _REPEAT and page.kinds[number] not in ("code", "table"):
            if text in seen:
                repeats.add(number)
            seen.add(text)
    if not repeats:
        return list(verdicts)
    return [
        whole_line("duplicate/exact", len(text)) if block in repeats and verdict.label == "body" else verdict
        for text, block, verdict in zip(lines.texts, lines.blocks, verdicts, strict=True)
    ]


def _title_line(page: Page, lines: PageLines, title: Field | None) -> int | None:
    """The line that shows the page's title: the first heading that equals it, else the first line that does."""
    key = bare(title.value).lower() if title else ""
    if not key:
        return None
    least, most, texts = len(key), 2 * len(key) + 20, lines.texts
    sized = [i for i, size in enumerate(map(len, texts)) if least <= size <= most]
    headings = (i for i in sized if page.kinds[lines.blocks[i]] == "heading" and _is(_heading(texts[i]), key))
    heading = next(headings, None)
    if heading is not None or len(key) > _TITLE:
        return heading
    return next((i for i in sized if _is(texts[i], key)), None)


def _heading(text: str) -> str:
    return text[: heading_end(text)]


def _is(text: str, key: str) -> bool:
    if not key.startswith(text[0].lower()) and text[0].isalnum():
        return False
    return bare(text).lower() == key
