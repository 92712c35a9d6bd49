"""Commands that connect other programs with an index: mcp."""

import os
import signal
from types import FrameType

import typer

from indexer.commands.output import say, say_in_a_handler
from indexer.commands.terminal import (
    EXIT_INTERRUPTED,
    IndexOption,
    ModelOption,
    settings,
    told_in_a_line,
)
from search_api.commands.serving import RerankerOption


def add_commands(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    app.command()(told_in_a_line(mcp))


def mcp(index: IndexOption = None, model: ModelOption = None, reranker: RerankerOption = None) -> None:
    """Let the program that starts this search the index: MCP over standard input and output.

    Needs hudhud[mcp]. It ends with its input, and answers from the live index, as hudhud serve does; that
    speaks MCP too, at /mcp.

    Example: hudhud mcp --index /srv/hudhud
    """
    from search_api.serving.pauses import multiply_on_one_thread

    multiply_on_one_thread()
    from indexer.storage.layout import Layout
    from search_api.agents.calls import Calls
    from search_api.agents.library import require_library, run_stdio
    from search_api.serving.live import Live
    from search_api.serving.opening import Opener
    from search_api.serving.server import log_to_stderr

    require_library()
    chosen = settings()
    log_to_stderr()
    opener = Opener(model or chosen.model, chosen.cache, say, reranker=reranker or chosen.reranker)
    with Live(Layout(index or chosen.index), opener) as live:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _end)
        say("speaking MCP over standard input and output, until the input ends")
        run_stdio(Calls(live), chosen)


def _end(number: int, frame: FrameType | None) -> None:
    """End at once: a thread waits for the next line of the input, and nobody can wake it."""
    del number, frame
    say_in_a_handler("hudhud: stopped")
    os._exit(EXIT_INTERRUPTED)
