"""Amounts of memory as people write them."""

from __future__ import annotations

import os
from typing import Any

import pytest

from cleantext import Config, ConfigError
from cleantext.memory import budget_of


@pytest.mark.parametrize(
    ("amount", "size"),
    [
        *(("1K", 1024), ("1k", 1024), ("500M", 500 << 20), ("6G", 6 << 30), ("6GB", 6 << 30), ("2GiB", 2 << 30)),
        *(("1.5g", 3 << 29), ("0.25T", 1 << 38), ("1MiB", 1 << 20)),
    ],
)
def test_amounts(amount: str, size: int) -> None:
    assert Config.from_dict({"run": {"memory": amount}}).run.memory == amount
    assert budget_of(amount) == size


@pytest.mark.parametrize("amount", ["", "6", "G", "six G", "6 G", "6X", "-1G", "1.2.3G", ".G", "6G6", 6])
def test_what_is_no_amount_is_refused(amount: Any) -> None:
    with pytest.raises(ConfigError, match=r"run\.memory: "):
        Config.from_dict({"run": {"memory": amount}})


def test_half_of_the_machine_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 1000}
    monkeypatch.setattr(os, "sysconf", values.__getitem__)
    assert budget_of(None) == 4096 * 500

    def unknown(_: str) -> int:
        raise ValueError("unrecognized configuration name")

    monkeypatch.setattr(os, "sysconf", unknown)
    assert budget_of(None) == 2 << 30
    monkeypatch.delattr(os, "sysconf")
    assert budget_of(None) == 2 << 30
