"""The report: counts that balance, and what a person reads."""

from __future__ import annotations

from collections import Counter

import pytest

from cleantext.config import Config
from cleantext.errors import EngineError
from cleantext.report import RunReport, Stage, versions


def a_report() -> RunReport:
    stages = [
        Stage(name="read", unit="inputs", came_in=10, went_out=9, dropped=Counter(failed=1)),
        Stage(name="extract", unit="characters", came_in=9000, went_out=8000, dropped=Counter({"chrome/share": 1000})),
        Stage(name="repeats", unit="paragraphs", came_in=90, went_out=90),
        Stage(name="documents", unit="documents", came_in=9, went_out=8, dropped=Counter({"document/near": 1})),
        Stage(name="paragraphs", unit="paragraphs", came_in=80, went_out=80),
    ]
    return RunReport(config=Config(), stages=stages, seconds=2.0, source_chars=10_000, flagged=Counter(shell=1))


def test_counts_that_balance() -> None:
    report = a_report()
    report.check()
    assert (report.documents, report.failed, report.failure_rate) == (8, 1, 0.1)


def test_counts_that_do_not_stop_the_run() -> None:
    report = a_report()
    report.stage("documents").went_out = 7
    with pytest.raises(EngineError, match="documents: 9 documents in, 7 out, 1 dropped"):
        report.check()


def test_summary() -> None:
    assert a_report().summary().splitlines() == [
        "documents: 10 read, 1 failed, 8 kept, 1 duplicates (document/near 1)",
        "text: 9,000 characters, 1,000 of them chrome or metadata (chrome/share 1,000)",
        "paragraphs: 90, 0 repeat one of their document",
        "look at: 1 flagged shell",
        "2.0 s, 0.01 million characters a second",
    ]


def test_plain_values() -> None:
    values = a_report().to_dict()
    assert values["stages"][1] == {
        "stage": "extract",
        "unit": "characters",
        "in": 9000,
        "out": 8000,
        "dropped": {"chrome/share": 1000},
    }
    assert values["config_digest"] == Config().digest()
    assert values["documents_per_s"] == 5.0
    assert values["versions"].keys() >= {"python", "datasketch", "cleantext-corpus"}


def test_an_absent_package_is_said_to_be() -> None:
    assert versions(["no-such-package-here"])["no-such-package-here"] == "not installed"
