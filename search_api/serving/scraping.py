"""The route that Prometheus reads: of the API, for who may administer it, or at an address of its own."""

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from search_api.serving.metrics import TEXT, Metrics

PATH = "/metrics"


def add_metrics(app: FastAPI, metrics: Metrics) -> None:
    """Let `app` tell its metrics; not in its description, for no client of the API needs them."""
    app.router.routes.append(_route(metrics))


def metrics_alone(metrics: Metrics) -> Starlette:
    """An application that tells these metrics and nothing else."""
    return Starlette(routes=[_route(metrics)])


def _route(metrics: Metrics) -> Route:
    def told(_: Request) -> Response:
        return Response(metrics.text(), headers={"content-type": TEXT})

    return Route(PATH, told)
