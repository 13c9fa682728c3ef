"""The loops that cannot be array expressions, in plain Python over arrays.

`_kernels` compiles these same functions for large inputs, so the plain ones are their specification; small inputs run
some of them as they are. Constants are explicit uint64, because numba takes uint64 with int64 for float64.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cleantext.dedup._reference import ABSENT, BASE

__all__ = [
    "FURTHER",
    "SEPARATOR",
    "agreeing",
    "anchors",
    "contained_walk",
    "crowd",
    "equals",
    "find",
    "gather",
    "half_weights",
    "near_walk",
    "pack",
    "pairs_within",
    "proposed",
    "rarest",
    "shared",
    "slots",
    "tally",
    "unite",
    "unpack",
]

U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# A low surrogate that follows no high one: in packed text it says that a unit begins where the characters do not.
SEPARATOR = 0xDFFF

_S6, _S63 = np.uint64(6), np.uint64(63)
_ONE, _S29, _S33, _MIX = np.uint64(1), np.uint64(29), np.uint64(33), np.uint64(0x9E3779B97F4A7C15)
_BASE, _INVERSE = np.uint64(BASE), np.uint64(pow(BASE, -1, 2**64))
_MIX_A, _MIX_B = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
# Which bands split the list of a bucket that is full: those so many further on.
FURTHER = (1, 2, 4)


def pack(codes: U32, offsets: I64, begins: Flags, alone: Flags) -> tuple[U16, I64]:
    """Match texts as UTF-16 with a separator where a unit begins that `alone` (characters that are units of their
    own) does not tell: the units of all texts, and n + 1 offsets."""
    total = codes.size
    for place in range(codes.size):
        total += int(codes[place] > 0xFFFF) + int(begins[place])
    units = np.empty(total, dtype=np.uint16)
    packed = np.zeros(offsets.size, dtype=np.int64)
    filled = 0
    for text in range(offsets.size - 1):
        before = True
        for place in range(offsets[text], offsets[text + 1]):
            code = codes[place]
            own = alone[code]
            if begins[place] and not own and not before:
                units[filled] = SEPARATOR
                filled += 1
            before = own
            if code > 0xFFFF:
                units[filled] = 0xD7C0 + (code >> 10)
                units[filled + 1] = 0xDC00 + (code & 0x3FF)
                filled += 2
            else:
                units[filled] = code
                filled += 1
        packed[text + 1] = filled
    return units[:filled].copy(), packed


def unpack(units: U16, packed: I64, alone: Flags) -> tuple[U32, I64, Flags]:
    """What `pack` was given: codes, offsets and where units begin. `packed` may begin at any place in `units`."""
    first = packed[0]
    codes = np.empty(packed[-1] - first, dtype=np.uint32)
    begins = np.empty(codes.size, dtype=np.bool_)
    offsets = np.zeros(packed.size, dtype=np.int64)
    filled = 0
    for text in range(packed.size - 1):
        before = True
        place = packed[text]
        while place < packed[text + 1]:
            unit = np.int64(units[place])
            place += 1
            if 0xD800 <= unit <= 0xDFFF:
                if unit >= 0xDC00:
                    before = True
                    continue
                unit = ((unit - 0xD7C0) << 10) + (np.int64(units[place]) - 0xDC00)
                place += 1
            own = alone[unit]
            codes[filled] = unit
            begins[filled] = before or own
            before = own
            filled += 1
        offsets[text + 1] = filled
    return codes[:filled].copy(), offsets, begins[:filled].copy()


def gather(units: U16, starts: I64, lengths: I64) -> U16:
    """The stretches of `units` that begin at `starts`, end to end."""
    out = np.empty(lengths.sum(), dtype=np.uint16)
    filled = 0
    for number in range(starts.size):
        for place in range(starts[number], starts[number] + lengths[number]):
            out[filled] = units[place]
            filled += 1
    return out


def shared(keys: U64, bits: int) -> U64:
    """The `keys` whose first `bits` bits another one has too, in the order they come.

    Those are all that are in a bucket with another, and the more `bits` the fewer of the rest.
    """
    shift = np.uint64(64 - bits)
    counts = np.zeros(1 << bits, dtype=np.uint8)
    for place in range(keys.size):
        slot = np.int64(keys[place] >> shift)
        counts[slot] += counts[slot] < 2
    found, filled = np.empty_like(keys), 0
    for place in range(keys.size):
        found[filled] = keys[place]
        filled += counts[np.int64(keys[place] >> shift)] > 1
    return found[:filled].copy()


def crowd(keys: U64, shift: int, limit: int, crowded: Flags) -> tuple[int, int, int]:
    """Marks as `crowded` who is in a bucket of more than `limit`: the number of those buckets, the largest size, and
    how many pairs all other buckets have.

    `keys` ascend; the low `shift` bits of each are the number of a text, the others the key of its bucket.
    """
    bits = np.uint64(shift)
    mask = (_ONE << bits) - _ONE
    crowds, largest, pairs, start = 0, 0, 0, 0
    while start < keys.size:
        end = start + 1
        while end < keys.size and keys[end] >> bits == keys[start] >> bits:
            end += 1
        size = end - start
        largest = max(largest, size)
        if size > limit:
            crowds += 1
            for place in range(start, end):
                crowded[np.int64(keys[place] & mask)] = True
        else:
            pairs += size * (size - 1) // 2
        start = end
    return crowds, largest, pairs


def proposed(
    buckets: tuple[U64, int, int], texts: tuple[U8, I64, Flags], limits: tuple[int, int, int, int], most: int
) -> tuple[I64, I64, int]:
    """The fresh candidates of a band, from some bucket on until `most` are found: left and right items, and where the
    next bucket begins.

    `buckets` are keys and shift as for `crowd` and the place to begin at; `texts` the sketches, the row of each item in
    them, and who is crowded. Bands being `columns` columns each, a pair's sketches agree on all of `band`, on no
    earlier band, and on `least` columns in all, and not both are crowded. `limits`: band, columns, least, and the
    largest size of a bucket.
    """
    keys, shift, start = buckets
    sketches, rows, crowded = texts
    band, columns, least, limit = limits
    bits = np.uint64(shift)
    mask = (_ONE << bits) - _ONE
    left = np.empty(most + limit * limit, dtype=np.int64)
    right = np.empty(most + limit * limit, dtype=np.int64)
    found = 0
    while start < keys.size and found < most:
        end = start + 1
        while end < keys.size and keys[end] >> bits == keys[start] >> bits:
            end += 1
        size = end - start
        if 1 < size <= limit:
            for first in range(start, end - 1):
                one = np.int64(keys[first] & mask)
                a = rows[one]
                for second in range(first + 1, end):
                    two = np.int64(keys[second] & mask)
                    if crowded[one] and crowded[two]:
                        continue
                    b = rows[two]
                    agreed = 0
                    for column in range(sketches.shape[1]):
                        agreed += sketches[a, column] == sketches[b, column]
                    if agreed < least:
                        continue
                    # The band is looked at as well, because keys of different ones may meet.
                    fresh = True
                    for earlier in range(band + 1):
                        same = True
                        for column in range(earlier * columns, earlier * columns + columns):
                            if sketches[a, column] != sketches[b, column]:
                                same = False
                                break
                        if same != (earlier == band):
                            fresh = False
                            break
                    if fresh:
                        left[found], right[found] = one, two
                        found += 1
        start = end
    return left[:found].copy(), right[:found].copy(), start


def equals(digests: U64, lengths: I64) -> I64:
    """For every text the first with the same digest (two numbers a text); -1 where `lengths` is 0."""
    bits = 4
    while 1 << bits < digests.shape[0] * 2:
        bits += 1
    shift = np.uint64(64 - bits)
    table = np.full(1 << bits, -1, dtype=np.int32)
    first = np.full(digests.shape[0], -1, dtype=np.int64)
    for text in range(digests.shape[0]):
        if lengths[text] == 0:
            continue
        slot = np.int64((digests[text, 0] * _MIX) >> shift)
        while table[slot] >= 0:
            other = table[slot]
            if digests[other, 0] == digests[text, 0] and digests[other, 1] == digests[text, 1]:
                break
            slot = (slot + 1) & ((1 << bits) - 1)
        if table[slot] < 0:
            table[slot] = text
        first[text] = table[slot]
    return first


def unite(left: I64, right: I64, size: int) -> I64:
    """For each of `size` texts the least member of its connected component; -1 where no pair names it."""
    parent = np.full(size, -1, dtype=np.int64)
    for pair in range(left.size):
        a, b = left[pair], right[pair]
        if parent[a] < 0:
            parent[a] = a
        if parent[b] < 0:
            parent[b] = b
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a < b:
            parent[b] = a
        elif b < a:
            parent[a] = b
    for one in range(size):  # a parent is never larger than its child, so it is a root by now
        if parent[one] >= 0:
            parent[one] = parent[parent[one]]
    return parent


def near_walk(
    walk: I64,
    links: tuple[I64, I64, F64],
    crowd: tuple[Flags, U64, I64, I64],
    sketches: U8,
    lists: tuple[I64, U64, I64, I64],
    pool: tuple[U64, I64, I64, I64, I64],
    state: I64,
    stars: tuple[I64, F64, Flags],
    found: tuple[I64, I64, I64, I64],
    limits: tuple[float, int, int, int, int, int],
) -> None:
    """Walk the items `walk`, ascending: one that is near a kept one before it is removed for the most similar.

    `links` are CSR over `walk`: offsets, earlier items, Jaccard. The rest is for members of crowds: `crowd` says who is
    one, has CSR over `walk` of their shingles (values, offsets), and the row of each in `sketches`. `lists` (heads by
    hash, then by node its key, the next node, its member of the pool) are of the kept members met so far, by band;
    `pool` has their shingles, offsets, items, rows, and who met them last. `state` counts members of the pool, nodes,
    full lists, refused members and links found. `stars` are keeper and score, which are filled in, and who is
    protected. `found` gets the links found here: kept item, item, shared, size of the kept one. `limits`: threshold,
    least agreement of sketches, most members of the pool and of a list, bands and their columns.
    """
    offsets, earlier, jaccard = links
    crowded, values, value_offsets, row = crowd
    heads, keys, following, member = lists
    pool_values, pool_offsets, pool_items, pool_rows, met = pool
    keeper, score, protected = stars
    threshold, least, most, full, bands, columns = limits
    mask = np.uint64(heads.size - 1)
    parts = 1 + len(FURTHER)
    own = np.zeros(bands * parts, dtype=np.uint64)
    held = np.zeros(bands * parts, dtype=np.int64)
    for number in range(walk.size):
        item = walk[number]
        best, similar = np.int64(-1), 0.0
        for place in range(offsets[number], offsets[number + 1]):
            if keeper[earlier[place]] < 0 and jaccard[place] > similar:
                best, similar = earlier[place], jaccard[place]
        if crowded[number] and (best < 0 or protected[item]):
            begin, end = value_offsets[number], value_offsets[number + 1]
            near, nearest, common, size = np.int64(-1), 0.0, np.int64(0), np.int64(0)
            for band in range(bands):
                key = (np.uint64(band) + _ONE) * _MIX
                for column in range(band * columns, (band + 1) * columns):
                    key = (key ^ np.uint64(sketches[row[number], column])) * _MIX
                    key ^= key >> _S29
                own[band] = key
            for slot in range(bands * parts):
                held[slot] = 0
                band, part = slot % bands, slot // bands
                if part > 0:
                    if held[band] < full:
                        continue
                    key = (own[band] ^ (own[(band + FURTHER[part - 1]) % bands] >> _ONE)) * _MIX
                    own[slot] = key ^ (key >> _S29)
                node = heads[np.int64(own[slot] & mask)]
                while node >= 0:
                    if keys[node] != own[slot]:
                        node = following[node]
                        continue
                    held[slot] += 1
                    other = member[node]
                    node = following[node]
                    if met[other] == item:
                        continue
                    met[other] = item
                    agreed = 0
                    for column in range(sketches.shape[1]):
                        agreed += sketches[row[number], column] == sketches[pool_rows[other], column]
                    if agreed < least:
                        continue
                    shared = np.int64(0)
                    a, b, stop = begin, pool_offsets[other], pool_offsets[other + 1]
                    while a < end and b < stop:
                        x, y = values[a], pool_values[b]
                        shared += x == y
                        a += x <= y
                        b += y <= x
                    theirs = stop - pool_offsets[other]
                    like = shared / (end - begin + theirs - shared)
                    rival = pool_items[other]
                    if like >= threshold and (like > nearest or (like == nearest and rival < near)):
                        near, nearest, common, size = rival, like, shared, theirs
            known = False
            for place in range(offsets[number], offsets[number + 1]):
                known |= earlier[place] == near
            if near >= 0 and not known:
                found[0][state[4]], found[1][state[4]] = near, item
                found[2][state[4]], found[3][state[4]] = common, size
                state[4] += 1
            if nearest > similar:
                best, similar = near, nearest
        if best >= 0 and not protected[item]:
            keeper[item], score[item] = best, similar
        elif crowded[number]:
            if state[0] >= most:
                state[3] += 1
                continue
            mine = state[0]
            state[0] += 1
            pool_items[mine], pool_rows[mine] = item, row[number]
            begin, end = value_offsets[number], value_offsets[number + 1]
            for place in range(begin, end):
                pool_values[pool_offsets[mine] + place - begin] = values[place]
            pool_offsets[mine + 1] = pool_offsets[mine] + end - begin
            for slot in range(bands * parts):
                if held[slot] >= full:
                    state[2] += slot >= bands
                elif slot < bands or held[slot % bands] >= full:
                    head = np.int64(own[slot] & mask)
                    node = state[1]
                    member[node], following[node], keys[node] = mine, heads[head], own[slot]
                    heads[head] = node
                    state[1] += 1


def contained_walk(
    inners: I64,
    containers: tuple[I64, I64, F64],
    dependents: tuple[I64, I64],
    near: tuple[I64, I64, F64],
    shares: tuple[I64, F64],
    stars: tuple[I64, U8, F64, Flags],
    minimum: float,
) -> I64:
    """Walk the items `inners`, largest first: one that stands in a kept container is removed for it.

    `containers` are CSR over `inners`: offsets, outer items by preference, the share of the inner that stands in each.
    `dependents` are CSR over `inners`: whom each keeps; `near` CSR over those: near items and Jaccard, best first;
    `shares` CSR over `inners`: the share of each dependent in each container, dependent by dependent. Where the inner
    goes, each dependent moves to a kept near item, which then has to stay, or to the container; where one of them can
    do neither, the inner stays. `stars` are keeper, kind (0, 1 near, 2 contained), score, which are changed, and who
    is protected. Returns which container was used, for each inner; -1 for none.
    """
    keeper, kind, score, protected = stars
    used = np.full(inners.size, -1, dtype=np.int64)
    needed = np.zeros(keeper.size, dtype=np.bool_)
    for number in range(inners.size):
        inner = inners[number]
        if keeper[inner] >= 0:
            continue
        first, last = containers[0][number], containers[0][number + 1]
        for place in range(first, last):
            if keeper[containers[1][place]] < 0:
                used[number] = place
                break
        if used[number] < 0 or protected[inner] or needed[inner]:
            continue
        outer = containers[1][used[number]]
        own, end = dependents[0][number], dependents[0][number + 1]
        keeper[inner] = outer
        stuck = False
        for slot in range(own, end):
            moved = False
            for place in range(near[0][slot], near[0][slot + 1]):
                moved |= keeper[near[1][place]] < 0
            share = shares[1][shares[0][number] + (slot - own) * (last - first) + used[number] - first]
            stuck |= not moved and share < minimum
        if stuck:
            keeper[inner] = -1
            continue
        kind[inner], score[inner] = 2, containers[2][used[number]]
        for slot in range(own, end):
            text = dependents[1][slot]
            for place in range(near[0][slot], near[0][slot + 1]):
                if keeper[near[1][place]] < 0:
                    keeper[text], kind[text], score[text] = near[1][place], 1, near[2][place]
                    needed[keeper[text]] = True
                    break
            else:
                share = shares[1][shares[0][number] + (slot - own) * (last - first) + used[number] - first]
                keeper[text], kind[text], score[text] = outer, 2, share
    return used


def anchors(codes: U32, offsets: I64, begins: Flags, alone: Flags, span: int, window: int) -> tuple[U64, I64]:
    """The anchors of every text, from its beginning to its end: hashes and n + 1 offsets.

    A window is the run of units from some unit on that weighs `span` half characters (a letter of a word weighs 2, 2,
    1 and then 0, any other character 2; see `MatchTexts.weights`); a text that weighs less is one window. Of every
    `window` windows in a row the one with the least hash is an anchor (winnowing: Schleimer, Wilkerson and Aiken
    2003), so that texts with a long enough run in common have an anchor in common.
    """
    found = np.empty(codes.size, dtype=np.uint64)
    bounds = np.zeros(offsets.size, dtype=np.int64)
    longest = 0
    for text in range(offsets.size - 1):
        longest = max(longest, offsets[text + 1] - offsets[text])
    hashes = np.empty(longest, dtype=np.uint64)
    filled = 0
    for text in range(offsets.size - 1):
        first, last = offsets[text], offsets[text + 1]
        count = 0
        start = end = first
        value, power = np.uint64(0), _ONE
        weight = lost = position = 0
        while start < last:
            while end < last and weight - lost < span:  # take a whole unit
                while True:
                    position = 0 if begins[end] else position + 1
                    code = codes[end]
                    if alone[code] or 48 <= code <= 57 or position < 2:
                        weight += 2
                    elif position == 2:
                        weight += 1
                    value += (np.uint64(code) + _ONE) * power
                    power *= _BASE
                    end += 1
                    if end == last or begins[end]:
                        break
            if weight - lost < span and count > 0:
                break
            mixed = (value ^ (value >> _S33)) * _MIX_A
            mixed = (mixed ^ (mixed >> _S33)) * _MIX_B
            hashes[count] = mixed ^ (mixed >> _S33)
            count += 1
            place = 0
            while True:  # drop the first unit
                code = codes[start]
                if alone[code] or 48 <= code <= 57 or place < 2:
                    lost += 2
                elif place == 2:
                    lost += 1
                value = (value - (np.uint64(code) + _ONE)) * _INVERSE
                power *= _INVERSE
                start += 1
                place += 1
                if start == last or begins[start]:
                    break
        begin = filled
        least = -1  # where the least hash of the windows in view stands
        for group in range(max(count - window + 1, min(count, 1))):
            last_window = min(group + window, count) - 1
            if least < group:
                least = group
                for place in range(group + 1, last_window + 1):
                    if hashes[place] < hashes[least]:
                        least = place
            elif hashes[last_window] < hashes[least]:
                least = last_window
            if filled == begin or found[filled - 1] != hashes[least]:
                found[filled] = hashes[least]
                filled += 1
        bounds[text + 1] = filled
    return found[:filled].copy(), bounds


def half_weights(codes: U32, offsets: I64, begins: Flags, alone: Flags) -> I64:
    """What every text weighs, in half characters; see `_reference.half_weights`."""
    found = np.zeros(offsets.size - 1, dtype=np.int64)
    for text in range(offsets.size - 1):
        position = weight = 0
        for place in range(offsets[text], offsets[text + 1]):
            position = 0 if begins[place] else position + 1
            code = codes[place]
            if alone[code] or 48 <= code <= 57 or position < 2:
                weight += 2
            elif position == 2:
                weight += 1
        found[text] = weight
    return found


def tally(table: U8, hashes: U32 | U64) -> None:
    """Count each of `hashes` in its slot of `table`, up to 255. The size of the table is a power of two."""
    mask = np.uint64(table.size - 1)
    for place in range(hashes.size):
        slot = hashes[place] & mask
        if table[slot] < 255:
            table[slot] += 1


def rarest(table: U8, hashes: U32, offsets: I64, lonely: float, most: int) -> tuple[U64, I64]:
    """For each of `most` equal stretches of a text's hashes the rarest that another text has too, and n + 1 offsets.

    How many texts have a hash is what `table` counts, at least; of equally rare ones the first is taken. A stretch in
    which no hash is shared has `ABSENT`. A text has none where the share of hashes that no other text has is over
    `lonely`, or all of them.
    """
    mask = np.uint64(table.size - 1)
    found = np.empty((offsets.size - 1) * most, dtype=np.uint64)
    bounds = np.zeros(offsets.size, dtype=np.int64)
    filled = 0
    for text in range(offsets.size - 1):
        begin = filled
        alone = 0
        size = offsets[text + 1] - offsets[text]
        for stretch in range(most):
            least = np.int64(256)
            first, last = offsets[text] + size * stretch // most, offsets[text] + size * (stretch + 1) // most
            found[filled] = ABSENT
            for place in range(first, last):
                holders = np.int64(table[hashes[place] & mask])
                if holders < 2:
                    alone += 1
                elif holders < least:
                    least = holders
                    found[filled] = hashes[place]
            filled += first < last
        if alone > lonely * size or alone == size:
            filled = begin
        bounds[text + 1] = filled
    return found[:filled].copy(), bounds


def slots(wanted: U64) -> tuple[U64, I32]:
    """What `find` needs to look for the different values `wanted`: a sieve, and a hash table.

    The sieve has a bit set for the low bits of each, eight to sixteen bits a value; most of what is not wanted falls
    through it, and it is small enough to stay in the cache. The table has the place of each in the slot it falls in,
    else -1.
    """
    size = 1024
    while size < 2 * wanted.size:
        size *= 2
    sieve = np.zeros(size // 8, dtype=np.uint64)
    table = np.full(size, -1, dtype=np.int32)
    mask, bits = np.uint64(size - 1), np.uint64(size * 8 - 1)
    for number in range(wanted.size):
        bit = wanted[number] & bits
        sieve[bit >> _S6] |= _ONE << (bit & _S63)
        slot = np.int64(wanted[number] & mask)
        while table[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        table[slot] = number
    return sieve, table


def find(wanted: U64, places: tuple[U64, I32], hashes: U32 | U64) -> tuple[I64, I64]:
    """Which of `hashes` are `wanted`, as `slots` has prepared it: their places, and the places of what they equal in
    `wanted`."""
    sieve, table = places
    found_places = np.empty(hashes.size, dtype=np.int64)
    numbers = np.empty(hashes.size, dtype=np.int64)
    mask, bits = np.uint64(table.size - 1), np.uint64(sieve.size * 64 - 1)
    found = 0
    for place in range(hashes.size):
        value = np.uint64(hashes[place])
        bit = value & bits
        if (sieve[bit >> _S6] >> (bit & _S63)) & _ONE == 0:
            continue
        slot = np.int64(value & mask)
        while table[slot] >= 0:
            if wanted[table[slot]] == value:
                found_places[found] = place
                numbers[found] = table[slot]
                found += 1
                break
            slot = (slot + 1) & (table.size - 1)
    return found_places[:found].copy(), numbers[:found].copy()


def pairs_within(
    sketches: U8, rows: I64, lengths: I64, offsets: I64, least: int, containment: float
) -> tuple[I64, I64]:
    """Pairs of items of one group (`offsets`: whose items are whose) that may be near or contained by their sketches.

    Near ones agree on `least` columns. Of contained ones the lengths say how alike the sketches must be at least: four
    and a half standard deviations below the agreement that `containment` implies.
    """
    left = np.empty(1024, dtype=np.int64)
    right = np.empty(1024, dtype=np.int64)
    columns = sketches.shape[1]
    found = 0
    for group in range(offsets.size - 1):
        for a in range(offsets[group], offsets[group + 1]):
            for b in range(a + 1, offsets[group + 1]):
                agreed = 0
                for column in range(columns):
                    agreed += sketches[rows[a], column] == sketches[rows[b], column]
                if agreed < least:
                    ratio = max(lengths[a], lengths[b]) / min(lengths[a], lengths[b])
                    alike = containment / (ratio + 1.0 - containment)
                    chance = alike + (1.0 - alike) / 256.0
                    if agreed < columns * chance - 4.5 * np.sqrt(columns * chance * (1.0 - chance)) - 1.0:
                        continue
                    if agreed == 0:
                        continue
                if found == left.size:
                    left = np.concatenate((left, np.empty(found, dtype=np.int64)))
                    right = np.concatenate((right, np.empty(found, dtype=np.int64)))
                left[found], right[found] = a, b
                found += 1
    return left[:found].copy(), right[:found].copy()


def agreeing(
    own: I64,
    probes: tuple[I64, I64, I64],
    lists: tuple[I64, I64],
    lengths: I64,
    hits: tuple[int, int],
    longest: int,
    most: int,
) -> tuple[I64, I64]:
    """For each item of `own` the items that have enough of its probes: pairs (item, other).

    Enough are hits[0] of hits[1] of those probes whose lists would name the other item if it had them, and one at
    least: lists that are whole, shorter than `longest`, and lists whose last item is shorter than the other.

    `probes` are CSR over `own`: offsets, then where the list of each probe begins and how long it is in the first of
    `lists`; the second is a buffer as long as the longest lists of one item together. Others shorter than nine tenths
    of the item do not count, and of the rest no more than `most` are given: those with most hits, the longest first.
    """
    offsets, begins, counts = probes
    listed, buffer = lists
    left = np.empty(own.size * most, dtype=np.int64)
    right = np.empty(own.size * most, dtype=np.int64)
    best = np.empty(most, dtype=np.int64)
    score = np.empty(most, dtype=np.int64)
    filled = 0
    for number in range(own.size):
        item = own[number]
        size = 0
        for probe in range(offsets[number], offsets[number + 1]):
            for place in range(begins[probe], begins[probe] + counts[probe]):
                other = listed[place]
                if other != item and lengths[other] * 10 >= lengths[item] * 9:
                    buffer[size] = other
                    size += 1
        buffer[:size].sort()
        found = 0
        start = 0
        while start < size:
            end = start + 1
            while end < size and buffer[end] == buffer[start]:
                end += 1
            other, agreed = buffer[start], end - start
            start = end
            wanted = 0
            for probe in range(offsets[number], offsets[number + 1]):
                last = begins[probe] + counts[probe] - 1
                wanted += counts[probe] < longest or lengths[listed[last]] < lengths[other]
            if agreed * hits[1] < wanted * hits[0]:
                continue
            slot = found
            while slot > 0 and (
                score[slot - 1] < agreed or (score[slot - 1] == agreed and lengths[best[slot - 1]] < lengths[other])
            ):
                slot -= 1
            if slot == most:
                continue
            found = min(found + 1, most)
            for place in range(found - 1, slot, -1):
                best[place], score[place] = best[place - 1], score[place - 1]
            best[slot], score[slot] = other, agreed
        for place in range(found):
            left[filled], right[filled] = item, best[place]
            filled += 1
    return left[:filled].copy(), right[:filled].copy()
