"""The `mcp` package, which speaks the protocol: its server over stdio, and over streamable HTTP.

It is optional (`pip install 'hudhud[mcp]'`) and takes more than a second to import. It asks nobody anything;
what it would tell OpenTelemetry of each call is taken out.
"""

import asyncio
import functools
import importlib.metadata
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.types import Receive, Scope, Send

from indexer.core.deadline import Deadline
from indexer.core.errors import HudhudError, InvalidSetting
from indexer.core.limits import Limits
from search_api.agents.calls import TOOLS, Calls, Told
from search_api.agents.tools import INSTRUCTIONS
from search_api.serving.envelope import ASKED
from search_api.serving.pool import Pool

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

PACKAGE = "mcp==2.3.0"

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]


def require_library() -> None:
    """Check that `mcp` is installed.

    Raises:
        InvalidSetting: it is not.
    """
    try:
        import mcp.server.lowlevel  # noqa: F401
    except ImportError as error:
        raise InvalidSetting(
            f"speaking MCP needs the package mcp, which cannot be imported ({error}):"
            f" pip install 'hudhud[mcp]', or {PACKAGE}"
        ) from error


def server_of(calls: Calls, pool: Pool, seconds: float) -> "Server[Any]":
    """A server with the tools.

    Args:
        calls: what answers.
        pool: the threads that it is asked on.
        seconds: that a call may take.
    """
    from mcp.server.lowlevel import Server
    from mcp_types import CallToolResult, ListToolsResult, TextContent, Tool, ToolAnnotations

    reading = ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )
    tools = [
        Tool(
            name=tool.name,
            title=tool.title,
            description=tool.description,
            input_schema=tool.input_schema,
            output_schema=tool.output_schema,
            annotations=reading,
        )
        for tool in TOOLS
    ]

    async def list_tools(*_: object) -> ListToolsResult:
        return ListToolsResult(tools=tools)

    async def call_tool(context: Any, asked: Any) -> CallToolResult:  # noqa: ANN401 (of the library)
        given = asked.arguments or {}
        if context.request is not None:
            context.request.scope.setdefault("state", {})[ASKED] = {asked.name: given}
        deadline = Deadline(seconds)
        work = functools.partial(calls.call, asked.name, given, deadline)
        try:
            told = await pool.run(work, deadline)
        except HudhudError as error:
            told = Told(str(error))
        return CallToolResult(
            content=[TextContent(type="text", text=told.text)],
            structured_content=told.structure,
            is_error=told.is_error,
        )

    server: Server[Any] = Server(
        "hudhud",
        version=importlib.metadata.version("hudhud"),
        title="Hudhud",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    server.middleware.clear()
    return server


def run_stdio(calls: Calls, limits: Limits) -> None:
    """Serve whoever started this process over its standard input and output, until the input ends."""
    from mcp.server.stdio import stdio_server

    async def serve() -> None:
        pool = Pool("calls", limits.searches_at_once, limits.searches_waiting)
        server = server_of(calls, pool, limits.deadline_seconds)
        try:
            async with stdio_server() as (received, sent):
                await server.run(received, sent, server.create_initialization_options())
        finally:
            pool.close()

    asyncio.run(serve())


@asynccontextmanager
async def http_handler(calls: Calls, pool: Pool, limits: Limits) -> AsyncIterator[Handler]:
    """What answers requests over HTTP, each for itself: there are no sessions."""
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    manager = StreamableHTTPSessionManager(
        server_of(calls, pool, limits.deadline_seconds),
        json_response=True,
        stateless=True,
        max_request_body_size=limits.body_bytes,
    )
    async with manager.run():
        yield manager.handle_request
