"""The desk of the clients' accounts: answers orders, and tells each account what is its own."""

import asyncio
from collections.abc import Coroutine, Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from replayer_qt.core.money import decimal_of, floor9
from replayer_qt.practice.accounts import SideBet
from replayer_qt.practice.board import Row
from replayer_qt.practice.events import side_bet_printed, trade_printed
from replayer_qt.practice.faults import STATE, encode, is_rug, is_tick
from replayer_qt.practice.hall import Answer, Client, Hall
from replayer_qt.practice.luck import luck, trace
from replayer_qt.practice.member import Member
from replayer_qt.practice.members import Members
from replayer_qt.practice.messages import Message, Scene
from replayer_qt.practice.order_faults import (
    AckLost,
    DoubleAck,
    DoubleEcho,
    DropOwn,
    HandTrade,
    LateAck,
    NoAck,
    OrderFault,
    OrderFaults,
    Reject,
    Silent,
)
from replayer_qt.practice.orders import Buy, Order, Refusal, objection, read
from replayer_qt.practice.overlay import Overlay
from replayer_qt.practice.pace import Pace
from replayer_qt.practice.players import Trade
from replayer_qt.practice.private import (
    bet_result,
    done,
    name_status,
    player_state,
    player_update,
    refused,
)
from replayer_qt.practice.script import Step

TRADE: Final = "standard/newTrade"
MOST_IN_FLIGHT: Final = 256

# measured from the order to its trade, and from there on to each message that follows [ms]
TO_TRADE_MS: Final = 69
TO_UPDATE_MS: Final = 129
TO_STATE_MS: Final = 15
TO_ACK_MS: Final = 6
# measured from the result of a side bet at the rug to each message that follows [ms]
TO_BET_UPDATE_MS: Final = 12
TO_SALE_MS: Final = 9
TO_SETTLED_MS: Final = 10
TO_PUBLIC_RUG_MS: Final = 144


class _News(msgspec.Struct, frozen=True, kw_only=True):
    """What was done for an account, in the words of the event that tells of it."""

    event: str
    payload: Message

    @property
    def answer(self) -> Message:
        """What acknowledges it."""
        if self.event == TRADE:
            return done()
        return done({"message": "Side bet placed", "sidebet": self.payload})


class OrderDesk:
    """Keeps the accounts, serves their clients, and settles them before the public hears.

    Attributes:
        faults: what goes wrong with orders.
        members: the accounts.
    """

    def __init__(self, hall: Hall, pace: Pace, seed: int, cash: Decimal) -> None:
        self.members = Members(seed, cash)
        self.faults = OrderFaults(luck(seed, "order faults"))
        self._hall = hall
        self._pace = pace
        self._seed = seed
        self._overlay = Overlay(self.members)
        self._scene: Scene | None = None
        self._entries: dict[str, Row] = {}
        self._echo: tuple[Member, Message] | None = None
        self._traces = 0
        self._in_flight = 0
        self._tasks: set[asyncio.Task[None]] = set()
        hall.heard = self.hear
        hall.dress = self._overlay.dressed

    # --- what clients send -----------------------------------------------------------------------

    async def hear(
        self, client: Client, event: str, args: tuple[object, ...], answer: Answer
    ) -> None:
        """Serve one event of a client; whatever it holds, it is answered at most."""
        if event == "authenticate":
            self._authenticate(client, args, answer)
            return
        member = self.members.find(client.token)
        if member is None:
            answer(refused("Authentication required"))
        elif event == "checkUsername":
            self._hall.send("usernameStatus", [self._named(member)], client)
        else:
            await self._serve(member, event, args, answer)

    def inflict(self, fault: OrderFault) -> None:
        """Switch a fault of orders on; a trade by hand without count or share happens now."""
        if isinstance(fault, HandTrade) and fault.count is None and fault.share is None:
            for member in self.members:
                self._by_hand(member, fault.amount)
        else:
            self.faults.switch_on(fault)

    def clear(self) -> None:
        """Switch every fault of orders off."""
        self.faults.clear()
        for member in self.members:
            member.hushed = False

    async def close(self) -> None:
        """Tell nobody anything any more."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- what the script says --------------------------------------------------------------------

    async def settle(self, scene: Scene) -> None:
        """Pay and sell what the rug ends, and tell its owners, before the public hears of it."""
        self._enter(scene)
        concerned = [member for member in self.members if member.stake.is_open]
        if not concerned:
            return
        paid = [member for member in concerned if self._end_bet(member, scene)]
        await self._pace.wait(TO_BET_UPDATE_MS)
        for member in paid:
            self._update(member)
        await self._pace.wait(TO_SALE_MS)
        for member in concerned:
            trade = self.members.sell_out(member, scene, self._pace.now_ms())
            if trade is not None:
                self._say(member, _news(member, trade, scene))
                self._update(member)
        await self._pace.wait(TO_SETTLED_MS)
        for member in concerned:
            self._state(member)
        await self._pace.wait(TO_PUBLIC_RUG_MS)

    def before(self, step: Step) -> None:
        """Take note of a message that the public is about to hear."""
        if step.event != STATE:
            return
        scene = step.scene
        self._enter(scene)
        if scene.rugged and not is_rug(step.event, step.args):
            for member in self.members:
                if member.stake_in(scene.round.number).took_part:
                    self._update(member)

    def public(self, step: Step) -> tuple[tuple[Any, ...], str | None]:
        """Return a message's arguments as the public hears them, and the account that does not.

        At the moments when the venue shows one trade of many, it may be an account's; its owner
        has heard of it before.
        """
        *first, payload = step.args
        if step.event == STATE and isinstance(payload, dict):
            return (*first, self._overlay.dressed(payload, step.scene)), None
        if step.event == TRADE and self._echo is not None:
            (member, trade), self._echo = self._echo, None
            if trade["gameId"] == step.scene.round.round_id:
                return (*first, trade), member.token
        return step.args, None

    def after(self, step: Step) -> None:
        """Tell every account what follows a message that the public has heard."""
        payload = step.args[-1]
        if step.event != STATE or not isinstance(payload, dict):
            return
        scene = step.scene
        if is_tick(step.event, step.args):
            for member in self.members:
                if member.stake.bet is not None and member.stake.bet.end <= scene.tick:
                    self._end_bet(member, scene)
                    self._update(member)
        elif scene.active and scene.tick == 0 and "gameHistory" not in payload:
            for member in self.members:
                self._update(member)
        self._entries = self._overlay.entries(payload, scene)
        for member in self.members:
            self._state(member, scene)

    def _enter(self, scene: Scene) -> None:
        # the last word on a round may come after the first on the next one
        if self._scene is None or scene.round.number >= self._scene.round.number:
            self._scene = scene
        self.members.enter(scene.round.number)

    # --- one order -------------------------------------------------------------------------------

    def _authenticate(self, client: Client, args: tuple[object, ...], answer: Answer) -> None:
        payload = args[-1] if args else None
        token = payload.get("token") if isinstance(payload, Mapping) else None
        member = self.members.enroll(token)
        if member is None or self._scene is None:
            answer(refused("Authentication failed"))
            return
        client.token = member.token
        member.hushed = False
        state = player_state(self._scene, self._entries.get(member.token)) | {"trades": []}
        for event, packet in (
            ("playerUpdate", encode(("playerUpdate", (player_update(member, self._scene),)))),
            ("gameStatePlayerUpdate", encode(("gameStatePlayerUpdate", (state,)))),
            ("usernameStatus", self._named(member)),
        ):
            self._hall.send(event, [packet], client)

    async def _serve(
        self, member: Member, event: str, args: tuple[object, ...], answer: Answer
    ) -> None:
        order = read(event, args)
        wrong = order if isinstance(order, Refusal) else self._objection(member, order)
        if wrong is not None:
            answer(refused(wrong.why))
        elif not isinstance(order, Refusal):
            await self._meet(member, order, self.faults.meet(), answer)

    def _objection(self, member: Member, order: Order) -> Refusal | None:
        if self._in_flight >= MOST_IN_FLIGHT:
            return Refusal("Too many orders at once")
        if self._scene is None:
            return Refusal("The round has not opened")
        return objection(order, member.stake, member.cash, self._scene)

    async def _meet(
        self, member: Member, order: Order, fault: OrderFault | None, answer: Answer
    ) -> None:
        if isinstance(fault, Silent):
            return
        if isinstance(fault, Reject):
            answer(refused(fault.error))
            return
        news = self._execute(member, order)
        if isinstance(news, Refusal):
            answer(refused(news.why))
            return
        if isinstance(fault, HandTrade):
            self._by_hand(member, fault.amount)
        if isinstance(fault, AckLost):
            member.hushed = True
            self._say(member, news)
            return
        self._in_flight += 1
        try:
            await self._tell_of(member, news, fault)
            await self._acknowledge(news.answer, fault, answer)
        finally:
            self._in_flight -= 1

    def _execute(self, member: Member, order: Order, *, by_hand: bool = False) -> _News | Refusal:
        if self._scene is None:
            return Refusal("The round has not opened")
        now_ms = self._pace.now_ms()
        outcome = self.members.execute(member, order, self._scene, now_ms, by_hand=by_hand)
        return outcome if isinstance(outcome, Refusal) else _news(member, outcome, self._scene)

    async def _tell_of(self, member: Member, news: _News, fault: OrderFault | None) -> None:
        await self._pace.wait(TO_TRADE_MS)
        times = 0 if isinstance(fault, DropOwn) else 2 if isinstance(fault, DoubleEcho) else 1
        self._say(member, news, times)
        await self._pace.wait(TO_UPDATE_MS)
        self._update(member)
        await self._pace.wait(TO_STATE_MS)
        self._state(member)

    async def _acknowledge(
        self, payload: Message, fault: OrderFault | None, answer: Answer
    ) -> None:
        await self._pace.wait(TO_ACK_MS)
        if isinstance(fault, NoAck):
            return
        if isinstance(fault, LateAck):
            await asyncio.sleep(fault.seconds)
        answer(payload)
        if isinstance(fault, DoubleAck):
            answer(payload)

    def _by_hand(self, member: Member, amount: float) -> None:
        if self._in_flight >= MOST_IN_FLIGHT:
            return
        order = Buy(amount=floor9(decimal_of(amount)))
        news = self._execute(member, order, by_hand=True)
        if not isinstance(news, Refusal):
            self._begin(self._tell_of_hand(member, news))

    async def _tell_of_hand(self, member: Member, news: _News) -> None:
        self._in_flight += 1
        try:
            await self._tell_of(member, news, None)
        finally:
            self._in_flight -= 1

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- what accounts are told ------------------------------------------------------------------

    def _end_bet(self, member: Member, scene: Scene) -> bool:
        bet = member.stake.bet
        if bet is None:
            return False
        now_ms = self._pace.now_ms()
        won = scene.rugged and bet.wins(scene.tick)
        ended = self.members.end_bet(member, scene, now_ms, won=won)
        if ended is not None:
            self._overlay.remember(bet, member, scene.round, now_ms)
            self._tell(member, "currentSidebetResult", bet_result(member, ended, now_ms))
        return True

    def _say(self, member: Member, news: _News, times: int = 1) -> None:
        """Tell the account so often, and the public in its own way."""
        for _ in range(times):
            self._tell(member, news.event, news.payload)
        if news.event == TRADE:
            self._echo = member, news.payload
        elif not self._hall.mute:
            packet = encode(("newSideBet", (self._trace(), news.payload)))
            unheard = member.token if member.hushed or not times else None
            self._hall.broadcast("newSideBet", [packet], but=unheard)

    def _update(self, member: Member) -> None:
        scene, member.hushed = self._scene, False
        if scene is not None:
            packet = encode(("playerUpdate", (player_update(member, scene),)))
            self._hall.tell("playerUpdate", [packet], to=member.token)

    def _state(self, member: Member, scene: Scene | None = None) -> None:
        told = scene or self._scene
        if told is not None and not member.hushed:
            payload = player_state(told, self._entries.get(member.token))
            packet = encode(("gameStatePlayerUpdate", (payload,)))
            self._hall.tell("gameStatePlayerUpdate", [packet], to=member.token)

    def _tell(self, member: Member, event: str, payload: Message) -> None:
        if not member.hushed:
            self._hall.tell(event, [encode((event, (self._trace(), payload)))], to=member.token)

    def _named(self, member: Member) -> str:
        return encode(("usernameStatus", (self._trace(), name_status(member))))

    def _trace(self) -> Message:
        self._traces += 1
        return trace(luck(self._seed, "private", self._traces))


def _news(member: Member, outcome: Trade | SideBet, scene: Scene) -> _News:
    round_id = scene.round.round_id
    if isinstance(outcome, Trade):
        return _News(event=TRADE, payload=trade_printed(outcome, round_id, member.player))
    payload = side_bet_printed(outcome, round_id, member.player)
    return _News(event="currentSidebet", payload=payload)
