"""What is asked: single words, two words, names and questions, in English, Persian and Arabic."""

import json
from collections.abc import Sequence
from pathlib import Path

OWN = (
    "war",
    "elections",
    "inflation",
    "Kabul",
    "oil price",
    "water shortage",
    "nuclear talks",
    "Angela Merkel",
    "Mohammad Khatami",
    "Who won the presidential election?",
    "How many people were killed in the earthquake?",
    "What do doctors say about the new virus?",
    "جنگ",
    "انتخابات",
    "تورم",
    "قیمت نفت",
    "کمبود آب",
    "محمد خاتمی",
    "چه کسی در انتخابات ریاست جمهوری پیروز شد؟",
    "در زلزله چند نفر کشته شدند؟",
    "الحرب",
    "الانتخابات",
    "أسعار النفط",
    "نقص المياه",
    "جمال عبد الناصر",
    "من فاز في الانتخابات الرئاسية؟",
    "كم شخصا قتل في الزلزال؟",
)
"""Asked of every archive."""

FROM_SETS = {
    "kw1-ntrex-en-fa": 5,
    "kw2-ntrex-en-fa": 4,
    "nm1-ntrex-en-fa": 4,
    "xquad-en-ar": 6,
    "tico-passage-en-fa": 5,
    "pquad-fa-fa": 5,
    "arcd-ar-ar": 4,
}
"""How many queries are taken of which set, where it is there."""


def queries(sets: Sequence[str]) -> list[str]:
    """The fixed list: our own, and some of each set, evenly spread over it."""
    found = list(OWN)
    for folder in map(Path, sets):
        wanted = FROM_SETS.get(folder.name, 0)
        if wanted:
            lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
            found += [json.loads(lines[place * len(lines) // wanted])["text"] for place in range(wanted)]
    return list(dict.fromkeys(found))
