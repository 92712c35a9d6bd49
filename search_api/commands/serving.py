"""Commands that serve: serve, keys, config."""

import contextlib
import functools
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexer.commands.output import put, put_json, say
from indexer.commands.terminal import (
    IndexOption,
    JsonOption,
    ModelOption,
    print_rows,
    settings,
    told_in_a_line,
)
from indexer.core.bounded import share_out
from indexer.core.errors import InvalidSetting
from indexer.core.settings import Settings
from search_api.commands.drafting import TranslationOption, translator_of
from search_api.commands.policy import key_file, policy_of, sessions_of

if TYPE_CHECKING:
    from indexer.storage.layout import Layout
    from search_api.serving.envelope import Ended
    from search_api.serving.loading import Loader
    from search_api.serving.metrics import Metrics
    from search_api.serving.traces import Traces
    from search_api.translating.translator import Translator

RerankerOption = Annotated[
    str | None,
    typer.Option(
        "--reranker",
        metavar="MODEL",
        help="Folder or hub name of a cross-encoder that orders the best hits; default: HUDHUD_RERANKER,"
        " else none.",
    ),
]
KeysOption = Annotated[
    Path | None,
    typer.Option("--keys", metavar="FILE", help="File of API keys; default: HUDHUD_KEYS, else in the index."),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings in TOML; default: HUDHUD_CONFIG, else none."),
]

_KEYS_HELP = "Make, list and revoke the keys of the HTTP API.\n\nExample: hudhud keys create newsroom"


def add_commands(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    app.command()(told_in_a_line(serve))
    app.command()(told_in_a_line(config))
    keys = typer.Typer(name="keys", help=_KEYS_HELP, no_args_is_help=True)
    keys.command()(told_in_a_line(create))
    keys.command(name="list")(told_in_a_line(list_))
    keys.command()(told_in_a_line(revoke))
    app.add_typer(keys)


def serve(
    index: IndexOption = None,
    model: ModelOption = None,
    host: Annotated[
        str | None, typer.Option("--host", metavar="ADDRESS", help="Address to listen on; default 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="PORT", help="Port to listen on; default 8000.", min=1, max=65535),
    ] = None,
    reranker: RerankerOption = None,
    translation_models: TranslationOption = None,
    allowed_hosts: Annotated[
        str | None,
        typer.Option(
            "--allowed-hosts", metavar="NAMES", help="Names that it answers to, e.g. news.example.org."
        ),
    ] = None,
    allowed_origins: Annotated[
        str | None,
        typer.Option("--allowed-origins", metavar="ORIGINS", help="Origins whose pages may ask and read."),
    ] = None,
    trusted_proxies: Annotated[
        str | None,
        typer.Option(
            "--trusted-proxies", metavar="ADDRESSES", help="Proxies that are believed, e.g. 127.0.0.1."
        ),
    ] = None,
    root_path: Annotated[
        str | None,
        typer.Option("--root-path", metavar="PREFIX", help="Prefix that a proxy cuts off, e.g. /hudhud."),
    ] = None,
    keys: KeysOption = None,
    anonymous: Annotated[
        bool | None, typer.Option("--anonymous", help="Nobody needs a key, wherever it listens.")
    ] = None,
    log_queries: Annotated[
        bool | None, typer.Option("--log-queries", help="Write down what is asked for.")
    ] = None,
    metrics_port: Annotated[
        int | None,
        typer.Option(
            "--metrics-port", metavar="PORT", help="Tell metrics at a port of their own.", min=1, max=65535
        ),
    ] = None,
    metrics_host: Annotated[
        str | None,
        typer.Option("--metrics-host", metavar="ADDRESS", help="Address of that port; default 127.0.0.1."),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            "--ray", metavar="ADDRESS", help="Answer from shards on a Ray cluster: local, auto or HOST:PORT."
        ),
    ] = None,
    shards: Annotated[
        int | None,
        typer.Option("--shards", metavar="N", help="Parts of the index there; default 1.", min=1),
    ] = None,
    replicas: Annotated[
        int | None,
        typer.Option("--replicas", metavar="R", help="Processes for each part; default 1.", min=1),
    ] = None,
    config: ConfigOption = None,
    is_opened: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Serve the page and the HTTP API until Ctrl-C, from the live index; a new one takes over meanwhile.

    Example: hudhud serve --index /srv/hudhud --open
    """
    from search_api.serving.pauses import multiply_on_one_thread

    multiply_on_one_thread()
    from indexer.storage.layout import Layout
    from search_api.serving.loading import Loader
    from search_api.serving.memory import limit_arenas

    options = {name: value for name, value in locals().items() if name in _OPTIONS}
    chosen = Settings.read(os.environ, options, config).settings
    limit_arenas()
    share_out(chosen.cache_mb * 1_000_000)
    loader = Loader(chosen.model, chosen.cache, say)
    layout = Layout(chosen.index)
    loader.begin(layout)
    _serve(layout, loader, chosen, translator_of(chosen), is_opened=is_opened)


def _serve(
    layout: "Layout", loader: "Loader", chosen: Settings, translator: "Translator | None", *, is_opened: bool
) -> None:
    """Import, open and serve while the encoder is loaded aside."""
    from indexer.commands.timed import timed
    from search_api.agents.mounting import WithMcp
    from search_api.serving.app import create_app
    from search_api.serving.envelope import Envelope
    from search_api.serving.facts import Facts
    from search_api.serving.listening import bound, page_address
    from search_api.serving.live import Live
    from search_api.serving.metrics import Metrics
    from search_api.serving.opening import Opener
    from search_api.serving.pauses import settle, take_short_turns
    from search_api.serving.scraping import add_metrics
    from search_api.serving.server import log_to_stderr, run
    from search_api.serving.sharded import opened_by
    from search_api.serving.traces import traced
    from search_api.web.pages import add_pages
    from search_api.web.problems import WithProblemPages
    from search_api.web.signing import add_signing

    sessions = sessions_of(chosen)
    policy = policy_of(chosen, sessions)
    take_short_turns()
    log_to_stderr()
    with (
        timed("stdout"),
        opened_by(chosen, say) as opened,
        Live(
            layout,
            Opener(None, None, say, reranker=chosen.reranker, loader=loader, opened=opened),
            changed=settle,
        ) as live,
        bound(chosen.host, chosen.port) as address,
    ):
        metrics = Metrics(Facts(live))
        app = create_app(live, chosen, metrics, translator)
        add_pages(app)
        add_signing(app, sessions)
        with metrics_apart(metrics, chosen) as is_apart, traced(os.environ, say) as traces:
            if not is_apart:
                add_metrics(app, metrics)
            say(f"listening at {chosen.host}, port {chosen.port}, until Ctrl-C or SIGTERM")
            counted = replace(policy, count=counting(metrics, traces), stages=traces is not None)
            page = page_address(chosen.host, chosen.port)
            say(f"the page is at {page}")
            run(
                WithProblemPages(Envelope(WithMcp(app, live, chosen), counted), live),
                address,
                chosen,
                chosen.root_path,
                metrics.refused,
                functools.partial(_open, page) if is_opened else lambda: None,
            )


def counting(metrics: "Metrics", traces: "Traces | None") -> Callable[["Ended"], None]:
    """What is told of every request that was answered."""
    if traces is None:
        return metrics.request

    def count(ended: "Ended") -> None:
        metrics.request(ended)
        traces.request(ended)

    return count


def _open(page: str) -> None:
    """Open the page in a browser, and wait for none that runs in a terminal."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(page,), name="open", daemon=True).start()


@contextlib.contextmanager
def metrics_apart(metrics: "Metrics", chosen: Settings) -> Iterator[bool]:
    """Tell metrics at an address of their own, if one is set; whether that is so."""
    from search_api.serving.callers import Callers
    from search_api.serving.envelope import Envelope, Policy
    from search_api.serving.listening import bound
    from search_api.serving.scraping import metrics_alone
    from search_api.serving.server import beside

    if chosen.metrics_port is None:
        yield False
        return
    app = Envelope(metrics_alone(metrics), Policy(Callers.of(chosen.allowed_hosts, ())))
    with bound(chosen.metrics_host, chosen.metrics_port) as address, beside(app, address, chosen):
        say(f"telling metrics at {chosen.metrics_host}, port {chosen.metrics_port}")
        yield True


_OPTIONS = frozenset(field.name for field in fields(Settings))


def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose it is, for people.")],
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", metavar="SCOPE", help="search (default), feed or admin; may be given again."),
    ] = None,
    index: IndexOption = None,
    keys: KeysOption = None,
) -> None:
    """Make a key and print it: nobody can show it again.

    Example: hudhud keys create newsroom --scope search
    """
    from search_api.serving.keys import Scope

    try:
        scopes = [Scope(one) for one in dict.fromkeys(scope or [Scope.SEARCH])]
    except ValueError:
        raise InvalidSetting(f"--scope must be {' or '.join(Scope)}, not {', '.join(scope or [])}") from None
    key, text = key_file(settings(), index, keys).create(name, scopes)
    say(f"key {key.id} for {key.name}, good for {' and '.join(key.scopes)}; keep it, it is shown only now:")
    put(text)


def list_(index: IndexOption = None, keys: KeysOption = None, as_json: JsonOption = False) -> None:
    """List the keys: id, name, scopes and the day each was made.

    Example: hudhud keys list
    """
    found = key_file(settings(), index, keys).read()
    if as_json:
        shown = [{"id": key.id, "name": key.name, "scopes": key.scopes, "made": key.made} for key in found]
        put_json(json.dumps(shown, ensure_ascii=False))
        return
    for key in found:
        put(f"{key.id}  {key.made}  {','.join(key.scopes):<12}  {key.name}")
    if not found:
        say("there is no key")


def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `hudhud keys list` shows it.")],
    index: IndexOption = None,
    keys: KeysOption = None,
) -> None:
    """Take away a key: a running server refuses it within two seconds.

    Example: hudhud keys revoke 1f0c9a3b
    """
    gone = key_file(settings(), index, keys).revoke(key_id)
    say(f"key {gone.id} for {gone.name} is revoked")


def config(index: IndexOption = None, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Print every setting with its value and where that comes from.

    Example: hudhud config --config /etc/hudhud.toml
    """
    read = Settings.read(os.environ, {"index": index}, config)
    shown = {
        name: (_plain(getattr(read.settings, name)), origin.value)
        for name, origin in sorted(read.origins.items())
    }
    if as_json:
        told = {name: {"value": value, "origin": origin} for name, (value, origin) in shown.items()}
        put_json(json.dumps(told, ensure_ascii=False))
    else:
        print_rows({name: f"{_line(value)}  ({origin})" for name, (value, origin) in shown.items()})


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value


def _line(value: object) -> str:
    if value is None or value in ("", []):
        return "-"
    return ",".join(value) if isinstance(value, list) else str(value)
