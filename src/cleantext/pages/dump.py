"""Label the lines of a text dump: title, body, metadata or one of the reasons chrome is removed for.

Rules decide first, words second. The words of `lexicon` say what a line would be; the zones of the page (`zones`),
the line's shape and its neighbours say whether it is. A dump without a sign of web chrome comes out whole: shape
alone never removes a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cleantext.config import ExtractConfig, Rule
from cleantext.folding import label_view
from cleantext.pages.affixes import cut_affixes
from cleantext.pages.linemeta import LineMeta, normalize_date
from cleantext.pages.looks import Look, fold, look_at
from cleantext.pages.spam import is_spam_title
from cleantext.pages.zones import MAIN, OPEN, Zones, body_path, line_scores, survey
from cleantext.records import Field

__all__ = ["Hint", "Labels", "Line", "LineLabel", "label_lines", "split_lines"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A non-empty line: its 1-based number, its span in the source without outer white space, and its text."""

    number: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What an HTML block knows of itself.

    `kind` is text, heading, list, table, code or quote; `votes` the share of the block that another extractor kept
    (None: unknown).
    """

    kind: str = "text"
    link_density: float = 0.0
    votes: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLabel:
    """A line's label, the part [start, end) of it the label is about, and the affixes (start, end, reason) cut off."""

    label: str
    start: int
    end: int
    affixes: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """One label a line, in order, and the metadata found in the lines."""

    lines: tuple[LineLabel, ...]
    metadata: dict[str, Field] = field(default_factory=dict)


def split_lines(text: str) -> list[Line]:
    """The non-empty lines of `text`, stripped of white space, with their exact code point spans in it.

    A line ends where `str.splitlines` ends it: at LF, CR, CR LF, VT, FF, NEL, LS, PS and the ASCII separators.

    >>> [(line.number, line.start, line.text) for line in split_lines("一\\r\\n\\r\\n  二")]
    [(1, 0, '一'), (3, 7, '二')]
    """
    lines: list[Line] = []
    position = 0
    for number, piece in enumerate(text.splitlines(keepends=True), 1):
        stripped = piece.strip()
        if stripped:
            start = position + len(piece) - len(piece.lstrip())
            lines.append(Line(number=number, start=start, end=start + len(stripped), text=stripped))
        position += len(piece)
    return lines


_REASONS = {
    "date": "meta/date",
    "source": "meta/source",
    "author": "meta/author",
    "editor": "meta/editor",
    "counter": "meta/counter",
    "original_title": "meta/original-title",
    "url": "meta/url",
}
# Below this many lines of recognised chrome a text is an article with a stray line, not a page.
_PAGE = 3
_TITLE_UNITS = 90


def label_lines(
    lines: Sequence[str],
    *,
    config: ExtractConfig | None = None,
    url: str | None = None,
    title: str | None = None,
    numbers: Sequence[int] | None = None,
    hints: Sequence[Hint] | None = None,
) -> Labels:
    """A label for each of `lines` and the metadata found in them.

    `lines` are stripped and repaired; `numbers` are what metadata calls them (default: 1, 2, …). `title` is what the
    page calls itself, if that is known; `hints` are what the blocks of an HTML page know, in step with `lines`.
    `config.rules` overrule every label. Never raises on odd text.
    """
    page = _Page(lines, title, hints)
    labels = page.labels()
    metadata = page.metadata(labels, numbers or range(1, len(lines) + 1))
    cut = [_line_label(line, label, hint) for line, label, hint in zip(lines, labels, page.hints, strict=True)]
    _metadata_of_affixes(lines, cut, metadata, numbers or range(1, len(lines) + 1))
    rules = _rules_for(config, url)
    if rules:
        cut = [_ruled(line, found, rules) for line, found in zip(lines, cut, strict=True)]
    return Labels(lines=tuple(cut), metadata=metadata)


def _line_label(line: str, label: str, hint: Hint) -> LineLabel:
    if label not in ("body", "title") or hint.kind == "code":
        return LineLabel(label=label, start=0, end=len(line))
    start, end, affixes = cut_affixes(line)
    return LineLabel(label=label, start=start, end=end, affixes=affixes)


def _rules_for(config: ExtractConfig | None, url: str | None) -> list[tuple[Rule, re.Pattern[str]]]:
    """The user's rules that hold on the page at `url`, compiled."""
    try:
        host = (urlsplit(url or "").hostname or "").lower()
    except ValueError:
        host = ""
    return [
        (rule, re.compile(rule.pattern))
        for rule in (config.rules if config else ())
        if not rule.host or host == rule.host.lower() or host.endswith("." + rule.host.lower())
    ]


def _ruled(line: str, found: LineLabel, rules: Sequence[tuple[Rule, re.Pattern[str]]]) -> LineLabel:
    """The first rule that matches the line, in its label view or as it stands, decides."""
    view = label_view(line)[0]
    for rule, pattern in rules:
        if pattern.search(view) or pattern.search(line):
            if rule.action == "keep":
                return found if found.label == "body" else LineLabel(label="body", start=0, end=len(line))
            return LineLabel(label=f"chrome/{rule.name}", start=0, end=len(line))
    return found


class _Page:
    """One page being labelled; `labels` runs the steps in order, each filling lines the ones before left open."""

    def __init__(self, lines: Sequence[str], title: str | None, hints: Sequence[Hint] | None) -> None:
        self.lines = lines
        self.hints = list(hints) if hints else [Hint()] * len(lines)
        self.looks = [look_at(line) for line in lines]
        self.spam = self._spam_lines()
        kept = [i for i in range(len(lines)) if i not in self.spam]
        self.kept = kept
        self.title = label_view((title or "")[:300])[0]
        self.read = [self.looks[i] for i in kept]
        self.zones: Zones = survey(self.read, self.title)
        self.metas: dict[int, LineMeta] = {
            i: meta for i, meta in zip(kept, self.zones.metas, strict=True) if meta is not None
        }
        self.anchor = kept[self.zones.anchor] if self.zones.anchor >= 0 else -1

    def _spam_lines(self) -> set[int]:
        body = "\n".join(line[:2000] for line in self.lines[:60])
        spam: set[int] = set()
        for i, line in enumerate(self.lines[:3]):
            rest = body.replace(line[:2000], "")
            if self.looks[i].strength < 3 and is_spam_title(line, rest):
                spam.add(i)
        return spam

    def labels(self) -> list[str]:
        """A label a line."""
        inside = self._inside()
        self.inside = inside
        body = [i for i, flag in enumerate(inside) if flag]
        self.first, self.last = (body[0], body[-1]) if body else (len(self.lines), -1)
        self.headline = self._headline()
        labels = [self._label(i) for i in range(len(self.lines))]
        self._repair_runs(labels)
        if "body" not in labels:
            labels = [
                "body" if self.looks[i].strength < 2 and i not in self.metas else label
                for i, label in enumerate(labels)
            ]
        return labels

    def _evidence(self) -> int:
        """How many different lines are chrome by their words."""
        return len(
            {
                look.view
                for i, look in enumerate(self.looks)
                if look.strength >= 2 and look.reason != "chrome/other" and self.hints[i].kind != "code"
            }
        )

    def _inside(self) -> list[bool]:
        """Whether each line lies in the main content."""
        inside = [i not in self.spam for i in range(len(self.lines))]
        evidence = self._evidence()
        if evidence >= _PAGE:
            scores = line_scores(self.read, self.zones)
            for at, i in enumerate(self.kept):
                hint = self.hints[i]
                if hint.votes is not None:
                    scores[at] += 4 * (hint.votes - 0.5)
                scores[at] -= 3 * max(0.0, hint.link_density - 0.3)
            for i, flag in zip(self.kept, body_path(scores, self.read, self.zones), strict=True):
                inside[i] = flag
        return inside

    def _headline(self) -> int:
        """The line that is the title, or -1."""
        if self.anchor >= 0 and (self.zones.anchored_by_title or self._may_head(self.anchor)):
            return self.anchor
        for i in range(min(self.first, len(self.lines) - 1), max(-1, self.first - 4), -1):
            if self._may_head(i):
                return i
        return -1

    def _may_head(self, i: int) -> bool:
        """Whether line `i` can be a title: short, no sentence, no chrome, and running text follows soon."""
        look = self.looks[i]
        if look.strength >= 2 or i in self.metas or i in self.spam or not 4 <= look.units <= _TITLE_UNITS:
            return False
        if re.search(r"[。,;:、]$|^[“\"「『(]", look.view) or self.hints[i].kind in ("list", "table", "code", "quote"):
            return False
        if re.search(r"[.!?]$|\.\.\.$", look.view) and i not in (self.anchor,):
            return False
        below = range(i + 1, min(len(self.lines), i + 5))
        return any(j in self.metas for j in below) or any(
            self.looks[j].units > 40 and self.looks[j].units > 2 * look.units and self.looks[j].values[10]
            for j in below
        )

    def _label(self, i: int) -> str:
        if i in self.spam:
            return "chrome/spam-title"
        if i == self.headline:
            return "title"
        look, meta = self.looks[i], self.metas.get(i)
        if self.headline >= 0 and len(look.view) >= 4 and self._repeats_title(i):
            return "meta/title"
        if self.hints[i].kind == "code" and self.inside[i]:
            return "body"
        if look.reason == "chrome/clock" and self.headline >= 0:
            return "chrome/clock" if i < self.headline or i > self.first else "meta/date"
        if meta is not None and self._is_meta_here(i, meta):
            if all(pair.end <= pair.start for pair in meta.pairs):
                return "chrome/other"
            return _REASONS.get(meta.key, "meta/date")
        if look.strength == 3 and look.reason:
            return look.reason
        if look.strength == 2 and look.reason and not (self.inside[i] and self._evidence_free(i)):
            return look.reason
        return "body" if self.inside[i] else self._outside(i)

    def _evidence_free(self, i: int) -> bool:
        """Whether a line of likely chrome stands in running text, where its words mean what they say."""
        return (
            self.first < i < self.last
            and not any(self.looks[j].strength >= 2 for j in (i - 1, i + 1) if 0 <= j < len(self.looks))
            and self.looks[i - 1].units > 20
            and self.looks[i + 1].units > 20
        )

    def _repeats_title(self, i: int) -> bool:
        view, title = self.looks[i].view, self.looks[self.headline].view
        if view == title:
            return True
        return i < self.headline and i < 3 and view.startswith(title) and len(view) <= 3 * len(title) + 20

    def _is_meta_here(self, i: int, meta: LineMeta) -> bool:
        """Whether a line that reads as metadata is metadata where it stands."""
        labels = {pair.key for pair in meta.pairs if pair.label}
        around = [self.looks[j].view for j in (i - 1, i + 1) if 0 <= j < len(self.lines)]
        if any(
            re.match(
                r"(会议|活动|比赛|考试|报名|招聘|举办|集合)?(地点|地址|主办|主讲|嘉宾|主题|联系人|参加|对象|人数|内容|主持)[:]",
                view,
            )
            for view in around
        ):
            return False
        if re.search(r"[。!?]$", self.looks[i].view):
            return False
        if labels & {"editor", "original_title", "url"} and not meta.ambiguous:
            return True
        if "editor" in labels and re.fullmatch(r"[(\[【].*[)\]】]", self.looks[i].view):
            return True
        if not self.inside[i] or self.zones.forum:
            return True
        text_above = any(
            self.inside[j] and self.looks[j].units > 30 for j in range(max(0, i - 6), i) if j != self.headline
        )
        in_head = not text_above and (i <= self.headline + 6 if self.headline >= 0 else i < 6)
        if in_head:
            return not meta.ambiguous or self.headline >= 0 or bool(labels - {"date"}) or self._full_date(i)
        at_end = all(
            j in self.metas or self.looks[j].strength >= 2 or not self.inside[j]
            for j in range(i + 1, min(len(self.lines), i + 5))
        )
        return bool(labels) and (not meta.ambiguous or "editor" in labels) and at_end

    def _full_date(self, i: int) -> bool:
        return normalize_date(self.looks[i].spaced) is not None

    def _outside(self, i: int) -> str:
        """The reason of a line outside the main content that no entry of the lexicon names."""
        for j in range(i, max(-1, i - 80), -1):
            look = self.looks[j]
            if look.strength >= 2 and look.reason in ("chrome/related", "chrome/comments", "chrome/legal"):
                return look.reason
            if j <= self.first:
                break
        if i < self.first:
            return "chrome/navigation"
        if self.looks[i].values[16]:
            return "chrome/related"
        return "chrome/other"

    def _repair_runs(self, labels: list[str]) -> None:
        """Lists of titles with dates after the last paragraph, in texts too clean to be judged as pages."""
        last_text = max(
            (i for i, look in enumerate(self.looks) if look.units > 40 and look.values[10] and labels[i] == "body"),
            default=-1,
        )
        if last_text < 0:
            return
        run: list[int] = []
        dated = 0
        for i in range(last_text + 1, len(labels)):
            look = self.looks[i]
            if labels[i] != "body" and not (look.reason == "chrome/other"):
                continue
            if look.values[16] and not look.values[10] and look.units <= 80:
                dated += 1
                run.append(i)
            elif look.units <= 1:
                run.append(i)
        if dated >= 3:
            for i in run:
                labels[i] = "chrome/related"

    def metadata(self, labels: Sequence[str], numbers: Sequence[int]) -> dict[str, Field]:
        """Values found in the lines labelled as metadata, each with the line it stood in."""
        found: dict[str, Field] = {}
        if self.headline >= 0:
            found["title"] = Field(value=self.lines[self.headline], origin=f"line {numbers[self.headline]}")
        order = sorted((i for i in self.metas if labels[i].startswith("meta/")), key=lambda i: (i < self.anchor, i))
        for i in order:
            for key, value in _values(self.lines[i], self.metas[i]):
                if key not in found and key != "counter":
                    found[key] = Field(value=value, origin=f"line {numbers[i]}")
        return found


def _values(line: str, meta: LineMeta) -> list[tuple[str, str]]:
    """The values of a line as they stand in it; dates as YYYY-MM-DD."""
    spaced, offsets = fold(line[:800])
    values: list[tuple[str, str]] = []
    for pair in meta.pairs:
        if pair.end <= pair.start:
            continue
        if pair.key == "date":
            date = normalize_date(spaced[pair.start : pair.end])
            if date:
                values.append(("date", date))
        else:
            values.append((pair.key, line[offsets[pair.start] : offsets[pair.end - 1] + 1]))
    return values


def _metadata_of_affixes(
    lines: Sequence[str], cut: Sequence[LineLabel], metadata: dict[str, Field], numbers: Sequence[int]
) -> None:
    """Add what affixes say of editor, source and original title."""
    for i, found in enumerate(cut):
        for start, end, reason in found.affixes:
            key = reason.partition("/")[2].replace("-", "_")
            if reason.startswith("meta/") and key not in metadata:
                text = lines[i][start:end].strip(" ()[]【】（）〔〕")
                value = re.split(r"[:：]", text, maxsplit=1)[-1].strip()
                if value:
                    metadata[key] = Field(value=value, origin=f"line {numbers[i]}")
