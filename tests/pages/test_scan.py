"""The compiled walk gives what the plain one gives, or leaves the page to it."""

from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleantext.config import LimitsConfig
from cleantext.errors import DecodeError
from cleantext.pages import _walk, compiled
from cleantext.pages.blocks import parse_page
from cleantext.pages.cutter import cut_events
from cleantext.pages.decode import decode
from cleantext.pages.dom import Dom, parse
from cleantext.pages.page import Arrays
from cleantext.pages.scan import cut_markup
from markup_strategies import MARKUP, SIGNS, TAGS, TEXTS

DATA = Path(os.environ.get("CLEANTEXT_EVAL", "absent"))
LONG = "這一段文字寫得足夠長，是一個完整的段落，讀的人一看就知道。"
CODE = "2a" + "".join(f"{ord(char) ^ 0x2A:02x}" for char in "a.b@c.cn")
FOREIGN_CODE = "2a" + "".join(f"{byte ^ 0x2A:02x}" for byte in "a@例.cn".encode())

PAGES = [
    "",
    "<html class='a&amp;b &quot;c&quot; d\"' id=x lang=zh><head><title>題</title><style>p{}</style></head><p>文",
    "<html hidden><p>藏",
    "<html style='display:none'><p>藏</html><p>後",
    "<!-- 前 --><html xml:lang=zh data-x='<p>' ='y'><!-- 中 --><p>文</p></html><!-- 後 -->尾",
    "<head><meta name=x><p>文<title>題</title><head><noscript><p>無</noscript>",
    "<head><template><p>一</template><script>二</script><noscript><style>三</style></noscript></head>",
    "<frameset><frame><noframes>文</noframes></frameset>",
    "<p>",
    "<p>他說<b>漢</b><i>字</i>好 <a href=/x>連結 <b>a</b></a>尾</p>",
    "<p>two\n  words</p><p>漢\n   字\r\n 𠮷\n野 漢\nword</p><p>漢<b>\n</b>字",
    "　　<b>縮</b>排。<br>　　又一段。<br>三",
    "<b>　　</b>不縮。<br>\xa0\xa0又一段。",
    "床前明月光，<br>疑是地上霜。<br><br>舉頭",
    f"{LONG}<br>{LONG}<br>{LONG}<hr>{LONG}<br>short",
    "<pre>\n\n  def f():\r\n\treturn 1&amp;2\r<br>\nx &#13;\n\n</pre><pre> <li> 列 </li> </pre><pre> <br> </pre>",
    "<h2>題<b>目</b></h2><ul><li>甲<ol><li>乙</ol></ul><dl><dt>詞<dd>義</dl><blockquote><p>引<h3>x<li>y</blockquote>",
    "<table><caption>表</caption><tr><th>年<th>數</tr><tr><td>2019<td><p>一</p><p>二</p></tr><tr><td><td></tr></table>尾",
    "<table><tr><td><td>b<tr><td>c<td>\n<tr><td>d<pre>x</pre></table>",
    "<table><tr><td><td>b<tr><td><td></table><p>後",
    "<table><tr><td>外<table><tr><td>甲<td>乙<tr><td>丙<td>丁</table>尾<td>旁<tr><td>一<td>二</table>",
    f"<table><tr><td>邊欄</td><td>{LONG * 20}</td></tr><tr><td>一<td>二</table>",
    f"<table><tr><th>邊欄</td><td>{LONG * 20}</td></tr><tr><td>一<td>二</table>",
    "<table><tr><td>a<p>b<p>c<p>d<td>e<tr><td>f<p>g<p>h<p>i<td>j</table>",
    "<td>一<tr>二<math><td>三</td><tr><td>四</math>",
    "<nav class='top-Nav &amp; &quot;x&quot;' id=' n&nbsp;'><a href=/>首頁</a></nav>",
    "<div role=' MAIN\n' id=c><p id=p>正文",
    "<div role='main&nbsp;'>一<div role=complementary>二<form>三<section><a><p>四<span><a>五",
    "<p _class=x @open class=y =id=z id =style='display:none'>一<p 'class=\"a\"'>二",
    "一<span hidden>二<script>x</script><template><b>t</b></template></span>",
    "<i style='color:red;Display : NONE'>三</i>四",
    "<span hidden=until-found>找</span><span style='visibility:\thidden'>x</span><p style='display: block;none'>y",
    "<dialog>不見<p>x</dialog><dialog open>可見</dialog><br hidden><img hidden><hr hidden>字",
    f'寫信：<a class=x data-cfemail="{CODE}">[email&#160;protected]</a>。',
    f'<a href="/cdn-cgi/l/email-protection#{CODE}">聯',
    f'<a data-cfemail href="x/cdn-cgi/l/email-protection#{CODE}?">聯</a>',
    f"<img data-cfemail={CODE}><pre data-cfemail={CODE}>",
    f"<span data-cfemail={FOREIGN_CODE}>字</span>",
    f"<span data-cfemail={CODE}f>字</span><span data-cfemail=zz00zz>字</span><span data-cfemail=2a4b4c>字</span>",
    f"<span data-cfemail=2a{0x1F ^ 0x2A:02x}{0x40 ^ 0x2A:02x}00>字</span>",
    f"<b data-cfemail=2a{0x7F ^ 0x2A:02x}6a00>字</b>",
    f"<p>載入中</p><div style='display:none'><p>{LONG * 5}</p></div>",
    f"<p>{LONG * 6}</p><noscript><p>{LONG * 40}</p></noscript>",
    f"<NOSCRIPT><p>{LONG * 5}</p><noscript>x</noscript></NOSCRIPT>",
    "<script><!--<script></script>--></script>一<script><!--></script>二<script>'</scripts>'</script>三",
    "<script><!--<script>x</script>y",
    "<svg><style>&lt;/style>&lt;/svg>漏</style></svg>後<svg><script>a</script><path/></svg>字",
    "<svg><style>a<b>c</style></svg>後<math><mi>x<style>&lt;b</style><annotation-xml>y</annotation-xml></math>",
    "<svg><text>字</text><title>題</title></svg><p>文</p><svg><text>後</text></svg>",
    "<svg><input>x</input><foreignObject><br></foreignObject></svg>字<math><source hidden>x</source>y</math>",
    "<xmp>a<b>&amp;</xmp>c",
    "<plaintext>x<b></plaintext>&lt;",
    '<annotationx>一</annotationx><blockquotes>二</blockquotes><figcaptions>三</figcaptions><o:p>四</o:p><foo"bar>五',
    "<!-- a > b --!>一<!-->二<!--->三<!--x--->四<?p i?>五</ x>六<![CDATA[x]]>七",
    "<title>&lt;</title><textarea>\n\n寫<p></textarea><button>按</button><select><option>a<option>b</select>",
    "<p>a &amp;lt; &lt;p&gt; &amp;amp; &#x6f22;&nbsp;&quot;\x00\ud800\x0b\x1c\x85</p>",
    "<b>1<p>2</b>3</p>4<table>5<tr>6<td>7</table>8</body>9<!--c--></html>10<p>11",
    "<ruby>漢<rp>(</rp><rt>hàn</rt>字</ruby><frameset><frame></frameset>",
    "<template><p>t</template><iframe><p></iframe><noembed><i></noembed><object>o<p>x</object>字",
    "<body class='a &amp; &quot;b&quot;&nbsp;' id=c data-x role=main>一<script src=a>x</script>二<style>p{}</style>三",
    "<html hidden> <body style='display:none'>一<script>var a = 1</script><p>二<script>'<p>'</script></html>三",
    f"<body hidden><p>{LONG * 5}</p><script>{LONG * 50}</script><dialog><p>x<script>{LONG * 9}</script></dialog>",
]


def equal(left: tuple[str, Arrays], right: tuple[str, Arrays]) -> None:
    assert left[0] == right[0]
    for field in fields(Arrays):
        assert list(getattr(left[1], field.name)) == list(getattr(right[1], field.name)), field.name


def check(dom: Dom) -> bool:
    """Whether the compiled walk cut the page; if so, as the plain one does."""
    fast = cut_markup(dom)
    if fast is None:
        return False
    counted = dom.nodes, dom.hidden
    equal(fast, cut_events(dom))
    assert not dom.truncated
    assert counted == (dom.nodes, dom.hidden)
    return True


@pytest.mark.parametrize("html", PAGES)
def test_both_walks_give_the_same(html: str) -> None:
    check(parse(html))
    check(parse(f"<div class=a>前{LONG * 4}</div>{html}"))


def test_most_pages_are_cut_by_the_compiled_walk() -> None:
    left = [html for html in PAGES if not check(parse(html))]
    assert {html[:11] for html in left} <= {
        "<xmp>a<b>&a",
        "<plaintext>",
        "<svg><style",
        "<svg><input",
        "<span data-",
        "<script><!-",
    }
    assert len(left) < 9


@given(st.lists(st.sampled_from(PAGES), max_size=4).map("".join), MARKUP)
@settings(deadline=None, max_examples=300)
def test_both_walks_give_the_same_on_any_markup(page: str, markup: str) -> None:
    check(parse(page + markup))
    check(parse(markup + page))


MORE = """<dl>
<dt>
<dd>
<br><br>
<hr>
<p hidden>
<div style=display:none>
<div role=main>
<a href=x>
</a>
<span class='c d'>
<section id=s>
</section>
<blockquote>
</blockquote>
<xmp>
<textarea>
<button>
<noscript>
</noscript>
</script>
</style>
</template>
</math>
</svg>
<plaintext>""".splitlines()
PIECES = [
    *TAGS.split(),
    *TEXTS,
    *SIGNS,
    *MORE,
    *("。", "　　", "\xa0", "\r", "\r\n", "\t", "x y", "12", LONG),
]


@pytest.mark.parametrize("seed", range(8))
def test_both_walks_give_the_same_on_long_markup(seed: int) -> None:
    pieces = [piece for piece in PIECES if seed % 2 or piece not in ("<xmp>", "<plaintext>", "<svg>", "<math>")]
    choose, cut = random.Random(seed), 0
    for _ in range(60):
        cut += check(parse("".join(choose.choices(pieces, k=choose.randrange(300)))))
    assert cut > (20 if seed % 2 else 55)


HOSTILE = [
    "<b><i><div>字" * 3000,
    "<div>" * 30_000 + "字",
    f"<p title='{'x<漢> ' * 20_000}'>字",
    "<table>" + "<tr><td colspan=1000000000>a<td>b" * 1000 + "</table>",
    "<table><tr><td>字" * 1000,
    "</body></html>" + "<p>字</p>" * 1000,
    "<ruby>漢<rt>hàn</rt></ruby>" * 1000,
    "字<br>" * 3000,
    "<p>a" + " \n" * 30_000 + "b",
    f"<p style='{'display  ' * 10_000}'>x",
    f"<p class='{'a &amp; ' * 10_000}'>x",
    "<script><!--" + "<script>" * 10_000,
    "<a b='" * 10_000,
    "<" * 10_000,
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_both_walks_give_the_same_on_hostile_markup(number: int) -> None:
    assert check(parse(HOSTILE[number])) or number == 11


def test_over_the_limit_of_nodes_the_plain_walk_cuts() -> None:
    dom = parse("<p>字</p>" * 100, LimitsConfig(max_nodes=50))
    assert cut_markup(dom) is None
    assert cut_markup(parse("<p>字</p>" * 100, LimitsConfig(max_nodes=203))) is not None


def test_pages_are_the_same_whatever_was_seen_before(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = []
    for seen in (-compiled.COMPILED_FROM, compiled.COMPILED_FROM):
        monkeypatch.setattr(compiled._Met, "characters", seen)
        pages.append([parse_page(html) for html in PAGES])
    for plain, fast in zip(*pages, strict=True):
        assert plain.blocks == fast.blocks
        for left, right in zip(plain.blocks, fast.blocks, strict=True):
            assert (left.tags, left.words) == (right.tags, right.words)
        assert plain.elements == fast.elements
        assert (plain.source_text, plain.flags, plain.is_chinese) == (
            fast.source_text,
            fast.flags,
            fast.is_chinese,
        )


def test_little_markup_waits_for_no_compiler() -> None:
    code = (
        "import sys; from cleantext.pages.blocks import parse_page;"
        "page = '<p>字</p>' * 1000; parse_page(page).blocks; print('numba' in sys.modules);"
        "[parse_page(page) for _ in range(1 + 1_000_000 // len(page))]; print('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_arrays_say_what_blocks_say() -> None:
    page = parse_page("<nav class=n><a>首頁</a></nav><h2 id=h>題<a>目</a></h2><p>文")
    arrays = page.arrays
    assert [page.source_text[a:b] for a, b in zip(arrays.starts, arrays.ends, strict=True)] == ["首頁", "題目", "文"]
    assert np.allclose(arrays.link_densities, [block.link_density for block in page.blocks])
    assert arrays.link_densities.tolist() == [1.0, 0.5, 0.0]
    assert arrays.element_names == [element.names for element in page.elements] == ["", "", "n", "h", ""]
    assert [page.elements[i].tag for i in arrays.elements] == ["nav", "h2", "p"]


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="CLEANTEXT_EVAL names no folder with the corpora")
@pytest.mark.parametrize("folder", ["zh-dev", "mixed-dev/html", "wcxb-dev/html"])
def test_both_walks_give_the_same_on_real_pages(folder: str) -> None:
    pages = cut = 0
    for path in sorted((DATA / folder).glob("*.html.gz")):
        try:
            text = decode(gzip.decompress(path.read_bytes())).text
        except DecodeError:
            continue
        pages += 1
        cut += check(parse(text))
    assert cut >= 0.99 * pages > 0


@given(st.text("<>a漢"))
def test_marks_are_counted(text: str) -> None:
    assert _walk.count_marks(np.array([ord(char) for char in text], dtype=np.uint32)) == text.count("<")
