"""Names that an article spells in a way of its own are told from others."""

from indexer.lexicon.misspelled import nearest_sound

ZAPORIZHZHIA = "زابوریزفیا"
OTHERS = ("پروژه", "انگلستان", "فرانسه")


def test_a_name_that_is_misspelled_sounds_more_like_it_than_other_words() -> None:
    assert nearest_sound("Zaporizhzhia", [*OTHERS, ZAPORIZHZHIA]) > 0.78
    assert 0 < nearest_sound("Zaporizhzhia", OTHERS) < 0.73
    assert nearest_sound("Afghanistan", OTHERS) < 0.71


def test_no_words_sound_like_nothing() -> None:
    assert nearest_sound("Zaporizhzhia", []) == 0.0
