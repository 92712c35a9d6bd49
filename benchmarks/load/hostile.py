"""Queries and bodies made to cost as much as can be, or to break what reads them."""

import json
import random
from collections.abc import Callable

LATIN, ARABIC, CYRILLIC = "abcdefghijklmnopqrstuvwxyz", "ابتثجحخدذرزسشصضطظعغفقکلمنوهی", "абвгдежзийклмнопрст"
QUERIES: list[str] = [
    "x" * 2000,
    "ا" * 2000,
    "战" * 2000,
    "ﷺ" * 600,
    "a\u0301" * 1000,
    "ا\u064b\u0651" * 600,
    "\u200c".join("می" for _ in range(600)),
    "".join(chr(0x1F600 + number % 60) for number in range(1000)) + " war",
    "1" * 2000,
    "1,2.3-4/5 " * 200,
    "2025-01-01 " * 180,
    "18 Shahrivar 1404 " * 110,
    '"' + "nuclear plant " * 20 + '"',
    '"a" ' * 70,
    '"' * 299 + "a",
    "«" * 150 + "»" * 149 + "a",
    "-a " * 90 + "b",
    " ".join(f"-{letter}{other} x" for letter in LATIN[:7] for other in LATIN[:7])[:300],
    "C-130 F-16 S-300 " * 100,
    "war.the.of.and/" * 130,
    "the of and in to " * 110,
    "%s %n {0} \\u0000 ../../etc/passwd <script>alert(1)</script> ' OR 1=1 --",
    "\u202eabc\u202c \ufeff\u2066x\u2069",
    "\x00\x01\x02 war",
    "War " * 500,
    "زاپوروژیا" * 200,
]


def odd(seed: int) -> str:
    """A query of as many different words as are read, which nobody asked before."""
    drawn = random.Random(seed)
    letters = drawn.choice((LATIN, ARABIC, CYRILLIC, LATIN + ARABIC + CYRILLIC))
    words: list[str] = []
    while sum(map(len, words)) + len(words) < 1990:
        words.append("".join(drawn.choices(letters, k=drawn.randint(1, 12))))
    return " ".join(words)


MARKS = ('"', "\u00ab", "\u00bb", " -", "\u200c", "\u0640", "\u0301", "\u064b", "\u202e", "/", ".")
OTHERS = (0x4E00, 0x1F600, 0x0900, 0xAC00, 0xFB50)
"""Where letters of other scripts begin, pictures, and presentation forms."""

FORMS = ("F-16", "al-", "\u0639\u0628\u062f ", "2025-02-30", "1404/1/1", "18 Shahrivar")


def mixed(seed: int) -> str:
    """A query of what spelling and syntax make dear, of any length: words, marks, numbers, dates, names."""
    drawn = random.Random(f"mixed {seed}")
    kinds: tuple[Callable[[], str], ...] = (
        lambda: "".join(drawn.choices(drawn.choice((LATIN, ARABIC, CYRILLIC)), k=drawn.randint(1, 30))),
        lambda: drawn.choice(MARKS),
        lambda: str(drawn.randrange(10 ** drawn.randint(1, 40))),
        lambda: chr(drawn.choice(OTHERS) + drawn.randrange(80)) * drawn.randint(1, 9),
        lambda: drawn.choice(FORMS),
    )
    length = drawn.choice((1, 5, 50, 500, 1900))
    between = drawn.choice(("", " "))
    text = ""
    while len(text) < length:
        text += between + drawn.choice(kinds)()
    return f"{text[:1980]} x{seed}"


QUERIES += [odd(seed) for seed in range(100 - len(QUERIES))]
QUERIES += [mixed(seed) for seed in range(300 - len(QUERIES))]


SURROGATE = '"\\ud800"'
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "a space": b" ",
    "NUL": b"\0",
    "a brace": b"{",
    "two objects": b'{"q":"a"}{"q":"b"}',
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "a string": b'"war"',
    "not UTF-8": b'{"q":"\xff\xfe\xfd"}',
    "UTF-16": '{"q":"\u062c\u0646\u06af"}'.encode("utf-16"),
    "UTF-32 of a surrogate": '{"q":"\ud800"}'.encode("utf-32-le", "surrogatepass"),
    "a lone surrogate": f'{{"q":{SURROGATE}}}'.encode(),
    "half a pair in a language": f'{{"q":"war","languages":[{SURROGATE}]}}'.encode(),
    "a surrogate as a field": f'{{"q":"war",{SURROGATE}:1}}'.encode(),
    "a surrogate as a date": f'{{"q":"war","from":{SURROGATE}}}'.encode(),
    "a surrogate as a group": f'{{"q":"war","group":{SURROGATE}}}'.encode(),
    "255 lists": b'{"q":' + b"[" * 255 + b"]" * 255 + b"}",
    "255 objects": b'{"q":' + b'{"a":' * 255 + b"1" + b"}" * 255 + b"}",
    "900 lists in a language": b'{"q":"war","languages":' + b"[" * 900 + b"]" * 900 + b"}",
    "100,000 lists": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects": b'{"a":' * 40_000,
    "NaN": b'{"q":"war","limit":NaN}',
    "Infinity": b'{"q":"war","limit":-Infinity}',
    "1e999": b'{"q":"war","limit":1e999}',
    "a number of 5,000 digits": b'{"q":"war","limit":' + b"9" * 5000 + b"}",
    "a number of 4,000 digits": b'{"q":"war","limit":' + b"9" * 4000 + b"}",
    "q of 1": b'{"q":1}',
    "q of null": b'{"q":null}',
    "q of lists": b'{"q":[["war"]]}',
    "q of controls": json.dumps({"q": "".join(map(chr, range(32)))}).encode(),
    "q of marks": json.dumps({"q": "\u202e\u2066\u200b\ufeff"}).encode(),
    "q of 20,000 characters": json.dumps({"q": "\u062c\u0646\u06af " * 5000}, ensure_ascii=False).encode(),
    "q of 20,001 characters": json.dumps({"q": "x" * 20_001}).encode(),
    "q of one word": json.dumps({"q": "x" * 20_000}).encode(),
    "q of combining marks": json.dumps({"q": "a" + "\u0301" * 19_000}).encode(),
    "q of ligatures": json.dumps({"q": "\ufdfa" * 2000}).encode(),
    "q of quotation marks": json.dumps({"q": '"' * 299 + "a"}).encode(),
    "q of minus signs": json.dumps({"q": "-a " * 99 + "b"}).encode(),
    "q that leaves all out": b'{"q":"-war"}',
    "languages of ones": b'{"q":"war","languages":[' + b"1," * 100_000 + b"1]}",
    "languages of lists": b'{"q":"war","languages":[[[[[1]]]]]}',
    "languages of an object": b'{"q":"war","languages":{"fa":1}}',
    "a language of 200,000 commas": json.dumps({"q": "war", "languages": "," * 200_000}).encode(),
    "a language of 200,000 letters": json.dumps({"q": "war", "languages": "f" * 200_000}).encode(),
    "a list of commas": json.dumps({"q": "war", "languages": ["," * 200_000]}).encode(),
    "20,000 fields": json.dumps({"q": "war"} | {f"f{n}": n for n in range(15_000)}).encode(),
    "60 fields": json.dumps({"q": "war"} | {f"f{n}" * 500: "x" * 900 for n in range(60)}).encode(),
    "the same field 10,000 times": b"{" + b'"q":"war",' * 10_000 + b'"q":"war"}',
    "a date of digits": json.dumps({"q": "war", "from": "1" * 100_000}).encode(),
    "a date that is none": b'{"q":"war","from":"2025-02-30"}',
    "a date of the year 0": b'{"q":"war","from":"0000-00-00"}',
    "from after to": b'{"q":"war","from":"2025-02-02","to":"2025-02-01"}',
    "evidence of 1e400": b'{"q":"war","evidence":1e400}',
    "a limit of 0": b'{"q":"war","limit":0}',
    "a limit of 2**63": b'{"q":"war","limit":9223372036854775808}',
    "a limit of 1.5": b'{"q":"war","limit":1.5}',
    "too long a body": b'{"q":"' + b"x" * 300_000 + b'"}',
}


def noise(seed: int) -> bytes:
    """A body that was right, with some bytes changed, left out or doubled."""
    drawn = random.Random(seed)
    body = bytearray(b'{"q":"nuclear \\u062c plant","limit":3,"languages":["fa","ar"],"from":"2025-01-01"}')
    for _ in range(drawn.randrange(1, 6)):
        place = drawn.randrange(len(body))
        body[place : place + drawn.randrange(3)] = drawn.randbytes(drawn.randrange(4))
    return bytes(body)


BODIES |= {f"noise {seed}": noise(seed) for seed in range(50)}
