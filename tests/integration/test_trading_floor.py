"""The whole way of an order: door, gate, trail, the venue's socket, its word, the ledger."""

import itertools
from contextlib import AsyncExitStack
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from replayer_qt.adapters.audit.verify import verify_trail
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.kill_latch import LatchFile
from replayer_qt.adapters.log_setup import Redactor
from replayer_qt.core.commands import Connect, Disconnect
from replayer_qt.core.order_events import ArmState
from replayer_qt.core.orders import Mode, OrderId, OrderSide, OrderState
from replayer_qt.core.phase import Phase
from replayer_qt.core.settings import FeedSettings, RiskSettings, Settings, TradingSettings
from replayer_qt.core.trade_commands import Arm, Buy, Kill, LiftKill, PlaceSideBet, Sell
from replayer_qt.core.units import PRACTICE
from replayer_qt.machine import Machine, Till, assemble
from tests.helpers.exchange import RunningExchange, practice_exchange
from tests.integration.test_socket_to_disk import until

pytestmark = pytest.mark.timeout(180)

SETTINGS = Settings(
    feed=FeedSettings(backoff_base_s=0.05, backoff_cap_s=0.2),
    risk=RiskSettings(duplicate_ms=0, collar_percent=0, refuse_gapped=False),
)


class Trader:
    """A program without a window, and hands that know its doors."""

    def __init__(self, machine: Machine) -> None:
        assert machine.trade is not None
        self.machine, self.door = machine, machine.trade
        self.keys = (OrderId(f"k{number}") for number in itertools.count(1))
        self.problems: list[str] = []
        machine.host.advanced.connect(self._hear)

    def _hear(self, advance) -> None:
        self.problems += [event.code for event in advance.events if hasattr(event, "remedy")]

    @property
    def trading(self):
        return self.machine.host.state.accounts.get(PRACTICE)

    @property
    def market(self):
        return self.machine.host.state.markets[PRACTICE]

    def order(self, key):
        return None if self.trading is None else self.trading.book.find(key)

    def ask(self, kind, **wish) -> OrderId:
        key = next(self.keys)
        self.door.obey(kind(stream=PRACTICE, key=key, **wish))
        return key

    async def over(self, key):
        await until(lambda: (order := self.order(key)) is not None and order.is_over)
        return self.order(key)

    async def armed(self) -> None:
        await until(lambda: self.trading is not None and self.trading.stated is not None)
        self.door.obey(Arm(stream=PRACTICE))
        await until(lambda: self.trading.arming.state is ArmState.ARMED)

    async def early(self, *, before: int = 12) -> None:
        """Wait for the first ticks of a round."""
        await until(lambda: PRACTICE in self.machine.host.state.markets)
        await until(
            lambda: (
                self.market.round is not None
                and self.market.round.phase is Phase.ACTIVE
                and 0 <= self.market.round.tick < before
            ),
            within_s=90,  # a start that was missed on a busy machine costs a whole round
        )


async def trader(
    stack: AsyncExitStack, folder: Path, url: str, settings: Settings = SETTINGS
) -> Trader:
    (folder / "recordings").mkdir(exist_ok=True)
    machine = await assemble(
        stack,
        settings=settings,
        clock=SystemClock(),
        recordings=folder / "recordings",
        app_version="test",
        till=Till(folder=folder, profile="test", redactor=Redactor()),
    )
    hands = Trader(machine)
    machine.desk.obey(Connect(venue="practice", url=url))
    return hands


def deals(exchange: RunningExchange):
    """Return what the exchange did for all accounts."""
    told = exchange.ask("GET", "/accounts")["accounts"]
    return [deal for one in told for deal in one["deals"]]


def records(folder: Path):
    lines = itertools.chain.from_iterable(
        path.read_bytes().splitlines() for path in sorted((folder / "audit").glob("*.jsonl"))
    )
    return [msgspec.json.decode(line) for line in lines]


@pytest.mark.slow
async def test_a_session_on_the_practice_exchange_ends_with_the_ledger_that_the_exchange_has(
    qapp, tmp_path
):
    """S2-Q10, N1, N4, N17, S2-Q4: bought, sold in part, bet, rugged: the same to the last digit."""
    with practice_exchange(5, 6.0) as exchange:
        async with AsyncExitStack() as stack:
            hands = await trader(stack, tmp_path, exchange.url)
            await hands.armed()
            await hands.early()
            bought = await hands.over(hands.ask(Buy, amount=Decimal("0.02")))
            assert bought.state is OrderState.FILLED, bought
            sold = await hands.over(hands.ask(Sell, share=50))
            bet = await hands.over(hands.ask(PlaceSideBet, amount=Decimal("0.01")))
            assert {sold.state, bet.state} == {OrderState.FILLED}
            began = bought.request.round_id
            await until(
                lambda: (
                    hands.market.round.round_id != began
                    and not hands.trading.account.holding.quantity
                    and hands.trading.account.bet is None
                ),
                within_s=50,
            )
            account = hands.trading.account
            assert hands.trading.drift == ()
            told = exchange.ask("GET", "/accounts")["accounts"]
            (theirs,) = [one for one in told if one["deals"]]
            assert account.cash == Decimal(theirs["cash"])
            assert account.holding.quantity == Decimal(theirs["quantity"]) == 0
            assert [hop.state.value for hop in bought.hops][:3] == ["requested", "gated", "sent"]
            assert len({entry.number for entry in account.entries}) == account.entry_count
            key = bought.order_id
    trail = records(tmp_path)
    followed = [line["event"] for line in trail if line["correlation_id"] == key]
    assert followed[:3] == ["OrderRequested", "OrderGated", "OrderSent"]
    assert followed[-1] in {"OrderFilled", "OrderAcknowledged"}
    assert not verify_trail(tmp_path / "audit").damage


async def test_the_kill_switch_holds_over_a_restart_and_lets_a_person_sell(qapp, tmp_path):
    """KS-01, S4-4a, D1, D5, BR-07: latched, refused, exits open, lifted by a typed word."""
    with practice_exchange(5, 6.0) as exchange:
        async with AsyncExitStack() as stack:
            hands = await trader(stack, tmp_path, exchange.url)
            await hands.armed()
            await hands.early()
            bought = await hands.over(hands.ask(Buy, amount=Decimal("0.02")))
            assert bought.state is OrderState.FILLED, bought
            hands.door.obey(Kill(by="button"))
            assert LatchFile(tmp_path, SystemClock()).is_on()
            refused = [hands.order(hands.ask(Buy, amount=Decimal("0.02"))) for _ in range(50)]
            assert {order.state for order in refused} == {OrderState.REFUSED}
            assert {order.verdict.code for order in refused} == {"kill_switch_active"}
            sold = await hands.over(hands.ask(Sell, share=100))
            assert sold.state in {OrderState.FILLED, OrderState.REJECTED, OrderState.EXPIRED}
        async with AsyncExitStack() as stack:
            again = await trader(stack, tmp_path, exchange.url)
            assert again.machine.host.state.kill.on
            again.door.obey(LiftKill(typed="resume please"))
            assert again.machine.host.state.kill.on
            again.door.obey(LiftKill(typed="RESUME", reason="tested"))
            assert not again.machine.host.state.kill.on
            assert not LatchFile(tmp_path, SystemClock()).is_on()
        deals = [
            deal for one in exchange.ask("GET", "/accounts")["accounts"] for deal in one["deals"]
        ]
        assert sum(deal["event"] == "buyOrder" for deal in deals) == 1


async def test_no_order_leaves_when_its_decision_can_not_be_written(qapp, tmp_path, caplog):
    """AU-01, D4: the trail's place can't be used: the gate closes, the kill switch is pressed."""
    (tmp_path / "audit").write_text("in the way")
    with practice_exchange(5, 6.0) as exchange:
        async with AsyncExitStack() as stack:
            hands = await trader(stack, tmp_path, exchange.url)
            await until(lambda: hands.machine.host.state.kill.on)
            assert "audit-failed" in hands.problems
            await until(lambda: hands.trading is not None and hands.trading.stated is not None)
            order = hands.order(hands.ask(Buy, amount=Decimal("0.02")))
            assert order.state is OrderState.REFUSED
            codes = {reason.code for reason in order.verdict.reasons}
            assert {"audit_unavailable", "kill_switch_active"} <= codes
        deals = [
            deal for one in exchange.ask("GET", "/accounts")["accounts"] for deal in one["deals"]
        ]
        assert deals == []


async def test_another_program_presses_the_kill_switch_and_this_one_obeys(qapp, tmp_path):
    """KS-03, KS-06, FAULTS C6: the command line's press reaches a running program."""
    with practice_exchange(5, 6.0) as exchange:
        async with AsyncExitStack() as stack:
            hands = await trader(stack, tmp_path, exchange.url)
            await hands.armed()
            LatchFile(tmp_path, SystemClock()).press(by="command-line", reason="tested")
            await until(lambda: hands.machine.host.state.kill.on)
            assert hands.machine.host.state.kill.by == "command-line"
            await until(lambda: not hands.trading.arming.is_armed)
            LatchFile(tmp_path, SystemClock()).lift(reason="over")
            await until(lambda: not hands.machine.host.state.kill.on)
            assert not hands.trading.arming.is_armed, "lifting arms nobody"


async def test_a_paper_account_trades_where_the_venue_is_only_watched(qapp, tmp_path):
    """PT-02: the same door and gate; the venue hears of nothing."""
    paper = msgspec.structs.replace(SETTINGS, trading=TradingSettings(practice_mode="paper"))
    with practice_exchange(5, 6.0) as exchange:
        async with AsyncExitStack() as stack:
            hands = await trader(stack, tmp_path, exchange.url, paper)
            await until(lambda: hands.trading is not None)
            assert hands.trading.mode is Mode.PAPER
            await hands.early()
            order = await hands.over(hands.ask(Buy, amount=Decimal("0.02")))
            assert order.state is OrderState.FILLED, order
            assert order.request.side is OrderSide.BUY
        deals = [
            deal for one in exchange.ask("GET", "/accounts")["accounts"] for deal in one["deals"]
        ]
        assert deals == []


async def test_an_order_is_on_stable_storage_before_it_leaves(qapp, tmp_path):
    """FAULTS G3, AU-01: when the venue has an order the trail has its decision."""
    with practice_exchange(5, 6.0) as exchange:
        async with AsyncExitStack() as stack:
            hands = await trader(stack, tmp_path, exchange.url)
            await hands.armed()
            await hands.early()
            key = hands.ask(Buy, amount=Decimal("0.02"))
            assert hands.order(key).state is OrderState.GATED, "it waits for its line"
            await until(lambda: hands.order(key).state is not OrderState.GATED)
            gated = [one for one in records(tmp_path) if one["event"] == "OrderGated"]
            assert [one["correlation_id"] for one in gated] == [key]
            await hands.over(key)


async def test_a_paper_account_goes_on_where_the_last_run_left_it(qapp, tmp_path):
    """S4-4b, N17: cash and the day's result persist over a restart."""
    paper = msgspec.structs.replace(SETTINGS, trading=TradingSettings(practice_mode="paper"))
    with practice_exchange(5, 6.0) as exchange:
        async with AsyncExitStack() as stack:
            hands = await trader(stack, tmp_path, exchange.url, paper)
            await until(lambda: hands.trading is not None)
            await hands.early()
            await hands.over(hands.ask(Buy, amount=Decimal("0.5")))
            await hands.over(hands.ask(Sell, share=100))
            left = hands.trading.account
        async with AsyncExitStack() as stack:
            again = await trader(stack, tmp_path, exchange.url, paper)
            await until(lambda: again.trading is not None)
            assert again.trading.account.cash == left.cash != 10
            assert again.trading.account.day_result == left.day_result


async def test_connecting_anew_to_the_same_exchange_goes_on_with_the_same_account(qapp, tmp_path):
    """S3-T6: what is held there is still held, nothing is called drift, and nobody is killed."""
    with practice_exchange(5, 6.0) as exchange:
        async with AsyncExitStack() as stack:
            hands = await trader(stack, tmp_path, exchange.url)
            await hands.armed()
            await hands.early()
            await hands.over(hands.ask(Buy, amount=Decimal("0.9")))
            hands.machine.desk.obey(Disconnect())
            await until(lambda: hands.machine.host.state.live is None)
            hands.machine.desk.obey(Connect(venue="practice"))  # the address is remembered
            # nothing that was stated before the connection counts
            await until(lambda: hands.trading.stated is not None and hands.trading.stated.fresh)
            (account,) = exchange.ask("GET", "/accounts")["accounts"]
            await until(lambda: hands.trading.account.cash == Decimal(account["cash"]))
            assert hands.trading.drift == ()
            assert not hands.machine.host.state.kill.on


async def test_an_order_whose_fate_the_last_run_did_not_see_is_told_of(qapp, tmp_path):
    """FAULTS O7: what was allowed and has no end is unknown at the start, never sent again."""
    with practice_exchange(5, 6.0) as exchange:
        async with AsyncExitStack() as stack:
            hands = await trader(stack, tmp_path, exchange.url)
            await hands.armed()
            await hands.early()
            exchange.fault("silent", count=5)
            key = hands.ask(Buy, amount=Decimal("0.02"))
            await until(lambda: hands.order(key).state is OrderState.SENT)
        async with AsyncExitStack() as stack:
            again = await trader(stack, tmp_path, exchange.url)
            await until(lambda: again.order(key) is not None)
            assert again.order(key).state is OrderState.UNKNOWN
        assert deals(exchange) == []


async def test_a_part_whose_thread_ends_is_told_of_within_two_seconds(qapp, tmp_path):
    """S2-Q6: the trail's thread is stopped under the program; its own line says so."""
    async with AsyncExitStack() as stack:
        (tmp_path / "recordings").mkdir()
        machine = await assemble(
            stack,
            settings=SETTINGS,
            clock=SystemClock(),
            recordings=tmp_path / "recordings",
            app_version="test",
            till=Till(folder=tmp_path, profile="test", redactor=Redactor()),
        )
        parts = machine.host.state.parts
        assert {name for name, part in parts.items() if part.works} == set(parts)
        assert len(parts) == 5
        machine.recorder.stop()
        await until(lambda: not machine.host.state.parts["Recorder"].works, within_s=2)
        others = [
            part.works for name, part in machine.host.state.parts.items() if name != "Recorder"
        ]
        assert all(others)
