"""The control channel: JSON over HTTP on loopback, for whoever knows the session's token."""

import hmac
from typing import Any, Final, Protocol

import msgspec
from aiohttp import web

from replayer_qt.practice.door import Handler, our_host_only
from replayer_qt.practice.faults import Fault, check
from replayer_qt.practice.rounds import Round

BODY_LIMIT: Final = 1_000_000


class Controlled(Protocol):
    """What the control channel needs of an exchange."""

    token: str
    speed: float

    def accounts(self, token: str | None = None) -> dict[str, Any]:
        """Return every account, or one of them, with what it did."""
        ...

    def status(self) -> dict[str, Any]:
        """Return what goes on."""
        ...

    def truth(self) -> list[Round]:
        """Return the finished rounds that are kept, oldest first."""
        ...

    def inflict(self, fault: Fault) -> None:
        """Switch a fault on."""
        ...

    async def clear(self) -> None:
        """Switch every fault off."""
        ...


class _Speed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    speed: float


def control_app(exchange: Controlled) -> web.Application:
    """Return the application behind the control port.

    `POST /fault` with the members of a fault of `faults` and its name in `fault`, `POST /clear`,
    `POST /speed` with `speed`, `GET /status`, `GET /rounds`, `GET /accounts`, of which
    `?token=` chooses one. Every request carries the session's token as
    `Authorization: Bearer TOKEN`.
    """
    desk = _Desk(exchange)
    app = web.Application(middlewares=[our_host_only, desk.known_only], client_max_size=BODY_LIMIT)
    app.router.add_post("/fault", desk.fault)
    app.router.add_post("/clear", desk.clear)
    app.router.add_post("/speed", desk.speed)
    app.router.add_get("/status", desk.status)
    app.router.add_get("/rounds", desk.rounds)
    app.router.add_get("/accounts", desk.accounts)
    return app


class _Desk:
    def __init__(self, exchange: Controlled) -> None:
        self._exchange = exchange

    @web.middleware
    async def known_only(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        # a browser names the page's origin; no page has business here, token or not
        if "Origin" in request.headers:
            return _answer({"error": "pages are not served"}, status=403)
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._exchange.token.encode()):
            return _answer({"error": "the token is missing or wrong"}, status=401)
        return await handler(request)

    async def fault(self, request: web.Request) -> web.Response:
        try:
            fault = msgspec.json.decode(await request.read(), type=Fault)
        except msgspec.MsgspecError as error:
            return _answer({"error": str(error)}, status=400)
        if (wrong := check(fault)) is not None:
            return _answer({"error": wrong}, status=400)
        self._exchange.inflict(fault)
        return _answer({"ok": True})

    async def clear(self, _request: web.Request) -> web.Response:
        await self._exchange.clear()
        return _answer({"ok": True})

    async def speed(self, request: web.Request) -> web.Response:
        try:
            asked = msgspec.json.decode(await request.read(), type=_Speed)
        except msgspec.MsgspecError as error:
            return _answer({"error": str(error)}, status=400)
        if not 0.1 <= asked.speed <= 1_000:
            return _answer({"error": "speed is from 0.1 to 1000"}, status=400)
        self._exchange.speed = asked.speed
        return _answer({"ok": True})

    async def status(self, _request: web.Request) -> web.Response:
        return _answer(self._exchange.status())

    async def rounds(self, _request: web.Request) -> web.Response:
        told = [
            {
                "round_id": game.round_id,
                "seed": game.seed,
                "seed_hash": game.seed_hash,
                "rug_tick": game.rug_tick,
                "prices": game.prices,
            }
            for game in self._exchange.truth()
        ]
        return _answer({"rounds": told})

    async def accounts(self, request: web.Request) -> web.Response:
        return _answer(self._exchange.accounts(request.query.get("token")))


def _answer(body: dict[str, Any], *, status: int = 200) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(body), status=status, content_type="application/json"
    )
