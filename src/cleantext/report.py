"""What a run did: counts by stage and reason that must balance, and the summary a person reads."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from cleantext.config import Config
from cleantext.errors import EngineError

if TYPE_CHECKING:
    from cleantext.rehearsal import Rehearsal

__all__ = ["SCHEMA_VERSION", "SKIPPED", "RunReport", "Stage", "versions"]

SCHEMA_VERSION = 1
_PACKAGES = (
    "cleantext-corpus",
    "datasketch",
    "trafilatura",
    "ftfy",
    "opencc",
    "opencc-python-reimplemented",
    "numpy",
    "numba",
)
_LISTED = 6
# What the reasons begin with for which records of an input are no documents: SKIPPED + "revisit" and the like.
SKIPPED = "skipped/"


@dataclass(slots=True, kw_only=True)
class Stage:
    """What came into a stage and what became of it; `dropped` counts by reason, `unit` says what is counted."""

    name: str
    unit: str
    came_in: int = 0
    went_out: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    @property
    def balances(self) -> bool:
        """Whether everything that came in went out or was dropped for a reason."""
        return self.came_in == self.went_out + sum(self.dropped.values())

    def to_dict(self) -> dict[str, Any]:
        """Plain values, the largest reasons first."""
        dropped = dict(sorted(self.dropped.items(), key=lambda item: (-item[1], item[0])))
        return {"stage": self.name, "unit": self.unit, "in": self.came_in, "out": self.went_out, "dropped": dropped}


@dataclass(slots=True, kw_only=True)
class RunReport:
    """The run: counts, throughput, S-curve, configuration and versions. `to_dict()` is report.json.

    `damage` counts what is left in the paragraphs of text that cannot be had back (锟斤拷, U+FFFD, …), and repairs that
    had to mark characters as `lost`. `resumed_shards` were finished by an earlier run.
    """

    config: Config
    stages: list[Stage] = field(default_factory=list)
    seconds: float = 0.0
    source_chars: int = 0
    flagged: Counter[str] = field(default_factory=Counter)
    encodings: Counter[str] = field(default_factory=Counter)
    scripts: Counter[str] = field(default_factory=Counter)
    metadata: Counter[str] = field(default_factory=Counter)
    damage: Counter[str] = field(default_factory=Counter)
    settings: Mapping[str, Any] = field(default_factory=dict)
    rehearsal: Rehearsal | None = None
    resumed_shards: int = 0

    def stage(self, name: str) -> Stage:
        """The stage called `name`."""
        return next(stage for stage in self.stages if stage.name == name)

    @property
    def documents(self) -> int:
        """Documents kept."""
        return self.stage("documents").went_out

    @property
    def failed(self) -> int:
        """Inputs that could not be read or cleaned."""
        return self.stage("read").dropped["failed"]

    @property
    def skipped(self) -> Counter[str]:
        """Records of the inputs that are no documents, by reason."""
        dropped = self.stage("read").dropped
        return Counter({reason: count for reason, count in dropped.items() if reason.startswith(SKIPPED)})

    @property
    def failure_rate(self) -> float:
        """Share of the inputs that failed, 0 to 1; skipped records do not count."""
        came_in = self._documents_read()
        return self.failed / came_in if came_in else 0.0

    def check(self) -> None:
        """Raises EngineError unless every stage balances: a difference is a bug, and the output cannot be trusted."""
        off = [stage for stage in self.stages if not stage.balances]
        if off:
            lines = [
                f"{stage.name}: {stage.came_in:,} {stage.unit} in, {stage.went_out:,} out, "
                f"{sum(stage.dropped.values()):,} dropped"
                for stage in off
            ]
            raise EngineError("the counts do not balance, please report this: " + "; ".join(lines))

    def to_dict(self) -> dict[str, Any]:
        """Everything, as plain values."""
        return {
            "schema_version": SCHEMA_VERSION,
            "config_digest": self.config.digest(),
            "config": self.config.to_dict(),
            "versions": versions(),
            "seconds": round(self.seconds, 3),
            "resumed_shards": self.resumed_shards,
            "source_chars": self.source_chars,
            "mchar_per_s": round(self.source_chars / self.seconds / 1e6, 4) if self.seconds else None,
            "documents_per_s": round(self._documents_read() / self.seconds, 2) if self.seconds else None,
            "stages": [stage.to_dict() for stage in self.stages],
            "encodings": _sorted(self.encodings),
            "scripts": _sorted(self.scripts),
            "metadata": _sorted(self.metadata),
            "flagged": _sorted(self.flagged),
            "damage": _sorted(self.damage),
            "duplicates": dict(self.settings),
        }

    def summary(self) -> str:
        """The run in a few lines for a terminal."""
        documents = self.stage("documents")
        kept, duplicates = documents.went_out, sum(documents.dropped.values())
        skipped = sum(self.skipped.values())
        lines = [
            f"documents: {self._documents_read():,} read, {self.failed:,} failed, {kept:,} kept, "
            f"{duplicates:,} duplicates" + _reasons(documents.dropped)
        ]
        if skipped:
            lines.append(f"no documents: {skipped:,} records{_reasons(self.skipped)}")
        for stage in self.stages:
            lost, reasons = sum(stage.dropped.values()), _reasons(stage.dropped)
            if stage.name == "extract":
                lines.append(f"text: {stage.came_in:,} characters, {lost:,} of them chrome or metadata{reasons}")
            elif stage.name == "repeats":
                lines.append(f"paragraphs: {stage.came_in:,}, {lost:,} repeat one of their document{reasons}")
            elif stage.name == "site" and lost:
                lines.append(f"site chrome: {lost:,} of {stage.came_in:,} paragraphs")
            elif stage.name == "paragraphs" and lost:
                lines.append(f"across documents: {stage.came_in:,} paragraphs, {lost:,} repeated{reasons}")
        lines += list(self._checked())
        if self.damage:
            lines.append(f"cannot be had back: {sum(self.damage.values()):,} places{_reasons(self.damage)}")
        lines += [f"look at: {count:,} flagged {flag}" for flag, count in sorted(self.flagged.items())]
        rate = self.source_chars / self.seconds / 1e6 if self.seconds else 0.0
        lines.append(f"{self.seconds:.1f} s, {rate:.2f} million characters a second")
        return "\n".join(lines)

    def _documents_read(self) -> int:
        return self.stage("read").came_in - sum(self.skipped.values())

    def _checked(self) -> Iterator[str]:
        """What the self-check measured, a line a level."""
        for level, settings in self.settings.items():
            check = settings.get("self_check")
            if check and check["recall"] is not None:
                low, high = check["interval"]
                yield (
                    f"self-check: {check['found_pairs']:,} of {check['true_pairs']:,} near pairs of "
                    f"{check['sampled']:,} sampled {level} were found, recall {check['recall']:.4f} "
                    f"({low:.4f} to {high:.4f})"
                )


def _reasons(dropped: Counter[str]) -> str:
    if not dropped:
        return ""
    ordered = sorted(dropped.items(), key=lambda item: (-item[1], item[0]))
    shown = [f"{reason} {count:,}" for reason, count in ordered[:_LISTED]]
    rest = [f"{len(ordered) - _LISTED} other reasons"] if len(ordered) > _LISTED else []
    return f" ({', '.join(shown + rest)})"


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def versions(packages: Iterable[str] = _PACKAGES) -> dict[str, str]:
    """The versions of Python and of the packages that decide results."""
    found = {"python": sys.version.split()[0]}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
