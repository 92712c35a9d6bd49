"""Articles that are like another, with the real model: the same story in other languages first."""

from collections.abc import Iterator

import numpy as np
import pytest

import hudhud
from indexer.core.alike import Alike
from indexer.core.errors import ArticleNotFound, InvalidQuery
from indexer.core.protocols import Encoder
from search_api.similar import SAME_STORY, SimilarResult, confidences

STORIES = {
    "dam": (
        "سد بزرگ شهر پس از باران\u200cهای شدید شکست و صدها خانه زیر آب رفت.",
        "انهار السد الكبير بعد أمطار غزيرة وغمرت المياه مئات المنازل.",
    ),
    "cup": (
        "تیم ملی فوتبال زنان در فینال جام آسیا با دو گل پیروز شد.",
        "فاز المنتخب النسائي لكرة القدم بنهائي كأس آسيا بهدفين.",
    ),
    "bank": (
        "بانک مرکزی نرخ بهره را نیم درصد بالا برد تا تورم را مهار کند.",
        "رفع البنك المركزي سعر الفائدة نصف نقطة لكبح التضخم.",
    ),
    "moon": (
        "فضاپیمای هند بر قطب جنوب ماه فرود آمد.",
        "هبطت المركبة الفضائية الهندية على القطب الجنوبي للقمر.",
    ),
    "vaccine": (
        "واکسن تازه مالاریا در بیمارستان\u200cهای کشور آزمایش می\u200cشود.",
        "يجري اختبار لقاح جديد للملاريا في مستشفيات البلاد.",
    ),
    "strike": (
        "کارگران راه\u200cآهن برای دستمزد بیشتر دست از کار کشیدند.",
        "أضرب عمال السكك الحديدية مطالبين بزيادة الأجور.",
    ),
    "film": (
        "فیلم کارگردان جوان جایزه اصلی جشنواره را برد.",
        "فاز فيلم المخرج الشاب بالجائزة الكبرى في المهرجان.",
    ),
    "fire": (
        "آتش\u200cسوزی در بازار قدیمی ده\u200cها مغازه را سوزاند.",
        "التهم حريق في السوق القديم عشرات المتاجر.",
    ),
    "school": (
        "مدرسه\u200cها به خاطر آلودگی هوا سه روز تعطیل شدند.",
        "أغلقت المدارس ثلاثة أيام بسبب تلوث الهواء.",
    ),
    "wheat": (
        "برداشت گندم امسال از سال گذشته کمتر بود.",
        "كان محصول القمح هذا العام أقل من العام الماضي.",
    ),
}


@pytest.fixture(scope="module")
def index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[hudhud.Index]:
    folder = tmp_path_factory.mktemp("stories") / "index"
    articles = [
        hudhud.Article(f"{name}-{language}", "", text, language=language)
        for name, texts in STORIES.items()
        for language, text in zip(("fa", "ar"), texts, strict=True)
    ]
    articles.append(hudhud.Article("dam-copy", "", STORIES["dam"][0] + " دیروز.", language="fa"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.models.encoder.load_encoder", lambda *_, **__: encoder)
        patch.setattr("search_api.serving.loading.load_encoder", lambda *_, **__: encoder)
        hudhud.index(articles, folder)
        with hudhud.open(folder) as opened:
            yield opened


def told(result: SimilarResult) -> list[str]:
    return [one.article.id for one in result.similar]


@pytest.mark.parametrize("name", STORIES)
def test_the_same_story_in_the_other_language_comes_first(index: hudhud.Index, name: str) -> None:
    for language, other in (("fa", "ar"), ("ar", "fa")):
        result = index.similar(f"{name}-{language}", languages=other)
        assert told(result)[0] in (f"{name}-{other}", "dam-copy")
        assert (result.article.id, result.generation) == (f"{name}-{language}", index.generation)


def test_of_the_same_story_another_language_goes_before_a_copy(index: hudhud.Index) -> None:
    result = index.similar("dam-fa", limit=5)
    assert told(result)[:2] == ["dam-ar", "dam-copy"]
    translated, copy, *_, other = result.similar
    assert translated.is_same_story
    assert copy.is_same_story
    assert translated.confidence < copy.confidence
    assert not other.is_same_story
    assert [one.rank for one in result.similar] == [1, 2, 3, 4, 5]


def test_passages_that_are_alike_are_told_with_their_places(index: hudhud.Index) -> None:
    [best] = index.similar("cup-ar", limit=1).similar
    assert best.article.text[best.passage.start : best.passage.end] == best.passage.text
    assert best.like.text == STORIES["cup"][1]
    assert best.like == index.passages("cup-ar")[0]


def test_what_cannot_be_asked_is_refused(index: hudhud.Index) -> None:
    with pytest.raises(ArticleNotFound, match="'nowhere'"):
        index.similar("nowhere")
    for options, field in (({"limit": 0}, "limit"), ({"languages": ["persian"]}, "languages")):
        with pytest.raises(InvalidQuery) as raised:
            index.similar("dam-fa", **options)
        assert raised.value.field == field


def test_confidence_grows_with_how_far_one_is_ahead() -> None:
    ahead = np.array([0.0, 8.0 / 27.0, 1.0], np.float32)
    none = np.zeros(3, np.int64)
    surely = confidences(Alike(none, ahead, ahead, none > 0, none, none))
    assert surely.tolist() == pytest.approx(
        [1 / (1 + np.exp(8)), SAME_STORY, 1 / (1 + np.exp(-19))], abs=1e-6
    )


def test_a_result_shows_a_story_in_both_languages_as_one_hit(index: hudhud.Index) -> None:
    """Every other hit is as without; nothing is lost, and nothing stands twice."""
    for question, story in (("dam burst after rain", "dam"), ("central bank raises interest rates", "bank")):
        plain = index.search(question, limit=100)
        joined = index.search(question, limit=100, stories=True)
        first = next(hit for hit in joined.hits if hit.id.startswith(story) and hit.twins)
        assert {twin.id.partition("-")[0] for twin in first.twins} == {story}
        assert {first.language, *(twin.language for twin in first.twins)} == {"fa", "ar"}
        everywhere = [name for hit in joined.hits for name in (hit.id, *(twin.id for twin in hit.twins))]
        assert sorted(everywhere) == sorted(hit.id for hit in plain.hits)
        leaders = [hit.id for hit in joined.hits]
        assert leaders == [hit.id for hit in plain.hits if hit.id in leaders]


def test_stories_of_passages_are_refused(index: hudhud.Index) -> None:
    with pytest.raises(InvalidQuery, match="only articles are joined: leave out stories"):
        index.search("dam", group="passage", stories=True)
