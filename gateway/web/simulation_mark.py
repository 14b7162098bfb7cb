"""ASGI middleware: says of every answer that a simulation gave it."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SIMULATION_HEADER = "Schakel-Simulatie"
SIMULATED_NAME = " (SIMULATIE)"
"""After the title of the published document of an application that is one."""


class SimulationMark:
    """Adds `Schakel-Simulatie: ja` to whatever the application answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[SIMULATION_HEADER] = "ja"
            await send(message)

        await self._app(scope, receive, marked)
