"""The stem of a folded Arabic word, by what wordfreq knows of the forms that its affixes leave.

An Arabic word may begin with proclitics (and, in, for, the) and end in enclitics (his, her), and most letters
of these begin and end words too: the و of ولايات, states, is no "and", that of ووزارة, and a ministry, is. An
affix is taken off where what remains is used more, and where the word is not used with the article: a noun
of which there is a definite form is whole. Broken plurals come from the dictionary. What no list knows
loses its article and then its endings by the Snowball stemmer (Taghva, Elkhoury and Coombs, "Arabic stemming
without a root dictionary", 2005, as revised in Snowball).
"""

import functools
from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

from indexer.text.orthography.arabic import ARABIC_LETTERS
from indexer.text.orthography.arabic_use import use
from indexer.text.orthography.letters import fold

if TYPE_CHECKING:
    from Stemmer import Stemmer

ARTICLE = "ال"
BEFORE_ARTICLE = ("وبال", "وکال", "ولل", "فلل", "وال", "بال", "فال", "کال", "لل", "ال")
"""The article with conjunctions and prepositions before it."""

PROCLITICS = ("وب", "ول", "وک", "وس", "فب", "فل", "فس", "و", "ف", "ب", "ل", "ک", "س")
"""Conjunctions and prepositions without the article, and the س of the future."""

SELDOM_PROCLITICS = frozenset({"ف", "ک", "س", "فب", "فل", "وک"})
"""Those which a word that is used as much as what they leave more likely begins with."""

PRONOUNS = ("هما", "ها", "هم", "هن", "نا", "کم", "نی", "ه")
PLURALS = ("تین", "تان", "ات", "ون", "ین", "وا")
PERSONS = ("ون", "وا", "ان", "ین", "")
"""Endings of verbs in the present."""

_OF_PRESENT = frozenset("یتن")
"""First letters of verbs in the present: of he, she or you, and we."""

_WEAK = frozenset("ای")
"""Last letters of verbs that are not written before an ending."""

PLURALS_FILE = "arabic_plurals.tsv"
"""Broken plurals and their singulars, folded, a tab between; `scripts/ship_plurals.py` makes it."""

_GOD = "الله"
"""Whose article and last letter are its own."""

_HALF, _SELDOM, _HARDLY, _ALMOST_NEVER = 0.5, 0.1, 0.005, 0.001
"""How often one form is used against another."""


@functools.lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The stem of a folded Arabic word."""
    if not word or not "\u0620" <= word[0] <= "\u06ff":
        return word
    *_, nearest = forms(word)
    if not use(nearest):
        nearest = _by_snowball(nearest)
    has_ending = nearest.endswith("ه") and len(nearest) > 3 and nearest != _GOD
    return nearest[:-1] if has_ending else nearest


def forms(word: str) -> Iterator[str]:
    """The forms in which a dictionary may have a folded Arabic word, the nearest first, itself among them."""
    yield word
    while bare := _bare(word):
        word = bare
        yield word
    seen = {word}
    while (word := _shorter(word)) not in seen:
        seen.add(word)
        yield word


def _shorter(word: str) -> str:
    """A word without proclitics with one ending or prefix fewer; itself where it has none."""
    return next((found for rule in _RULES if (found := rule(word))), word)


def _bare(word: str) -> str | None:
    """A word without its proclitics."""
    if _is_definite(word):
        return None
    for proclitics in BEFORE_ARTICLE:
        rest = word[len(proclitics) :]
        if proclitics.endswith("لل"):
            rest = max(rest, f"ل{rest}", key=lambda one: use(ARTICLE + one))
        if word.startswith(proclitics) and len(rest) > 1 and _takes_article(rest):
            return rest
    found = [
        (use(rest) * (_SELDOM if proclitics in SELDOM_PROCLITICS else 1), rest)
        for proclitics in PROCLITICS
        if word.startswith(proclitics) and _may_stand_alone(rest := word[len(proclitics) :])
    ]
    most, rest = max(found, default=(0, ""))
    return rest if most > use(word) else None


def _may_stand_alone(rest: str) -> bool:
    """Whether what proclitics leave may be a word: if of two letters, only as a noun, دم and not في."""
    return len(rest) > 2 or (len(rest) == 2 and _is_definite(rest))


def _takes_article(rest: str) -> bool:
    """Whether ال before `rest` is the article, and none of the word's own: for ل joins it to لل, للعراق.

    Before a word that only begins so, ل leaves it as it is: لألمانيا, لالتزام.
    """
    if ARTICLE + rest == _GOD:
        return False
    joined, apart = use(f"لل{rest}"), use(f"ل{ARTICLE}{rest}")
    if joined != apart:
        return joined > apart
    own = use(ARTICLE + rest)
    return use(rest) > _ALMOST_NEVER * own or (not own and len(rest) > 2)


def _broken_singular(word: str) -> str | None:
    return plurals().get(word)


def _perfect(word: str) -> str | None:
    """The past of a verb in the present: قال of يقول, استخدم of تستخدم, عانى of يعانون.

    A verb is used for he and for she. Where the whole is used behind ي too, its ت is of the verb: تضمن.
    """
    if word[0] not in _OF_PRESENT or len(word) < 3 or _is_definite(word):
        return None
    own = use(word)
    for ending in PERSONS:
        body = word[1 : len(word) - len(ending)]
        if ending:
            body = max(body, f"{body}ی", key=lambda one: use(f"ی{one}"))
        he, she = use(f"ی{body}"), use(f"ت{body}")
        is_past = word[0] != "ی" and (use(f"ی{word}") > he or (word[0] == "ن" and own > he))
        if not word.endswith(ending) or len(body) < 2 or not he or not she or is_past:
            continue
        if ending and he + she < _SELDOM * own:
            continue
        most, past = max((use(_of_her(one)), one) for one in _pasts(body))
        has_hamza = past == _with_hamza(body) != body
        if most > (_SELDOM if has_hamza else _HARDLY) * he and use(past):
            return past
    return None


def _pasts(body: str) -> Iterator[str]:
    """What the past of a verb may be, whose present without prefix and ending is `body`."""
    for one in {body, _with_alef(body)}:
        yield one
        yield f"ا{one}"
    if len(body) == 2:
        yield f"و{body}"
    yield _with_hamza(body)
    if body.endswith("و") and len(body) == 3:
        yield f"{body[:-1]}ا"


def _of_her(past: str) -> str:
    """What a verb in the past is for she: قالت of قال, عانت of عانى."""
    return f"{past[:-1] if past[-1] in _WEAK else past}ت"


def _with_alef(body: str) -> str:
    """The body of a hollow verb as its past has it: قال of قول, استطاع of ستطيع."""
    return f"{body[:-2]}ا{body[-1]}" if len(body) > 2 and body[-2] in "وی" and body[0] != "و" else body


def _with_hamza(body: str) -> str:
    """The body of a verb with hamza first as its past has it: أكد of يؤكد, whose ؤ is folded to و."""
    return f"ا{body[1:]}" if body.startswith("و") and len(body) == 3 else body


def _without_pronoun(word: str) -> str | None:
    """A word without the pronoun behind it, and with the ة that was a ت before it."""
    if _is_definite(word):
        return None
    own = use(word)
    for pronoun in PRONOUNS:
        rest = word[: -len(pronoun)]
        if not word.endswith(pronoun) or len(rest) < 3:
            continue
        feminine = f"{rest[:-1]}ه"
        if rest.endswith("ت") and len(rest) > 3 and use(feminine) > max(own, use(rest)):
            return feminine
        if _all_use(rest) > own:
            return rest
    return None


def _singular(word: str) -> str | None:
    """The singular of a sound plural or a dual; the past of a verb for he of that for they."""
    own = _all_use(word)
    for ending in PLURALS:
        rest = word[: -len(ending)]
        if not word.endswith(ending) or len(rest) < 2:
            continue
        least = (_SELDOM if ending == "ات" or _has_both_plurals(rest) else 1) * own
        feminine = f"{rest}ه"
        others = [rest] if len(rest) > 2 else []
        if ending in {"ات", "تین", "تان"}:
            others.append(feminine)
            if rest.endswith("و") and ending == "ات":
                others += [f"{rest[:-1]}ه", f"{rest[:-1]}اه"]
        if ending in {"ون", "ین", "وا"}:
            others.append(f"{rest}ی")
        most, found = max(((_all_use(one), one) for one in others), default=(0, ""))
        if most > least:
            return found
    return None


def _has_both_plurals(rest: str) -> bool:
    """Whether what a plural in ون leaves has the other case too: قانين of قانون there is not."""
    return bool(use(f"{rest}ون") and use(f"{rest}ین"))


def _feminine(word: str) -> str | None:
    """The past of a verb for he of that for she."""
    rest = word[:-1]
    if word.endswith("ت") and len(rest) > 2 and not _is_definite(word) and use(rest) > _HALF * use(word):
        return rest
    return None


def _accusative(word: str) -> str | None:
    """A word without the tanween of the accusative: كثير of كثيرا."""
    rest = word[:-1]
    if word.endswith("ا") and len(rest) > 2 and _all_use(rest) > _HALF * _all_use(word):
        return rest
    return None


def _masculine(word: str) -> str | None:
    """An adjective without its ة, where that is used: كبير of كبيرة."""
    rest = word[:-1]
    if word.endswith("ه") and len(rest) > 2 and _all_use(rest) > _HALF * _all_use(word):
        return rest
    return None


def _nisba(word: str) -> str | None:
    """The noun of an adjective of relation, where it is as usual: عالم of عالمي, سياسة of سياسي."""
    rest = word[:-1]
    if not word.endswith("ی") or len(rest) < 3:
        return None
    most, found = max((_all_use(one), one) for one in (rest, f"{rest}ه", f"{rest}ا"))
    return found if most > _HALF * _all_use(word) else None


_RULES = (
    *(_broken_singular, _perfect, _without_pronoun, _singular),
    *(_feminine, _accusative, _masculine, _nisba),
)
"""In this order: pronouns hide the endings before them."""


def _is_definite(word: str) -> bool:
    """Whether a word is used with the article, and so is a noun or an adjective as it stands."""
    return use(ARTICLE + word) > _SELDOM * use(word) > 0


def _all_use(word: str) -> int:
    """How often a word is used, with and without the article."""
    return use(word) + use(ARTICLE + word)


@functools.cache
def plurals() -> dict[str, str]:
    """Folded singulars by their broken plurals."""
    text = files("indexer.text.orthography").joinpath(PLURALS_FILE).read_text(encoding="utf-8")
    return dict(line.split("\t") for line in text.splitlines())


def _by_snowball(word: str) -> str:
    """The stem of a word without proclitics, which is what it is before the article."""
    return fold(_stemmer().stemWord((ARTICLE + word).translate(ARABIC_LETTERS))) or word


@functools.cache
def _stemmer() -> "Stemmer":
    import Stemmer

    return Stemmer.Stemmer("arabic")
