"""What drafts translations for a server, by its settings."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexer.commands.output import say
from indexer.core.settings import Settings

if TYPE_CHECKING:
    from search_api.translating.translator import Translator

TranslationOption = Annotated[
    Path | None,
    typer.Option(
        "--translation-models",
        metavar="DIR",
        help="Folder of models that draft translations into English; default: HUDHUD_TRANSLATION_MODELS,"
        " else none.",
    ),
]


def translator_of(chosen: Settings) -> "Translator | None":
    """What drafts translations; None where no models are named.

    Raises:
        InvalidSetting, ModelError: they cannot be used.
    """
    if chosen.translation_models is None:
        return None
    from search_api.translating.local import translator_in

    translator = translator_in(chosen.translation_models)
    say(f"drafts English translations from {', '.join(sorted(translator.languages))}")
    return translator
