"""The language of a query does not depend on the keyboard that it was typed on."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.text.query_language import identify_query


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("نيروي هوايي اوكراين", "fa"),
        ("نیروی هوایی اوکراین", "fa"),
        ("محطة الطاقة النووية", "ar"),
        ("محطه الطاقه النوویه", "ar"),
        ("مَحَطَّة الطاقة", "ar"),
        ("جنگ", "fa"),
        ("جنك", "ar"),
        ("حرب", "ar"),
        ("رئيس جمهور", "fa"),
        ("كتاب", "fa"),
        ("این ولد الشاعر؟", "ar"),
        ("أين ولد الشاعر؟", "ar"),
        ("أين ولد كارل ماركس؟", "ar"),
        ("علی لاریجانی", "fa"),
        ("علي لاريجاني", "fa"),
        ("علی کریمی", "fa"),
        ("على الطاولة", "ar"),
        ("على حدود لبنان", "ar"),
        ("علي عبد الله صالح", "ar"),
        ("من خسته هستم", "fa"),
        ("شفاخانه و پولیس کابل", "prs"),
        ("شفاخانه و پوليس كابل", "prs"),
        ("حکومت نے آج اعلان کیا ہے کہ شہر میں بجلی بحال ہو گئی ہے۔", "ur"),
        ("حکومت نن اعلان وکړ چې د ښار برېښنا بېرته راغلې ده.", "ps"),
        ("حکومەت ئەمڕۆ ڕایگەیاند کە کارەبای شار گەڕایەوە.", "ckb"),
        ("hospital", "en"),
        ("Krankenhaus", "de"),
        ("NATO ۱۹۴۹ ۲۰۲۲", "en"),
        ("تهران Tehran پایتخت", "fa"),
        ("۱۲۳", "und"),
        ("", "und"),
    ],
)
def test_queries(text: str, expected: str) -> None:
    assert identify_query(text) == expected


VARIANTS = {"ی": "يىېﻳ", "ک": "كﻛ", "ه": "ةەہ", "ا": "أإآٱ", "و": "ؤ", "7": "۷٧"}


@given(st.text(st.sampled_from("ابتدرسقلمنیکهو7 a"), max_size=30), st.randoms(use_true_random=False))
def test_variants_of_letters_and_digits_change_nothing(text: str, chance: random.Random) -> None:
    varied = "".join(chance.choice(letter + VARIANTS.get(letter, "")) for letter in text)
    assert identify_query(varied) == identify_query(text)
