"""What elements mean to a page: which part its lines, which are never shown, which stand for landmarks.

The sets say it for the plain walk; `TagTable` says the same in arrays, for the compiled one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

__all__ = [
    "BLOCK_TAGS",
    "CODE_TAGS",
    "HEADINGS",
    "ITEMS",
    "KINDS",
    "LANDMARKS",
    "LISTS",
    "RAW_TEXT",
    "ROLES",
    "UNSHOWN",
    "VOID",
    "TagTable",
    "tag_table",
]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


VOID = _names("area base br col embed hr img input link meta param source track wbr")
# What the standard's serialization also writes without an end (13.3).
_SERIALIZED_VOID = VOID | _names("basefont bgsound frame keygen")
# Elements a browser puts on lines of their own (CSS display block, list-item or table parts).
BLOCK_TAGS = _names(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset figcaption"
    " figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol optgroup"
    " option p plaintext pre search section select summary table tbody td textarea tfoot th thead tr ul xmp"
)
# Never shown, or shown only when something else fails to load.
UNSHOWN = _names(
    "annotation annotation-xml applet audio canvas datalist frameset head iframe noembed noframes noscript object rp rt"
    " rtc script style svg template title video"
)
# Their text is written as it is by the standard's serialization (13.3), where it is no HTML's and no SVG's.
RAW_TEXT = _names("iframe noembed noframes noscript plaintext script style xmp")
HEADINGS = MappingProxyType({f"h{level}": level for level in range(1, 7)})
LISTS = _names("ul ol menu dl dir")
ITEMS = _names("li dt dd")
CODE_TAGS = _names("pre listing xmp plaintext")
KINDS = ("text", "heading", "list", "table", "code", "quote")
LANDMARKS = ("", "nav", "header", "footer", "aside", "main", "article", "form", "dialog")
_BY_TAG = {name: name for name in LANDMARKS if name} | {"search": "form", "select": "form"}
ROLES = MappingProxyType(
    {
        "navigation": "nav",
        "menu": "nav",
        "menubar": "nav",
        "banner": "header",
        "contentinfo": "footer",
        "complementary": "aside",
        "main": "main",
        "article": "article",
        "search": "form",
        "dialog": "dialog",
        "alertdialog": "dialog",
    }
)
LANDMARK_TAGS = MappingProxyType(_BY_TAG)

# What an element is to the compiled walk, as bits of one number; above them a heading's level and a landmark's place.
BLOCK, HIDES, EMPTY, RAW, LIST, ITEM, CODE, QUOTE = (1 << bit for bit in range(8))
LINK, BREAK, TABLE, ROW, CELL, HEAD_CELL, DIALOG, FOREIGN = (1 << bit for bit in range(8, 16))
TEMPLATE, SCRIPT, NOSCRIPT, HARD, CAPTION = (1 << bit for bit in range(16, 21))
LEVEL_SHIFT, LANDMARK_SHIFT = 24, 28
_BITS = (
    (BLOCK, BLOCK_TAGS),
    (HIDES, UNSHOWN),
    (EMPTY, _SERIALIZED_VOID),
    (RAW, RAW_TEXT),
    (LIST, LISTS),
    (ITEM, ITEMS),
    (CODE, CODE_TAGS),
    (QUOTE, {"blockquote"}),
    (LINK, {"a"}),
    (BREAK, {"br"}),
    (TABLE, {"table"}),
    (ROW, {"tr"}),
    (CELL, {"td", "th"}),
    (HEAD_CELL, {"th"}),
    (DIALOG, {"dialog"}),
    (FOREIGN, {"svg", "math"}),
    (TEMPLATE, {"template"}),
    (SCRIPT, {"script"}),
    (NOSCRIPT, {"noscript"}),
    (HARD, {"plaintext", "xmp"}),
    (CAPTION, {"caption"}),
)
_KEY_LENGTH, _SLOTS = 10, 1024  # slots are a power of two


@dataclass(frozen=True, slots=True)
class TagTable:
    """The elements that matter, by number: their names and their bits; 0 is any other.

    `keys` and `slots` find an element's number by its name's first ten characters (`key`). `roles` are the role names
    end to end, `role_ends` where each ends, `role_landmarks` what it stands for.
    """

    names: tuple[str, ...]
    bits: npt.NDArray[np.int64]
    keys: npt.NDArray[np.int64]
    slots: npt.NDArray[np.int64]
    roles: npt.NDArray[np.uint32]
    role_ends: npt.NDArray[np.int64]
    role_landmarks: npt.NDArray[np.int64]


def key(name: str) -> int:
    """The first ten characters of a name in six bits each; 0 where one is no lower-case letter, digit or hyphen.

    >>> key("a"), key("b"), key("ab"), key("Ab")
    (1, 2, 66, 0)
    """
    packed = 0
    for char in name[:_KEY_LENGTH]:
        code = "abcdefghijklmnopqrstuvwxyz0123456789-".find(char) + 1
        if not code:
            return 0
        packed = packed << 6 | code
    return packed


@cache
def tag_table() -> TagTable:
    """The arrays that say what the sets of this module do."""
    names = ("", *sorted(set().union(*(tags for _, tags in _BITS)) | set(LANDMARK_TAGS)))
    bits = np.zeros(len(names), dtype=np.int64)
    keys, slots = np.zeros(_SLOTS, dtype=np.int64), np.zeros(_SLOTS, dtype=np.int64)
    for number, name in enumerate(names[1:], 1):
        bits[number] = sum(bit for bit, tags in _BITS if name in tags)
        bits[number] |= HEADINGS.get(name, 0) << LEVEL_SHIFT
        bits[number] |= LANDMARKS.index(LANDMARK_TAGS.get(name, "")) << LANDMARK_SHIFT
        if len(name) > _KEY_LENGTH:
            continue  # annotation-xml, which the walk knows by its beginning
        slot = slot_of(key(name))
        while keys[slot]:
            slot = (slot + 1) % _SLOTS
        keys[slot], slots[slot] = key(name), number
    return TagTable(
        names=names,
        bits=bits,
        keys=keys,
        slots=slots,
        roles=np.array([ord(char) for char in "".join(ROLES)], dtype=np.uint32),
        role_ends=np.cumsum([len(role) for role in ROLES]),
        role_landmarks=np.array([LANDMARKS.index(landmark) for landmark in ROLES.values()], dtype=np.int64),
    )


def slot_of(packed: int) -> int:
    """Where in the table of keys a key is looked for first."""
    return (packed ^ packed >> 12 ^ packed >> 31) % _SLOTS
