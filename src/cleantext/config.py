"""Every option: one frozen dataclass a stage, one `Config` that holds them, and nothing else has defaults.

Field metadata carries the help text, the command-line flag and the bounds, so that flags, TOML keys and checks all
derive from the fields. `Config.digest()` covers the fields that can change what a run writes.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

from cleantext.errors import ConfigError

__all__ = [
    "Config",
    "DecodeConfig",
    "DedupConfig",
    "ExtractConfig",
    "LimitsConfig",
    "NormalizeConfig",
    "OutputConfig",
    "RepairConfig",
    "Rule",
    "RunConfig",
    "load_dictionary",
    "load_rules",
    "to_toml",
]


def option(
    default: Any,
    doc: str,
    *,
    flag: str | None = None,
    choices: Sequence[str] | None = None,
    bounds: tuple[float, float] | None = None,
    affects_output: bool = True,
) -> Any:
    """A field with its help text, flag, allowed values and inclusive bounds."""
    metadata = {"help": doc, "flag": flag, "choices": choices, "bounds": bounds, "affects_output": affects_output}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A user's own rule: lines or blocks that match `pattern` are removed as chrome/`name`, or kept.

    `pattern` is a regular expression searched in the label view of the line (Simplified, half-width, no spaces) and
    in the line as it stands. `host` limits it to pages of that host and its subdomains.
    """

    name: str
    pattern: str
    action: str = "remove"
    host: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeConfig:
    """From bytes to text."""

    encoding: str | None = option(None, "decode every input with this encoding, whatever it declares", flag="encoding")


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsConfig:
    """How much one document may cost."""

    max_bytes: int = option(32 * 1024 * 1024, "bytes a document may have", flag="max-bytes", bounds=(1, 2**31 - 1))
    max_nodes: int = option(2_000_000, "nodes a page may have", bounds=(1, 2**31 - 1))
    max_depth: int = option(
        512, "depth below which a page's text is read but its structure is not", bounds=(16, 10_000)
    )
    max_seconds: float = option(
        30.0, "seconds an extractor may take over a page before another takes its place", bounds=(0.01, 3600)
    )
    document_seconds: float = option(
        120.0,
        "seconds a worker process may take over a document before it is killed and the document has failed",
        flag="document-seconds",
        bounds=(0.1, 86_400),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractConfig:
    """From a page or dump to its main content."""

    kind: str = option("auto", "what the inputs are", flag="kind", choices=("auto", "html", "dump", "text"))
    extractor: str = option(
        "auto", "who finds the main content of HTML pages", flag="extractor", choices=("auto", "trafilatura", "all")
    )
    include_comments: str = option(
        "auto",
        "readers' comments: content where they are much of the page (auto), always or never",
        flag="include-comments",
        choices=("auto", "yes", "no"),
    )
    rules: tuple[Rule, ...] = option((), "your own chrome and keep patterns (a TOML file)", flag="rules")


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairConfig:
    """What `repair` may mend."""

    entities: bool = option(True, "decode HTML entities left in text dumps", flag="entities")
    mojibake: bool = option(True, "mend text decoded with the wrong encoding (ftfy)", flag="mojibake")
    controls: bool = option(True, "drop control characters and zero-width spam", flag="controls")
    glosses: bool = option(True, "drop the pinyin readings of cloaked text: 現(xiàn)", flag="glosses")


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalizeConfig:
    """Script, width and punctuation of the clean text."""

    script: str = option(
        "s", "script of the output: s, t, tw, hk, keep, or an OpenCC configuration such as tw2sp", flag="script"
    )
    dictionary: str | None = option(
        None,
        "your own words for the conversion of script, a file of lines FROM<tab>TO; they come before OpenCC's",
        flag="dictionary",
    )
    protect: str = option(
        "urls,code", "what conversion of script leaves as it is: urls, code, names (in quotes), or none", flag="protect"
    )
    punctuation: str = option("keep", "marks in Chinese context", flag="punctuation", choices=("keep", "cjk", "ascii"))
    width_letters: str = option(
        "keep",
        "full-width letters and digits: as they are, or ＰＭ２．５ as PM2.5",
        flag="width-letters",
        choices=("keep", "half"),
    )
    width_katakana: str = option(
        "keep", "half-width katakana: as they are, or ﾆｭｰｽ as ニュース", flag="width-katakana", choices=("keep", "full")
    )
    width_spaces: str = option(
        "keep",
        "wide, no-break and other such spaces: as they are, ordinary but for U+3000 that indents a line, or ordinary",
        flag="width-spaces",
        choices=("keep", "indent", "half"),
    )
    width_symbols: str = option(
        "keep", "symbols in unusual width: as they are, or ＋ ￥ as + ¥", flag="width-symbols", choices=("keep", "half")
    )
    radicals: bool = option(True, "radicals beside Han become the ideographs they look like: ⼈民", flag="radicals")
    private_use: bool = option(
        True, "private-use characters of GBK and GB 18030 in Chinese become what they stand for", flag="private-use"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DedupConfig:
    """What counts as a duplicate and what happens to it."""

    match: str = option("folded", "compare match text, or the text as it is", flag="match", choices=("folded", "raw"))
    threshold: float = option(
        0.8, "Jaccard similarity from which texts are near duplicates", flag="threshold", bounds=(0.05, 1)
    )
    recall: float = option(
        0.99, "share of the pairs at the threshold that must be found", flag="recall", bounds=(0.5, 0.9999)
    )
    containment: float | None = option(
        0.9,
        "share of a paragraph that must stand in another to be contained in it (none: contained ones are not sought)",
        flag="containment",
        bounds=(0.5, 1),
    )
    num_perm: int = option(128, "permutations of a signature", flag="num-perm", bounds=(16, 1024))
    seed: int = option(1, "seed the permutations are drawn from", flag="seed", bounds=(0, 2**32 - 1))
    shingle_size: int | None = option(
        None, "units in a shingle (default: 3 for paragraphs, 5 for documents)", flag="shingle-size", bounds=(1, 64)
    )
    shingle_unit: str = option("auto", "unit of a shingle", flag="shingle-unit", choices=("auto", "character", "word"))
    min_chars: int = option(
        20,
        "characters of match text (a word counts 2.5) under which only equal texts are duplicates",
        flag="min-chars",
        bounds=(0, 10_000),
    )
    site: str = option(
        "drop",
        "lines that half of a host's documents share, which are learned and left out of all comparisons",
        flag="site",
        choices=("drop", "mask", "tag", "off"),
    )
    site_profile: str | None = option(
        None, "lines of sites learned by earlier runs (their site.json)", flag="site-profile"
    )
    within: str = option(
        "drop", "repeated paragraphs within a document", flag="within", choices=("drop", "mask", "tag", "off")
    )
    documents: str = option("drop", "repeated documents", flag="documents", choices=("drop", "mask", "tag", "off"))
    across: str = option(
        "tag", "repeated paragraphs of documents that stay", flag="across", choices=("drop", "mask", "tag", "off")
    )
    keep: str = option("first", "which of several duplicates stays: first, longest, newest or source:a>b", flag="keep")
    max_removed: float = option(
        0.5,
        "share of a source's documents that may go as duplicates before the run stops (sources of 20 or more)",
        flag="max-removed",
        bounds=(0, 1),
        affects_output=False,  # it decides whether a run comes to its end, not what it writes
    )

    self_check: int = option(
        200,
        "texts of each level that are compared with all others one by one, to measure the recall (0: none)",
        flag="self-check",
        bounds=(0, 100_000),
        affects_output=False,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputConfig:
    """What the files look like."""

    format: str = option(
        "jsonl", "form of the documents", flag="format", choices=("jsonl", "parquet", "arrow", "text", "markdown")
    )
    compress: str = option(
        "none",
        "compression of documents in a form of text; Parquet and Arrow are compressed inside",
        flag="compress",
        choices=("none", "gzip", "zstd", "xz"),
    )
    shards: int = option(
        1,
        "files the documents are written to, in order: documents-00000-of-0000N",
        flag="shards",
        bounds=(1, 99_999),
    )
    changes: bool = option(False, "also write changes.jsonl: every edit inside a kept paragraph", flag="changes")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """How a run is carried out; none of it changes what is written."""

    jobs: int = option(1, "worker processes (0: one a core)", flag="jobs", bounds=(0, 1024), affects_output=False)
    memory: str | None = option(
        None,
        "memory the comparison may take, such as 6G; what does not fit goes to disk (default: half of the machine)",
        flag="memory",
        affects_output=False,
    )
    worker_memory: str | None = option(
        None,
        "memory a worker process may take, such as 2G, before it is killed and its document has failed (Linux)",
        flag="worker-memory",
        affects_output=False,
    )
    isolate: bool = option(
        False,
        "clean in a worker process even with one job, so that a document that crashes or hangs costs only itself",
        flag="isolate",
        affects_output=False,
    )
    shard_size: int = option(
        512, "records after which a run notes its progress", bounds=(1, 1_000_000), affects_output=False
    )
    batch_size: int = option(64, "documents a worker takes at a time", bounds=(1, 100_000), affects_output=False)
    max_failures: float = option(
        0.1,
        "share of failed documents above which the exit code is 1",
        flag="max-failures",
        bounds=(0, 1),
        affects_output=False,
    )
    overwrite: bool = option(False, "replace an earlier run's files in OUT", flag="overwrite", affects_output=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole configuration, one field a stage.

    >>> Config.from_dict({"dedup": {"threshold": 0.7}}).dedup.threshold
    0.7
    """

    decode: DecodeConfig = field(default_factory=DecodeConfig)
    limits: LimitsConfig = field(default_factory=LimitsConfig)
    extract: ExtractConfig = field(default_factory=ExtractConfig)
    repair: RepairConfig = field(default_factory=RepairConfig)
    normalize: NormalizeConfig = field(default_factory=NormalizeConfig)
    dedup: DedupConfig = field(default_factory=DedupConfig)
    output: OutputConfig = field(default_factory=OutputConfig)
    run: RunConfig = field(default_factory=RunConfig)

    def __post_init__(self) -> None:
        problems = [problem for name, stage in self.stages() for problem in _problems(name, stage)]
        if self.output.format in ("parquet", "arrow") and self.output.compress != "none":
            problems.append(f"output.compress: {self.output.format} is compressed inside; leave it at none")
        if problems:
            raise ConfigError("\n".join(problems))

    def stages(self) -> Iterator[tuple[str, Any]]:
        """Name and configuration of each stage."""
        return ((f.name, getattr(self, f.name)) for f in fields(self))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], base: Config | None = None) -> Config:
        """`base` (default: the defaults) with `values`, a table a stage. Raises ConfigError with all problems."""
        problems: list[str] = []
        stages = dict((base or cls()).stages())
        for name, table in values.items():
            if name not in stages:
                problems.append(_unknown(f"[{name}]", name, stages))
            elif not isinstance(table, Mapping):
                problems.append(f"{name}: expected a table of options, got {table!r}")
            else:
                stages[name], found = _fill(name, stages[name], table)
                problems += found
        if problems:
            raise ConfigError("\n".join(problems))
        return cls(**stages)

    @classmethod
    def from_toml(cls, path: str | Path, base: Config | None = None) -> Config:
        """The configuration in a TOML file. Raises ConfigError where it cannot be read or is wrong."""
        return cls.from_dict(_read_toml(path), base)

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Plain values, a table a stage: what `from_dict` takes."""
        return {name: dataclasses.asdict(stage) for name, stage in self.stages()}

    def digest(self) -> str:
        """16 hex digits over every field that can change what a run writes."""
        relevant = {
            f"{name}.{f.name}": getattr(stage, f.name)
            for name, stage in self.stages()
            for f in fields(stage)
            if f.metadata.get("affects_output", True)
        }
        if self.normalize.dictionary:  # what it says can change a run, not where it is
            relevant["normalize.dictionary"] = load_dictionary(self.normalize.dictionary)
        text = json.dumps(relevant, sort_keys=True, default=dataclasses.asdict, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def load_dictionary(path: str | Path) -> dict[str, str]:
    """A user's words: lines FROM<tab>TO in UTF-8; empty lines and those that start with # do not count.

    Raises ConfigError with all faults of the file.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8: {error}") from None
    words: dict[str, str] = {}
    problems = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        before, tab, after = line.partition("\t")
        if not tab or not before or "\t" in after:
            problems.append(f"{path}: line {number}: expected FROM<tab>TO, got {line!r}")
        elif words.setdefault(before, after) != after:
            problems.append(f"{path}: line {number}: {before!r} is already {words[before]!r}")
    if problems:
        raise ConfigError("\n".join(problems))
    return words


def load_rules(path: str | Path) -> tuple[Rule, ...]:
    """The rules in a TOML file, `[[rule]]` tables with name, pattern, action and host; ConfigError lists all faults."""
    values = _read_toml(path)
    extra = [_unknown(f"{path}: {key}", key, {"rule": None}) for key in values if key != "rule"]
    rules, problems = _rules(values.get("rule", []))
    if extra or problems:
        raise ConfigError("\n".join([*extra, *(f"{path}: {problem}" for problem in problems)]))
    return rules


def to_toml(config: Config) -> str:
    """The configuration as TOML that `Config.from_toml` reads back; options without a value are comments."""
    lines: list[str] = []
    for name, table in config.to_dict().items():
        rules = table.pop("rules", ())
        lines += [f"[{name}]"]
        for key, value in table.items():
            lines.append(f"# {key} =" if value is None else f"{key} = {json.dumps(value, ensure_ascii=False)}")
        for rule in rules:
            lines += ["", f"[[{name}.rules]]"]
            lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in rule.items()]
        lines.append("")
    return "\n".join(lines)


def _read_toml(path: str | Path) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from None


def _unknown(label: str, key: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(key, list(known), n=3)
    hint = f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(known)}"
    return f"{label}: unknown; {hint}"


def _fill(name: str, stage: Any, table: Mapping[str, Any]) -> tuple[Any, list[str]]:
    known = {f.name: f for f in fields(stage)}
    problems = [_unknown(f"{name}.{key}", key, known) for key in table if key not in known]
    changes = {key: value for key, value in table.items() if key in known}
    if name == "extract" and "rules" in changes:
        changes["rules"], found = _rules(changes["rules"])
        problems += [f"extract.{problem}" for problem in found]
    candidate = dataclasses.replace(stage, **changes)
    return candidate, problems + _problems(name, candidate)


_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "str": (str,),
    "str | None": (str, type(None)),
    "int | None": (int, type(None)),
    "float | None": (int, float, type(None)),
}


def _problems(name: str, stage: Any) -> list[str]:
    """What is wrong with one stage's values."""
    problems = []
    for f in fields(stage):
        value, types = getattr(stage, f.name), _TYPES.get(str(f.type))
        label, choices, bounds = f"{name}.{f.name}", f.metadata.get("choices"), f.metadata.get("bounds")
        if types and (not isinstance(value, types) or (isinstance(value, bool) and bool not in types)):
            problems.append(f"{label}: expected {f.type}, got {value!r}")
        elif choices and value not in choices:
            problems.append(f"{label}: {value!r} is not one of {', '.join(choices)}")
        elif bounds and value is not None and not bounds[0] <= value <= bounds[1]:
            problems.append(f"{label}: {value!r} is not between {bounds[0]} and {bounds[1]}")
        elif label in _CHECKS and (problem := _CHECKS[label](value)):
            problems.append(f"{label}: {problem}")
    return problems


_SCRIPTS = ("s", "t", "tw", "hk", "keep")
# The last six only with the dictionaries of the official distribution.
_OPENCC = (
    *("s2t", "t2s", "s2tw", "tw2s", "s2hk", "hk2s", "s2twp", "tw2sp", "t2tw", "t2hk"),
    *("tw2t", "hk2t", "s2hkp", "hk2sp", "t2jp", "jp2t"),
)
_PROTECTED = ("urls", "code", "names")


def _check_script(value: str) -> str | None:
    known = _SCRIPTS + _OPENCC
    return None if value in known else f"{value!r} is not one of {', '.join(known)}"


def _check_protect(value: str) -> str | None:
    unknown = [kind for kind in value.split(",") if kind.strip() not in _PROTECTED]
    return f"{value!r} is not none, or of {', '.join(_PROTECTED)}" if unknown and value != "none" else None


def _check_dictionary(value: str | None) -> str | None:
    try:
        load_dictionary(value) if value else None
    except ConfigError as error:
        return str(error)
    return None


def _check_keep(value: str) -> str | None:
    if value in ("first", "longest", "newest") or re.fullmatch(r"source:[^>]+(>[^>]+)*", value):
        return None
    return f"{value!r} is not first, longest, newest or source:a>b"


def _check_encoding(value: str | None) -> str | None:
    try:
        "".encode(value or "utf-8")
    except LookupError:
        return f"{value!r} is not an encoding Python knows"
    return None


def _check_memory(value: str | None) -> str | None:
    if value is None or re.fullmatch(r"\d+(\.\d+)?[KMGT]i?B?", value, re.IGNORECASE):
        return None
    return f"{value!r} is no amount of memory such as 500M or 6G"


_CHECKS: dict[str, Callable[[Any], str | None]] = {
    "run.memory": _check_memory,
    "run.worker_memory": _check_memory,
    "normalize.script": _check_script,
    "normalize.dictionary": _check_dictionary,
    "normalize.protect": _check_protect,
    "dedup.keep": _check_keep,
    "decode.encoding": _check_encoding,
}


def _rules(tables: Any) -> tuple[tuple[Rule, ...], list[str]]:
    """Rules from TOML tables, and what is wrong with them."""
    if not isinstance(tables, list | tuple):
        return (), ["rules: expected a list of tables"]
    rules, problems = [], []
    known = {f.name: f for f in fields(Rule)}
    for number, table in enumerate(tables, 1):
        values = dataclasses.asdict(table) if is_dataclass(table) and not isinstance(table, type) else table
        found = _rule_problems(values, known)
        problems += [f"rule {number}: {problem}" for problem in found]
        if not found:
            rules.append(Rule(**values))
    return tuple(rules), problems


def _rule_problems(values: Any, known: Mapping[str, Any]) -> list[str]:
    if not isinstance(values, Mapping):
        return ["expected a table"]
    problems = [_unknown(key, key, known) for key in values if key not in known]
    problems += [f"{key}: expected text" for key in values if key in known and not isinstance(values[key], str)]
    problems += [f"{key}: is missing" for key in ("name", "pattern") if not values.get(key)]
    if isinstance(values.get("name"), str) and not re.fullmatch(r"[\w.-]+", values["name"]):
        problems.append(f"name: {values['name']!r} may have letters, digits, '-', '_' and '.' only")
    if values.get("action", "remove") not in ("remove", "keep"):
        problems.append(f"action: {values['action']!r} is not remove or keep")
    if isinstance(values.get("pattern"), str):
        try:
            re.compile(values["pattern"])
        except re.error as error:
            problems.append(f"pattern: {error}")
    return problems
