"""The accounts of the exchange's clients, and the book of all that was carried out for them."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import msgspec

from replayer_qt.core.units import RoundId
from replayer_qt.practice.accounts import SideBet
from replayer_qt.practice.luck import hexadecimal, identifier, luck
from replayer_qt.practice.member import PAYOUT, RUG, Deal, Member
from replayer_qt.practice.messages import Scene
from replayer_qt.practice.orders import BET, BUY, SELL, Bet, Buy, Order, Refusal, Sell, objection
from replayer_qt.practice.players import Player, Trade
from replayer_qt.practice.stake import from_nano, nano

MOST_MEMBERS: Final = 256
BOOK_LIMIT: Final = 100_000
ROUNDS_COUNTED: Final = 4
LEVEL: Final = 7

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]{1,64}")


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """A side bet that is over.

    Attributes:
        tick: when.
        price: at that tick [multiplier].
        paid: what it brought [SOL].
    """

    bet: SideBet
    round_id: RoundId
    won: bool
    tick: int
    price: float
    paid: Decimal


class Members:
    """All accounts; each begins with the same cash, and none is ever forgotten.

    Args:
        seed: the exchange's own seed.
        cash: what an account begins with [SOL].

    Attributes:
        trades: made by accounts, by round.
        dealt: deals so far; the book keeps the newest 100,000.
    """

    def __init__(self, seed: int, cash: Decimal) -> None:
        self.trades: Counter[int] = Counter()
        self.dealt = 0
        self._seed = seed
        self._cash = cash
        self._members: dict[str, Member] = {}
        self._book: deque[Deal] = deque(maxlen=BOOK_LIMIT)
        self._number = -1

    def __iter__(self) -> Iterator[Member]:
        return iter(tuple(self._members.values()))

    def find(self, token: str | None) -> Member | None:
        """Return the account of `token`, if there is one."""
        return self._members.get(token) if token is not None else None

    def enroll(self, token: object) -> Member | None:
        """Return the account of `token`, a new one if need be.

        None if the token is no text of at most 64 safe characters, or for account 257.
        """
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            return None
        if token not in self._members:
            if len(self._members) >= MOST_MEMBERS:
                return None
            self._members[token] = Member(token, self._player(token), self._cash, self._number)
        return self._members[token]

    def enter(self, number: int) -> None:
        """Let every account begin the round `number`."""
        self._number = max(self._number, number)
        for member in self:
            member.enter(number)
        for old in [one for one in self.trades if one <= self._number - ROUNDS_COUNTED]:
            del self.trades[old]

    def execute(
        self, member: Member, order: Order, scene: Scene, at_ms: int, *, by_hand: bool = False
    ) -> Trade | SideBet | Refusal:
        """Carry an order out at the price of the scene's tick, or say why not.

        Args:
            member: whose order it is.
            order: what is asked for.
            scene: where the round is.
            at_ms: the exchange's time [ms since the Unix epoch, UTC].
            by_hand: nobody asked for it through a client.
        """
        wrong = objection(order, member.stake, member.cash, scene)
        if wrong is not None:
            return wrong
        if isinstance(order, Bet):
            return self._bet(member, order.amount, scene, at_ms)
        if isinstance(order, Buy):
            return self._buy(member, order.amount, scene, at_ms, by_hand=by_hand)
        quantity = member.stake.share(order.percentage)
        return self._sell(member, quantity, scene, at_ms, order)

    def sell_out(self, member: Member, scene: Scene, at_ms: int) -> Trade | None:
        """Sell all that the account holds at the rug's price; None if it holds nothing."""
        quantity = member.stake.holding.quantity
        return self._sell(member, quantity, scene, at_ms, None) if quantity else None

    def end_bet(self, member: Member, scene: Scene, at_ms: int, *, won: bool) -> Settled | None:
        """Settle the account's side bet; None if it has none."""
        bet = member.stake.bet
        if bet is None:
            return None
        paid = member.settle(won=won, tick=scene.tick)
        deal = self._deal(member, PAYOUT, scene, at_ms)
        stake = from_nano(bet.stake)
        self._enter(msgspec.structs.replace(deal, amount=stake, proceeds=paid))
        return Settled(
            bet=bet,
            round_id=scene.round.round_id,
            won=won,
            tick=scene.tick,
            price=scene.price,
            paid=paid,
        )

    def report(self, token: str | None = None) -> list[dict[str, Any]]:
        """Return each account with its deals in the book, or one account's alone."""
        chosen = [one for one in self if token in {None, one.token}]
        deals: dict[str, list[Deal]] = {one.token: [] for one in chosen}
        for deal in self._book:
            if deal.token in deals:
                deals[deal.token].append(deal)
        return [_told(one, deals[one.token]) for one in chosen]

    def _player(self, token: str) -> Player:
        chance = luck(self._seed, "member", token)
        return Player(
            player_id="did:privy:cm" + hexadecimal(chance, 23),
            username=f"trader-{hexadecimal(chance, 6)}",
            level=LEVEL,
            stake=0,
            nerve=0.0,
        )

    def _buy(
        self, member: Member, amount: Decimal, scene: Scene, at_ms: int, *, by_hand: bool
    ) -> Trade:
        quantity = member.buy(amount, scene.price, scene.tick)
        deal = self._deal(member, BUY, scene, at_ms)
        deal = msgspec.structs.replace(deal, amount=amount, quantity=quantity, by_hand=by_hand)
        return self._traded(deal, buys=True, amount=amount)

    def _sell(
        self, member: Member, quantity: Decimal, scene: Scene, at_ms: int, order: Sell | None
    ) -> Trade:
        got = member.sell(quantity, scene.price, scene.tick)
        deal = self._deal(member, RUG if order is None else SELL, scene, at_ms)
        deal = msgspec.structs.replace(deal, quantity=quantity, proceeds=got)
        if order is not None:
            deal = msgspec.structs.replace(deal, percentage=order.percentage)
        return self._traded(deal, buys=False, amount=got)

    def _traded(self, deal: Deal, *, buys: bool, amount: Decimal) -> Trade:
        self._enter(deal)
        self.trades[self._number] += 1
        return Trade(
            trade_id=identifier(luck(self._seed, "trade", deal.number)),
            player=-1,
            buys=buys,
            tick=deal.tick,
            price=deal.price,
            amount=nano(amount),
            units=nano(deal.quantity),
        )

    def _bet(self, member: Member, amount: Decimal, scene: Scene, at_ms: int) -> SideBet:
        chance = luck(self._seed, "bet", self.dealt)
        bet = SideBet(
            bet_id=identifier(chance),
            payout_id=identifier(chance),
            player=-1,
            start=scene.tick,
            stake=nano(amount),
            placed_ms=at_ms,
            price=scene.price,
        )
        member.place(bet)
        deal = self._deal(member, BET, scene, at_ms)
        self._enter(msgspec.structs.replace(deal, amount=amount))
        return bet

    def _deal(self, member: Member, event: str, scene: Scene, at_ms: int) -> Deal:
        return Deal(
            number=self.dealt,
            token=member.token,
            event=event,
            round_id=scene.round.round_id,
            tick=scene.tick,
            price=scene.price,
            cash=member.cash,
            at_ms=at_ms,
        )

    def _enter(self, deal: Deal) -> None:
        self._book.append(deal)
        self.dealt += 1


def _told(member: Member, deals: list[Deal]) -> dict[str, Any]:
    stake = member.stake
    return {
        "token": member.token,
        "player_id": member.player.player_id,
        "username": member.player.username,
        "cash": member.cash,
        "quantity": stake.holding.quantity,
        "basis": stake.holding.basis,
        "average": stake.holding.average,
        "bet": stake.bet and {"start": stake.bet.start, "end": stake.bet.end,
                              "amount": from_nano(stake.bet.stake)},
        "deals": deals,
    }  # fmt: skip
