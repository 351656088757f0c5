"""Folds an account over its own events: each change of the cash is one entry of the ledger."""

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from replayer_qt.core.account import (
    CLOSED_KEPT,
    ENTRIES_KEPT,
    ROUNDS_KEPT,
    Account,
    Closed,
    Entry,
    EntryKind,
    OpenBet,
)
from replayer_qt.core.events import Event
from replayer_qt.core.money import (
    NOTHING,
    SIDE_BET_WINDOW,
    Holding,
    is_money,
    is_price,
    proceeds,
    with_lot,
    with_sold,
)
from replayer_qt.core.order_events import (
    AccountOpened,
    Deposited,
    OrderFilled,
    PositionLiquidated,
    Rebaselined,
    SideBetClosed,
)
from replayer_qt.core.orders import Fill, Mode, OrderSide
from replayer_qt.core.round_results import appended, rounds_with
from replayer_qt.core.tally import Tally, tallied
from replayer_qt.core.units import NANOS_PER_SECOND, Nanos, RoundId

END_UNSEEN: Final = "its end was not seen; counted as lost"
TOLD_LATE: Final = "told when another round had begun"

_DAY: Final = 86_400 * NANOS_PER_SECOND
_PAPER: Final = Mode.PAPER
_PURCHASE: Final = OrderSide.BUY
_SALE: Final = OrderSide.SELL
_STAKE: Final = OrderSide.SIDE_BET
_BUY: Final = EntryKind.BUY
_SELL: Final = EntryKind.SELL
_RUG: Final = EntryKind.RUG
_SIDE_BET: Final = EntryKind.SIDE_BET
_PAYOUT: Final = EntryKind.PAYOUT


def fold_account(account: Account, event: Event) -> Account:
    """Return the account after `event`; what makes no sense is counted and changes nothing.

    Nothing that a venue says was paid is lost, though: of a sale of more than is held all is sold.
    A fill in a new round means that what was held or bet before is gone unseen, and lost. A fill
    of an earlier round changes the cash alone: what it bought is gone, what it sold was counted as
    lost before. All of these are counted too.

    Paper money that is not there can't be spent; a venue's word on its own money is booked even
    then. Days are of UTC; a clock set back does not begin an earlier one.
    """
    if type(event) is OrderFilled:
        return _filled(account, event, event.fill)
    match event:
        case PositionLiquidated(fill=fill):
            return _rugged(account, event, fill)
        case SideBetClosed():
            return _settled(account, event)
        case AccountOpened():
            return _opened(account, event)
        case Deposited():
            return _deposited(account, event)
        case Rebaselined():
            return _rebaselined(account, event)
        case _:
            return account


def ended_unseen(account: Account, at: Nanos, note: str = END_UNSEEN) -> Account:
    """Return the account with what is open booked as lost: its round is over, nobody saw how.

    Args:
        account: before.
        at: when that became known [ns since the Unix epoch, UTC].
        note: why, in plain words; it stands in the entries.
    """
    if account.bet is not None:
        account = _bet_ended(_refused(account), account.bet, at, note=note)
    basis = account.holding.basis
    if not account.holding.quantity:
        return account
    entry = Entry(
        number=account.entry_count + 1,
        at=at,
        kind=_RUG,
        amount=NOTHING,
        cash=account.cash,
        realised=-basis,
        quantity=account.holding.quantity,
        round_id=account.round_id,
        note=note,
    )
    closed = _closed(entry, f"unseen:{account.round_id}", basis, account.since)
    return _with_entry(_refused(account), entry, closed, Holding(), -1, account.bet)


def _filled(account: Account, event: OrderFilled, fill: Fill) -> Account:
    amount, quantity, side = fill.amount, fill.quantity, fill.side
    spends = side is not _SALE
    if not (account.opened and is_money(amount) and is_money(quantity) and is_price(fill.price)):
        return _refused(account)
    if amount < 0 or quantity < 0 or (not quantity and side is not _STAKE):
        return _refused(account)
    if spends and amount > account.cash and account.mode is _PAPER:
        return _refused(account)
    if fill.round_id != account.round_id and account.round_id is not None:
        if any(one.round_id == fill.round_id for one in account.rounds):
            return _told_late(account, event, fill)
        account = ended_unseen(account, event.at)
    if side is _PURCHASE:
        return _bought(account, event, fill)
    return _sold(account, event, fill) if side is _SALE else _staked(account, event, fill)


def _bought(account: Account, event: OrderFilled, fill: Fill) -> Account:
    before, paid = account.holding, -fill.amount
    holding = with_lot(before, fill.quantity, fill.price)
    entry = _entry(account, event, _BUY, fill, paid, holding.basis - before.basis + paid)
    since = account.since if before.quantity else fill.tick
    return _with_entry(account, entry, None, holding, since, account.bet)


def _sold(account: Account, event: OrderFilled, fill: Fill) -> Account:
    before, since = account.holding, account.since
    if fill.quantity > before.quantity:
        account = _refused(account)
    holding = with_sold(before, fill.quantity)
    cost = before.basis - holding.basis
    entry = _entry(account, event, _SELL, fill, fill.amount, fill.amount - cost)
    closed = _closed(entry, fill.fill_id, cost, since)
    return _with_entry(
        account, entry, closed, holding, since if holding.quantity else -1, account.bet
    )


def _staked(account: Account, event: OrderFilled, fill: Fill) -> Account:
    if account.bet is not None:
        account = _bet_ended(_refused(account), account.bet, event.at, note=END_UNSEEN)
    entry = _entry(account, event, _SIDE_BET, fill, -fill.amount, NOTHING)
    start = max(fill.tick, 0)
    bet = OpenBet(
        round_id=fill.round_id, stake=fill.amount, start=start, end=start + SIDE_BET_WINDOW
    )
    return _with_entry(account, entry, None, account.holding, account.since, bet)


def _rugged(account: Account, event: PositionLiquidated, fill: Fill) -> Account:
    before, since = account.holding, account.since
    good = is_money(fill.amount) and is_price(fill.price) and fill.amount >= 0
    if not good or not before.quantity or fill.round_id != account.round_id:
        return _refused(account)
    if fill.quantity != before.quantity:
        account = _refused(account)
    entry = _entry(account, event, _RUG, fill, fill.amount, fill.amount - before.basis)
    closed = _closed(entry, fill.fill_id, before.basis, since)
    return _with_entry(account, entry, closed, Holding(), -1, account.bet)


def _settled(account: Account, event: SideBetClosed) -> Account:
    bet = account.bet
    if bet is None or not is_money(event.payout) or event.payout < 0:
        return _refused(account)
    # an earlier bet of the same round ended before this one began: an echo
    if event.round_id != bet.round_id or event.end <= bet.start:
        return _refused(account)
    return _bet_ended(account, bet, event.at, event.payout, event.tick)


def _bet_ended(
    account: Account,
    bet: OpenBet,
    at: Nanos,
    payout: Decimal = NOTHING,
    tick: int = -1,
    *,
    note: str = "",
) -> Account:
    entry = Entry(
        number=account.entry_count + 1,
        at=at,
        kind=_PAYOUT,
        amount=payout,
        cash=account.cash + payout,
        realised=payout - bet.stake,
        round_id=bet.round_id,
        tick=tick,
        note=note,
    )
    closed = _closed(entry, f"bet:{bet.round_id}:{bet.start}", bet.stake, bet.start)
    return _with_entry(account, entry, closed, account.holding, account.since, None)


def _told_late(account: Account, event: OrderFilled, fill: Fill) -> Account:
    """Book a fill of an earlier round: the cash changes, and nothing that is held."""
    kind, amount = _SELL, fill.amount
    if fill.side is not OrderSide.SELL:
        kind, amount = (_BUY if fill.side is OrderSide.BUY else _SIDE_BET), -amount
    entry = _entry(account, event, kind, fill, amount, amount, TOLD_LATE)
    closed = _closed(entry, fill.fill_id, max(-amount, NOTHING), -1)
    after = _with_entry(
        _refused(account), entry, closed, account.holding, account.since, account.bet
    )
    return replace(after, round_id=account.round_id)


def _opened(account: Account, event: AccountOpened) -> Account:
    cash, result = event.cash, event.day_result
    if not (is_money(cash) and is_money(result)):
        return _refused(account)
    entry = Entry(number=1, at=event.at, kind=EntryKind.OPENING, amount=cash, cash=cash)
    return Account(
        mode=event.mode,
        opened=True,
        cash=cash,
        entries=(entry,),
        entry_count=1,
        session_opening=cash,
        day=event.day or event.at // _DAY,
        day_result=result,
        tally=Tally(peak=cash),
        refused=account.refused,
    )


def _deposited(account: Account, event: Deposited) -> Account:
    amount = event.amount
    if not account.opened or not is_money(amount) or not amount:
        return _refused(account)
    if account.cash + amount < 0 and account.mode is Mode.PAPER:
        return _refused(account)
    entry = Entry(
        number=account.entry_count + 1,
        at=event.at,
        kind=EntryKind.DEPOSIT,
        amount=amount,
        cash=account.cash + amount,
        note=event.reason,
    )
    return _with_entry(account, entry, None, account.holding, account.since, account.bet)


def _rebaselined(account: Account, event: Rebaselined) -> Account:
    """Set the account to the venue's word.

    Where less is held or bet than before, something ended unseen: its result is what the cash
    gained, less what it had cost. A mere difference of cash may be a deposit, and is no result.
    """
    stated = event.bet
    stake = NOTHING if stated is None else stated.stake
    told = (event.cash, event.quantity, stake)
    if not account.opened or not all(map(is_money, told)) or not is_price(event.average):
        return _refused(account)
    if event.quantity < 0 or stake < 0:
        return _refused(account)
    holding, bet = Holding(), None
    if event.quantity:
        basis = proceeds(event.quantity, event.average)
        holding = Holding(quantity=event.quantity, basis=basis, average=event.average)
    if stated is not None:
        round_id = event.round_id or account.round_id or RoundId("")
        bet = OpenBet(round_id=round_id, stake=stake, start=stated.start, end=stated.end)
    before, cost, gained = account.holding, account.at_risk, event.cash - account.cash
    less = holding.quantity < before.quantity or stake < cost - before.basis
    ended = less or (cost > 0 and event.round_id not in (None, account.round_id))
    entry = Entry(
        number=account.entry_count + 1,
        at=event.at,
        kind=EntryKind.REBASELINE,
        amount=gained,
        cash=event.cash,
        realised=gained + holding.basis + stake - cost if ended else NOTHING,
        round_id=account.round_id if ended else None,
        note=event.reason,
    )
    closed = _closed(entry, f"rebaseline:{event.at}", cost, -1) if ended else None
    since = account.since if event.quantity else -1
    after = _with_entry(account, entry, closed, holding, since, bet)
    if event.round_id is not None and (event.quantity or stated is not None):
        after = replace(after, round_id=event.round_id)
    if account.entry_count > 1:
        return after
    opening = event.cash + holding.basis + stake  # nothing was done yet: it begins with this
    return replace(after, session_opening=opening, tally=Tally(peak=opening))


def _entry(
    account: Account,
    event: OrderFilled | PositionLiquidated,
    kind: EntryKind,
    fill: Fill,
    amount: Decimal,
    realised: Decimal,
    note: str = "",
) -> Entry:
    return Entry(
        number=account.entry_count + 1,
        at=event.at,
        kind=kind,
        amount=amount,
        cash=account.cash + amount,
        realised=realised,
        quantity=fill.quantity,
        price=fill.price,
        round_id=fill.round_id,
        tick=fill.tick,
        order_id=event.order_id if type(event) is OrderFilled else None,
        note=note,
    )


def _closed(entry: Entry, trade_id: str, cost: Decimal, since: int) -> Closed:
    return Closed(
        trade_id=trade_id,
        at=entry.at,
        kind=entry.kind,
        round_id=entry.round_id or RoundId(""),
        tick=entry.tick,
        result=entry.realised,
        cost=cost,
        held=max(entry.tick - since, 0) if since >= 0 else 0,
    )


def _with_entry(
    account: Account,
    entry: Entry,
    closed: Closed | None,
    holding: Holding,
    since: int,
    bet: OpenBet | None,
) -> Account:
    realised = entry.realised
    rounds = rounds_with(account.rounds, entry, ROUNDS_KEPT)
    begun = bool(rounds) and (
        not account.rounds or rounds[-1].round_id != account.rounds[-1].round_id
    )
    session = account.session_result + realised
    day, day_result = account.day, account.day_result
    today = entry.at // _DAY
    if today > day:
        day, day_result = today, NOTHING
    ended, tally, cut_off = account.closed, account.tally, account.cut_off
    loss, last_bet = account.last_loss, account.last_bet
    if closed is not None:
        ended = appended(ended, closed, CLOSED_KEPT)
        is_bet = closed.kind is _PAYOUT or closed.kind is _SIDE_BET
        tally = tallied(tally, closed.result, account.session_opening + session, bet=is_bet)
        loss = closed if closed.result < NOTHING else loss
        last_bet = closed if closed.kind is _PAYOUT else last_bet
    elif entry.kind is _BUY:
        cut_off -= realised
    return Account(
        mode=account.mode,
        opened=True,
        cash=entry.cash,
        holding=holding,
        round_id=entry.round_id or account.round_id,
        since=since,
        bet=bet,
        entries=appended(account.entries, entry, ENTRIES_KEPT),
        entry_count=entry.number,
        rounds=rounds,
        round_count=account.round_count + begun,
        closed=ended,
        last_loss=loss,
        last_bet=last_bet,
        session_result=session,
        session_opening=account.session_opening,
        day=day,
        day_result=day_result + realised,
        tally=tally,
        cut_off=cut_off,
        refused=account.refused,
    )


def _refused(account: Account) -> Account:
    return replace(account, refused=account.refused + 1)
