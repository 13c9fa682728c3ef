"""Markup that attacks the HTML stages: tags in any order, what text may hold, and what is not quite a tag."""

from __future__ import annotations

from hypothesis import strategies as st

TAGS = """
<p> </p> <div> </div> <b> </b> <a/x=1> </a> <table> <tr> <td> <th> <caption> </table> <ul> <li> </ul> <svg> </svg>
<math> <br> <pre> </pre> <script> </script> <!-- --> <style> </style> <template> </html> </body> <select> <option>
<font/color=1> </font> <ruby> <rt> <noscript> <h1> </h1> <nav> <dialog> <form> <a
"""
TEXTS = ("漢字", "text", "𠮷", "é\u0301", "來源：新華社 2024-05-06", "&amp;", "&#0;", "\x00", "\x0b", "\ud800")
SIGNS = "<>&'\"=/ \n\u3000"

MARKUP = st.lists(st.sampled_from([*TAGS.split(), *TEXTS, *SIGNS]), max_size=40).map("".join)
