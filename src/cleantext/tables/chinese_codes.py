"""Where Python's codecs for Chinese differ from the WHATWG Encoding Standard (https://encoding.spec.whatwg.org/).

Both who decodes bytes and who undoes a wrong decoding need it. Sources: index-gb18030.txt and index-big5.txt.
"""

from __future__ import annotations

import re

__all__ = ["BIG5_EXTRA", "BIG5_PYTHON", "BIG5_STANDARD", "GB18030_PYTHON", "GB18030_STANDARD"]

# GB18030-2022: A3A0, A8BC; A6D9-A6F3 (vertical forms); FE59-FEA0.
GB18030_PYTHON = (
    "\ue5e5\ue7c7\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796"
    "\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864"
)
GB18030_STANDARD = (
    "\u3000\u1e3f\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19"
    "\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb"
)
# Characters the two map differently: what Python's big5hkscs gives, and what the Standard gives.
BIG5_PYTHON = "\u2022\uff64\u203e\u223c\u2641\u2609\xa5\xa2\xa3"
BIG5_STANDARD = "‧﹑\xaf～⊕⊙￥￠￡"

# Two-byte Big5 codes Python's big5hkscs lacks, from index-big5.txt of the Standard.
_EXTRA = (
    "877a㡵877b𡵓877c𣚞877d𦀡877e㻬87a1𥣞87a2㫵87a3竼87a4龗87a5𤅡87a6𨤍87a7𣇪87a8𠪊87a9𣉞87aa䌊87ab蒄87ac龖87ad鐯87ae䤰87af蘓"
    "87b0墖87b1靊87b2鈘87b3秐87b4稲87b5晠87b6権87b7袝87b8瑌87b9篅87ba枂87bb稬87bc剏87bd遆87be㓦87bf珄87c0𥶹87c1瓆87c2鿇87c3垳"
    "87c4䤯87c5呌87c6䄱87c7𣚎87c8堘87c9穲87ca𧭥87cb讏87cc䚮87cd𦺈87ce䆁87cf𥶙87d0箮87d1𢒼87d2鿈87d3𢓁87d4𢓉87d5𢓌87d6鿉87d7蔄"
    "87d8𣖻87d9䂴87da鿊87db䓡87dc𪷿87dd拁87de灮87df鿋8e69箸8e6f簆8e7e糎8eab緒8eb4縝8ecd者8ed0耨8f57菁8f69蒨8f6e萏8fcb覦8fcc覩"
    "8ffe起906d都907a銹90dc靜90f1響91bf鼖9244蔃92af兙92b0兛92b1兝92b2兞92c8鍮92d1瑹9447浧94ca禛95d9邗9644靝96ed瀞96fc嬨9b76爁"
    "9b78矗9b7b纇9bc6駖9bde釔9bec惞9bf6澶9c42輶9c53侻9c62營9c68鄄9c6b鷰9c77菏9cbc尐9cbd秣9cd0婧9d57輋9d5a筑9dc4拐9ea9恢9eef痹"
    "9efd汊9f60鬮9f66鼗9fcb僭9fd8弌a063蠏a077拎a0d5瑨a0df煢a0e4牐a3c0␀a3c1␁a3c2␂a3c3␃a3c4␄a3c5␅a3c6␆a3c7␇a3c8␈a3c9␉"
    "a3ca␊a3cb␋a3cc␌a3cd␍a3ce␎a3cf␏a3d0␐a3d1␑a3d2␒a3d3␓a3d4␔a3d5␕a3d6␖a3d7␗a3d8␘a3d9␙a3da␚a3db␛a3dc␜a3dd␝"
    "a3de␞a3df␟a3e0␡a3e1€c6cf廴c6d3无c6d5癶c6d7隶c6de〃c6df仝fa5f倩fa66偽fabd包fac5卄fad5卿fb48嘅fbb8婷fbf3幵fbf9廐fc4f彘"
    "fc6c悤fcb9撐fce2晴fcf1杞fdb7沜fdb8渝fdbb港fdf1煮fe52猪fe6f瑜feaa瓩fedd砉"
)
# Those codes, and the character of each.
BIG5_EXTRA = {bytes.fromhex(code): char for code, char in re.findall(r"([0-9a-f]{4})(.)", _EXTRA)}
