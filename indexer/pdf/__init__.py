"""The text of a PDF out of the glyphs on its pages, in a process of its own (`child`).

A PDF says which glyph stands where, and of most what character it is. Lines, words, the direction of reading
and paragraphs are found out here.

May import: nothing of Hudhud.
"""
