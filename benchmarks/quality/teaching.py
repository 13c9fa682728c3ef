"""Teach the networks that read a page a second time (`cleantext.pages.network`) by the F1 of pages.

What is made small is, page by page, how much the promised F1 of its tokens lacks, beside how far the blocks are from
their targets (cross-entropy, by the root of their tokens). A page of a long list counts as much as any other. Networks
begin differently and see the same pages in the same order. PyTorch teaches; it is imported here only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cleantext.errors import MissingDependencyError
from cleantext.pages.network import LEAST_TOKENS, PARTS, Network, whole_weights

__all__ = ["Lesson", "Plan", "teach", "torch_for_teaching"]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

# What is taken of an input is within this of its mean, in spreads.
_MOST = 5.0
_LEAST = 1e-3
# So many rows of a long page are seen at a time; pages are put together until there are so many rows.
_LONGEST, _ROWS = 1000, 4000
# Pages of about one length are put together, but not always the same: lengths are blurred by so many rows.
_BLUR = 30.0
_WARM, _NORM = 0.2, 2.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """A page to learn from: a row for each block (columns as in `Columns.all`), what of it is main content, its tokens;
    how much the page counts."""

    table: F32
    target: F64
    tokens: F64
    weight: float


@dataclass(frozen=True, slots=True)
class Plan:
    """How the shipped networks are taught: found by cross-validation on the three sets of docs/extraction.md.

    `steps` says for each layer how far apart the blocks are that it looks at together; `f1` how much that counts beside
    cross-entropy; `drop` which share of channels is left out while learning, `drop_inputs` which of inputs.
    """

    networks: int = 4
    channels: int = 16
    steps: tuple[int, ...] = (1, 3, 9)
    rounds: int = 14
    rate: float = 2e-3
    decay: float = 0.02
    f1: float = 12.0
    drop: float = 0.2
    drop_inputs: float = 0.1
    seed: int = 1
    threads: int = 1


def torch_for_teaching() -> Any:
    """PyTorch. Raises MissingDependencyError where it is not installed."""
    try:
        import torch  # noqa: PLC0415 - nothing but teaching needs it
    except ImportError as error:
        raise MissingDependencyError(
            "teaching the second reader needs PyTorch: pip install 'cleantext-corpus[train]'"
        ) from error
    return torch


def teach(lessons: Sequence[Lesson], plan: Plan) -> Network:
    """The networks that learned from `lessons`, with whole weights."""
    torch = torch_for_teaching()
    torch.set_num_threads(plan.threads)
    torch.manual_seed(plan.seed)
    random = np.random.default_rng(plan.seed)
    half, middle, spread = _scales([lesson.table for lesson in lessons])
    inputs = [_taken(lesson.table, half, middle, spread) for lesson in lessons]
    weights = _first_weights(torch, half.size, plan)
    learning = torch.optim.AdamW(list(weights.values()), lr=plan.rate, weight_decay=plan.decay)
    count = plan.rounds * (len(_batches(lessons, None)) + 3)  # how a shuffle parts the pages varies a little
    pace = torch.optim.lr_scheduler.OneCycleLR(learning, plan.rate, total_steps=count, pct_start=_WARM)
    done = 0
    for _ in range(plan.rounds):
        for batch in _batches(lessons, random):
            loss = _loss(torch, weights, _packed(torch, [(inputs[i], lessons[i]) for i in batch], random), plan)
            learning.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(list(weights.values()), _NORM)
            learning.step()
            done += 1
            if done < count:
                pace.step()
    learned = {name: weight.detach().numpy() for name, weight in weights.items()}
    return _network(learned, (half, middle, spread), plan)


def _scales(tables: Sequence[F32]) -> tuple[F32, F32, F32]:
    """Where each input is half as strong as it can be, and mean and spread of it then; a third of the rows will do."""
    rows = np.concatenate([table[::3] for table in tables]).astype(np.float64)
    missing = np.isnan(rows)
    count = np.maximum((~missing).sum(axis=0), 1)  # an input that is never there is 0

    def mean(values: F64) -> F64:
        found: F64 = np.where(missing, 0, values).sum(axis=0) / count
        return found

    half = mean(np.abs(rows)) + _LEAST
    rows /= half + np.abs(rows)
    middle = mean(rows)
    spread = np.sqrt(mean((rows - middle) ** 2)) + _LEAST
    return half.astype(np.float32), middle.astype(np.float32), spread.astype(np.float32)


def _taken(table: F32, half: F32, middle: F32, spread: F32) -> F32:
    taken: F32 = np.nan_to_num((table / (half + np.abs(table)) - middle) / spread, nan=0.0)
    return np.clip(taken, -_MOST, _MOST).astype(np.float32)


def _first_weights(torch: Any, inputs: int, plan: Plan) -> dict[str, Any]:
    """Weights before anything is learned, evenly from as wide a range as the inputs of each allow."""
    n, d, layers = plan.networks, plan.channels, len(plan.steps)

    def even(of: int, *shape: int) -> Any:
        return torch.empty(shape).uniform_(-(of**-0.5), of**-0.5).requires_grad_()

    return {
        "enter": even(inputs, n, inputs, d),
        "enter_bias": even(inputs, n, 1, d),
        "taps": even(3, layers, 3, n, 1, d),
        "own": even(d, layers, n, d, d),
        "own_bias": even(d, layers, n, 1, d),
        "page": even(d, layers, n, d, d),
        "back": even(d, layers, n, d, d),
        "back_bias": even(d, layers, n, 1, d),
        "leave": even(d, n, d, 1),
        "leave_bias": even(d, n, 1, 1),
    }


def _batches(lessons: Sequence[Lesson], random: np.random.Generator | None) -> list[list[int]]:
    """The places of pages that are seen together: of about one length; in random order."""
    blur = random.uniform(0, _BLUR, len(lessons)) if random else np.zeros(len(lessons))
    order = np.argsort([lesson.tokens.size + more for lesson, more in zip(lessons, blur, strict=True)], kind="stable")
    found, batch = list[list[int]](), list[int]()
    for place in order.tolist():
        batch.append(place)
        if len(batch) * min(lessons[place].tokens.size, _LONGEST) >= _ROWS:
            found.append(batch)
            batch = []
    if batch:
        found.append(batch)
    return [found[i] for i in random.permutation(len(found))] if random else found


def _packed(torch: Any, pages: Sequence[tuple[F32, Lesson]], random: np.random.Generator) -> tuple[Any, ...]:
    """Inputs, shares of the page, targets, tokens, each a row for a page and as long as the longest; weights of pages.

    A page longer than `_LONGEST` is seen in part. Where there is no block the share is 0.
    """
    length = min(_LONGEST, max(lesson.tokens.size for _, lesson in pages))
    inputs = np.zeros((len(pages), length, pages[0][0].shape[1]), dtype=np.float32)
    share, target, tokens = (np.zeros((len(pages), length), dtype=np.float32) for _ in range(3))
    for row, (taken, lesson) in enumerate(pages):
        size = lesson.tokens.size
        start = int(random.integers(0, size - length + 1)) if size > length else 0
        part = slice(start, min(start + length, size))
        filled = slice(0, part.stop - start)
        root = np.sqrt(lesson.tokens[part] + LEAST_TOKENS)
        inputs[row, filled], share[row, filled] = taken[part], root / root.sum()
        target[row, filled], tokens[row, filled] = lesson.target[part], lesson.tokens[part]
    counts = np.array([lesson.weight for _, lesson in pages], dtype=np.float32)
    return tuple(map(torch.from_numpy, (inputs, share, target, tokens, counts / counts.sum())))


def _loss(torch: Any, weights: dict[str, Any], packed: tuple[Any, ...], plan: Plan) -> Any:
    """What all networks lack on some pages."""
    inputs, share, target, tokens, counts = packed
    odds = _odds(torch, weights, inputs, share, plan)
    far = torch.nn.functional.binary_cross_entropy_with_logits(odds, target.expand_as(odds), reduction="none")
    likely = torch.sigmoid(odds) * (share > 0)
    right, kept = (likely * target * tokens).sum(2), (likely * tokens).sum(2)
    f1 = 2 * right / (kept + (target * tokens).sum(1) + 1)
    return (((far * share).sum(2) + plan.f1 * (1 - f1)) * counts).sum()


def _odds(torch: Any, weights: dict[str, Any], inputs: Any, share: Any, plan: Plan) -> Any:
    """The log-odds of each network for each block: what `Network.probabilities` computes, while learning."""
    pages, length, wide = inputs.shape
    n, d = plan.networks, plan.channels
    leave_out = torch.nn.functional.dropout
    real = (share > 0)[:, :, None]
    seen = leave_out(inputs, plan.drop_inputs).reshape(1, -1, wide).expand(n, -1, -1)
    state = (seen @ weights["enter"] + weights["enter_bias"]).reshape(n, pages, length, d) * real
    for layer, step in enumerate(plan.steps):
        before, own, behind = weights["taps"][layer][:, :, None]
        padded = torch.nn.functional.pad(state, (0, 0, step, step))
        mixed = padded[:, :, :length] * before + state * own + padded[:, :, 2 * step :] * behind
        around = (mixed.reshape(n, -1, d) @ weights["own"][layer] + weights["own_bias"][layer]).reshape(state.shape)
        of_page = ((state * share[:, :, None]).sum(2) @ weights["page"][layer])[:, :, None]
        active = torch.relu(around + of_page).reshape(n, -1, d)
        said = (active @ weights["back"][layer] + weights["back_bias"][layer]).reshape(state.shape)
        state = state + leave_out(said, plan.drop) * real
    last = leave_out(state, plan.drop).reshape(n, -1, d)
    return (last @ weights["leave"] + weights["leave_bias"]).reshape(n, pages, length)


def _network(learned: dict[str, F32], scales: tuple[F32, F32, F32], plan: Plan) -> Network:
    """What was learned, with whole weights."""
    half, middle, spread = scales
    arrays: dict[str, npt.NDArray[Any]] = {"half": half, "middle": middle, "stretch": np.float32(PARTS) / spread}
    arrays["steps"] = np.array(plan.steps, dtype=np.int32)
    learned["leave"] = learned["leave"].reshape(-1, 1) / np.float32(plan.networks)  # their mean
    for name in ("enter", "own", "page", "back", "leave"):
        weights = np.swapaxes(learned[name], -1, -2)  # a row for what is said
        arrays[name], unit = whole_weights(weights.reshape(-1, half.size) if name == "enter" else weights)
        arrays[f"{name}_unit"] = unit.reshape(len(plan.steps), -1) if unit.ndim == 3 else unit
    arrays["enter_bias"] = learned["enter_bias"].reshape(-1)
    arrays["leave_bias"] = learned["leave_bias"].mean(keepdims=True).reshape(-1)
    for name in ("own_bias", "back_bias"):
        arrays[name] = learned[name].reshape(len(plan.steps), -1)
    arrays["taps"] = learned["taps"].reshape(len(plan.steps), 3, -1)
    return Network.of_arrays(arrays)
