"""Site chrome: short lines that many documents of one host share, learned from how many of them do.

A navigation line, a footer, "字号：大 中 小" stand on every page of a site, and would make its documents alike. A line
is a paragraph whose match text weighs at most 60 characters. It is *masked* before it is counted: every run of decimal
digits becomes one `0`, so that dates and counters do not make it another line. A line of nothing but digits stays as it
is, or else all the numbers of a table would be one line.

A line is learned when at least 8 *distinct* documents of its host have it, and at least half of all. Documents with the
same longest paragraph (masked) are not distinct, so that an article printed under twenty addresses does not turn its
own lines into chrome. The longest paragraph may itself be the site's: of the twelve pages each of two large shops, a
notice and a list of languages were the longest on seven and ten, and nothing was learned there. So paragraphs that half
of a host's documents have do not count, unless they are most of the document: then it is a copy rather than a page
with a notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from cleantext.dedup._reference import BASE, mix64
from cleantext.dedup.arithmetic import arithmetic
from cleantext.dedup.shingle import MatchTexts
from cleantext.dedup.siteprofile import MAX_CHARACTERS, MAX_WEIGHT, MIN_DOCUMENTS, MIN_SHARE, SiteLine, SiteProfile
from cleantext.dedup.store import TextStore
from cleantext.dedup.threads import spread
from cleantext.errors import StageMismatchError

__all__ = ["SiteChrome", "SiteLine", "SiteProfile", "learn_sites", "line_hashes", "masked", "site_chrome"]

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

_MARK = ord("0")
_INVERSE = pow(BASE, -1, 2**64)
# In one go: paragraphs looked at, hashes sorted, characters hashed (which then stay in the cache), lines written down.
_SLAB, _PART, _STRETCH, _LINES = 1 << 20, 1 << 18, 1 << 17, 1 << 16


@dataclass(frozen=True, slots=True)
class SiteChrome:
    """Which paragraphs are site chrome, as flags, and how many documents are nothing else and stay as they are."""

    flags: Flags
    chrome_only: int


def learn_sites(store: TextStore, bounds: I64, hosts: I64, names: Sequence[str], *, threads: int = 1) -> SiteProfile:
    """The lines that are chrome, by host.

    `store` has the paragraphs of documents, document i from bounds[i] to bounds[i + 1]; `names` are the hosts, each
    once, and `hosts` says by document which is its own, or -1. The answer depends neither on the order of documents
    nor on `threads`.
    """
    pages = np.bincount(hosts[hosts >= 0], minlength=len(names))
    teaches = hosts >= 0
    teaches[teaches] = pages[hosts[teaches]] >= MIN_DOCUMENTS
    wanted = (store.lengths > 0) & np.repeat(teaches, np.diff(bounds))
    hashes = _hashes(store, wanted, threads)
    number, host = _numbered(hosts)
    document = np.repeat(number, np.diff(bounds))[wanted]
    own, long = ~_shared(hashes, document, host, pages), (store.weights > MAX_WEIGHT)[wanted]
    telling = _telling(own, long, store.lengths.astype(np.int32)[wanted], document)
    number, host = _distinct(hashes[telling], document[telling], host)
    del own, long, telling  # a byte or more a paragraph each
    document, of = number[document], np.bincount(host, minlength=len(names))
    lines, documents = _learned(_short(store)[wanted], hashes, document, host, of)
    host = host[document[lines]]
    return _profile(store, np.flatnonzero(wanted)[lines], (hashes[lines], host, documents, of[host]), names)


def site_chrome(
    store: TextStore, bounds: I64, hosts: I64, names: Sequence[str], profile: SiteProfile, *, threads: int = 1
) -> SiteChrome:
    """Which paragraphs are lines of the `profile` of their document's host; the arguments are those of `learn_sites`.

    A document all of whose paragraphs are (those with empty match text aside) keeps them. Raises StageMismatchError
    where the profile is of other match texts.
    """
    if profile.match != store.rule.match:
        raise StageMismatchError(f"site profile: match is {profile.match!r}, here it is {store.rule.match!r}")
    known = [(host, int(digest, 16)) for host, name in enumerate(names) for digest in profile.hosts.get(name, ())]
    found = np.zeros(len(store), dtype=np.bool_)
    if not known:
        return SiteChrome(found, 0)
    digests, number = np.unique(np.array([digest for _, digest in known], dtype=np.uint64), return_inverse=True)
    pairs = np.sort(number * len(names) + np.array([host for host, _ in known]))
    taught = hosts >= 0
    taught[taught] = np.isin(hosts[taught], [host for host, _ in known])
    document = np.repeat(np.arange(hosts.size, dtype=np.int32), np.diff(bounds))

    def chrome(chosen: I64) -> I64:
        hashes = line_hashes(store.take(chosen))
        place = np.minimum(np.searchsorted(digests, hashes), digests.size - 1)
        chosen, place = chosen[digests[place] == hashes], place[digests[place] == hashes]
        pair = place * len(names) + hosts[document[chosen]]
        lines: I64 = chosen[pairs[np.minimum(np.searchsorted(pairs, pair), pairs.size - 1)] == pair]
        return lines

    for lines in spread(chrome, _stretches(_short(store) & taught[document], store.lengths), threads):
        found[lines] = True
    return _spared(found, store.lengths > 0, bounds)


def _spared(found: Flags, says: Flags, bounds: I64) -> SiteChrome:
    """`found` without the lines of documents that would have none left that `says` something."""
    full = np.flatnonzero(np.diff(bounds))
    if not full.size:
        return SiteChrome(found, 0)
    firsts = bounds[full]
    only = np.logical_or.reduceat(found, firsts) & ~np.logical_or.reduceat(says & ~found, firsts)
    found &= ~np.repeat(only, np.diff(bounds)[full])
    return SiteChrome(found, int(np.count_nonzero(only)))


def _short(store: TextStore) -> Flags:
    """Which paragraphs may be lines of a site: those that say something, and little."""
    return (store.lengths > 0) & (store.lengths <= MAX_CHARACTERS) & (store.weights <= MAX_WEIGHT)


def _hashes(store: TextStore, wanted: Flags, threads: int) -> U64:
    """`line_hashes` of the `wanted` texts."""
    hashes = np.empty(np.count_nonzero(wanted), dtype=np.uint64)
    filled = 0
    for part in spread(lambda chosen: line_hashes(store.take(chosen)), _stretches(wanted, store.lengths), threads):
        hashes[filled : filled + part.size] = part
        filled += part.size
    return hashes


def _stretches(wanted: Flags, lengths: I64) -> Iterator[I64]:
    """The indices of the `wanted` texts, in order, in stretches of about `_STRETCH` characters."""
    for first in range(0, wanted.size, _SLAB):
        chosen = np.flatnonzero(wanted[first : first + _SLAB]) + first
        number = np.cumsum(lengths[chosen]) // _STRETCH
        yield from np.split(chosen, np.flatnonzero(np.diff(number)) + 1)


def _numbered(hosts: I64) -> tuple[I32, I64]:
    """A number for each document, host by host, and the host of each number."""
    order = np.argsort(hosts, kind="stable")
    number = np.empty(hosts.size, dtype=np.int32)
    number[order] = np.arange(hosts.size, dtype=np.int32)
    return number, hosts[order]


def _shared(hashes: U64, document: I32, host: I64, pages: I64) -> Flags:
    """Which paragraphs are on so many of the `pages` of their host that they need not be any document's own text."""
    shared, least = np.zeros(hashes.size, dtype=np.bool_), int(MIN_DOCUMENTS * MIN_SHARE)
    for places, firsts, documents in _holders(~shared, hashes, document, host, least):
        many = documents >= MIN_SHARE * pages[host[document[places[firsts]]]]
        shared[places] = np.repeat(many, np.diff(firsts, append=places.size))
    return shared


def _telling(own: Flags, long: Flags, lengths: I32, document: I32) -> I64:
    """The places of the paragraphs that say what document this is: the longest of its `own`, and all that are as long.

    Where its own do not amount to more than the rest, the longest of all. Only `long` ones count in this weighing, if
    the document has any.
    """
    opens = np.flatnonzero(np.diff(document, prepend=-1))
    if not opens.size:
        return opens
    sizes = np.diff(opens, append=document.size)
    counted = np.where(long | ~np.repeat(np.logical_or.reduceat(long, opens), sizes), lengths, 0)
    every = np.add.reduceat(counted, opens, dtype=np.int64)
    counted[~own] = 0
    mostly = 2 * np.add.reduceat(counted, opens, dtype=np.int64) > every
    chosen = np.where(own | ~np.repeat(mostly, sizes), lengths, 0)
    return np.flatnonzero(chosen == np.repeat(np.maximum.reduceat(chosen, opens), sizes))


def _distinct(hashes: U64, document: I32, host: I64) -> tuple[I32, I64]:
    """The number of the distinct document that each document is, or -1, and the host of each of those.

    `hashes` are those of the telling paragraphs, of several of one `document` the greatest counts. `host` is that of
    each document; the new numbers go host by host as well.
    """
    number = np.full(host.size, -1, dtype=np.int32)
    opens = np.flatnonzero(np.diff(document, prepend=-1))
    if not opens.size:
        return number, np.empty(0, dtype=np.int64)
    identity, documents = np.maximum.reduceat(hashes, opens), document[opens]
    order = np.lexsort((identity, host[documents]))
    identity, documents = identity[order], documents[order]
    fresh = np.ones(order.size, dtype=np.bool_)
    fresh[1:] = (identity[1:] != identity[:-1]) | (host[documents[1:]] != host[documents[:-1]])
    number[documents] = np.cumsum(fresh) - 1
    return number, host[documents[fresh]]


def _learned(lines: Flags, hashes: U64, document: I32, host: I64, of: I64) -> tuple[I64, I64]:
    """The `lines` that are learned: a place for each, and how many distinct documents have it."""
    found = np.empty((2, 0), dtype=np.int64)
    for places, firsts, documents in _holders(lines, hashes, document, host, MIN_DOCUMENTS):
        line = places[firsts]
        enough = (documents >= MIN_DOCUMENTS) & (documents >= MIN_SHARE * of[host[document[line]]])
        found = np.concatenate([found, np.stack([line, documents])[:, enough]], axis=1)
    return found[0], found[1]


def _holders(chosen: Flags, hashes: U64, document: I32, host: I64, least: int) -> Iterator[tuple[I64, I64, I64]]:
    """How many documents of one host have a hash: places, where in these each pair of hash and host begins, counts.

    Only the `chosen` places are looked at. They come in parts, by the first bits of the hashes. Documents are numbered
    host by host. Pairs that are certain to have less than `least` documents are left out.
    """
    # Most texts stand on one page only. They go by a table of counts, before any is sorted.
    table = np.zeros(1 << max(hashes.size, 1).bit_length(), dtype=np.uint8)
    slabs = [slice(begin, begin + _SLAB) for begin in range(0, hashes.size, _SLAB)]
    for slab in slabs:
        arithmetic(hashes.size).tally(table, hashes[slab][chosen[slab]])
    mask, bits = np.uint64(table.size - 1), (hashes.size // _PART).bit_length()
    for part in range(1 << bits):
        found = [np.empty(0, dtype=np.int64)]
        for slab in slabs:
            own = hashes[slab]
            places = np.flatnonzero(((own >> np.uint64(1)) >> np.uint64(63 - bits) == part) & chosen[slab])
            found.append(places[table[own[places] & mask] >= least] + slab.start)
        places = np.concatenate(found)
        places = places[np.lexsort((document[places], hashes[places]))]
        yield places, *_runs(hashes[places], document[places], host)


def _runs(hashes: U64, document: I32, host: I64) -> tuple[I64, I64]:
    """Where each pair of hash and host begins, and its different documents, of pairs of hash and document in order."""
    opens = np.ones(hashes.size, dtype=np.bool_)
    opens[1:] = hashes[1:] != hashes[:-1]
    fresh = opens.copy()
    fresh[1:] |= document[1:] != document[:-1]
    opens[1:] |= host[document[1:]] != host[document[:-1]]
    firsts = np.flatnonzero(opens)
    return firsts, np.add.reduceat(fresh, firsts, dtype=np.int64) if firsts.size else firsts


def _profile(store: TextStore, paragraphs: I64, lines: tuple[U64, I64, I64, I64], names: Sequence[str]) -> SiteProfile:
    """The profile of `lines` (hash, host, documents, of how many), which look like `paragraphs`."""
    hosts: dict[str, dict[str, SiteLine]] = {}
    for begin in range(0, paragraphs.size, _LINES):
        part = slice(begin, begin + _LINES)
        texts, which = np.unique(paragraphs[part], return_inverse=True)
        examples = masked(store.take(texts))
        rows = zip(which.tolist(), *(column[part].tolist() for column in lines), strict=True)
        for text, digest, host, documents, of in rows:
            line = SiteLine(documents=documents, of=of, example=examples.text(text))
            hosts.setdefault(names[host], {})[f"{digest:016x}"] = line
    return SiteProfile(hosts=hosts, match=store.rule.match)


def masked(texts: MatchTexts) -> MatchTexts:
    """`texts` with one 0 for every run of decimal digits, except where a text is nothing but digits."""
    codes, offsets = texts.codes, texts.offsets
    places = np.flatnonzero(_digits().take(codes))
    text = np.searchsorted(offsets, places, side="right") - 1
    others = np.bincount(text, minlength=offsets.size - 1) < np.diff(offsets)
    places, text = places[others[text]], text[others[text]]
    if not places.size:
        return texts
    further = np.zeros(places.size, dtype=np.bool_)
    further[1:] = (np.diff(places) == 1) & (text[1:] == text[:-1])
    kept = np.ones(codes.size, dtype=np.bool_)
    kept[places[further]] = False
    codes = codes.copy()
    codes[places] = _MARK
    shorter = np.searchsorted(places[further], offsets)
    return MatchTexts(codes[kept], offsets - shorter, texts.begins[kept])


@cache
def _digits() -> Flags:
    """By code point, whether a character is a decimal digit of any script."""
    table = np.zeros(0x110000, dtype=np.bool_)
    every = np.arange(table.size, dtype=np.uint32).tobytes().decode("utf-32-le", "surrogatepass")
    table[[match.start() for match in re.finditer(r"\d", every)]] = True
    return table


def line_hashes(texts: MatchTexts) -> U64:
    """`hash64` of every text, masked."""
    texts = masked(texts)
    sums = np.zeros(texts.codes.size + 1, dtype=np.uint64)
    np.cumsum((texts.codes.astype(np.uint64) + np.uint64(1)) * _powers(BASE, texts.codes.size), out=sums[1:])
    own = np.diff(sums[texts.offsets])
    return mix64(own * _powers(_INVERSE, texts.codes.size + 1)[texts.offsets[:-1]])


def _powers(base: int, count: int) -> U64:
    """base^0, base^1, … modulo 2^64."""
    return _table(base)[:count] if count <= 2 * _STRETCH else _counted_powers(base, count)


@cache
def _table(base: int) -> U64:
    return _counted_powers(base, 2 * _STRETCH)


def _counted_powers(base: int, count: int) -> U64:
    powers = np.full(count, base, dtype=np.uint64)
    powers[0] = 1
    return np.cumprod(powers, dtype=np.uint64)
