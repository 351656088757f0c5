from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from replayer_qt.adapters.settings_file import load_settings, save_settings
from replayer_qt.core.account import Account
from replayer_qt.core.errors import SettingInvalid
from replayer_qt.core.events import FeedChanged, Link
from replayer_qt.core.facts import facts_of
from replayer_qt.core.limits_check import contradictions
from replayer_qt.core.money import decimal_of
from replayer_qt.core.orders import Mode
from replayer_qt.core.phase import Phase
from replayer_qt.core.risk import evaluate, limits_of
from replayer_qt.core.round import RoundState
from replayer_qt.core.settings import PaperSettings, RiskSettings, Settings, TradingSettings
from replayer_qt.core.state import MarketState
from replayer_qt.core.trading import Kill, Trading
from replayer_qt.core.units import PRACTICE, Moment, Nanos
from tests.helpers.make import ROUND, event
from tests.helpers.orders import make_bet, make_request

NOW = Moment(Nanos(1), Nanos(1))


def with_(**values):
    """Return settings in which these differ; a section's name stands before two underscores."""
    settings = Settings()
    for name, value in values.items():
        section, _, key = name.partition("__")
        settings = replace(
            settings, **{section: replace(getattr(settings, section), **{key: value})}
        )
    return settings


PAIRS = [
    ("risk__min_order_sol", "trading__amount"),
    ("trading__amount", "risk__max_order_sol"),
    ("trading__amount", "risk__max_loss_per_trade_sol"),
    ("trading__amount", "risk__max_position_sol"),
    ("trading__amount", "risk__max_exposure_sol"),
    ("trading__amount", "paper__cash"),
    ("risk__min_order_sol", "risk__max_order_sol"),
    ("risk__min_order_sol", "risk__max_loss_per_trade_sol"),
    ("risk__min_order_sol", "risk__max_position_sol"),
    ("risk__min_order_sol", "risk__max_exposure_sol"),
    ("risk__max_order_sol", "risk__max_loss_per_trade_sol"),
    ("risk__max_order_sol", "risk__max_position_sol"),
    ("risk__max_order_sol", "risk__max_exposure_sol"),
    ("risk__max_position_sol", "risk__max_exposure_sol"),
    ("risk__max_loss_per_trade_sol", "risk__max_daily_loss_sol"),
    ("risk__max_loss_per_trade_sol", "risk__max_drawdown_sol"),
    ("risk__orders_per_second", "risk__orders_per_minute"),
]


def between(low, high, settings):
    pair = {tuple(low.split("__")), tuple(high.split("__"))}
    return [one for one in contradictions(settings) if set(one.fields) == pair]


@pytest.mark.parametrize(("low", "high"), PAIRS)
def test_two_limits_contradict_each_other_beyond_their_boundary(low, high):
    """BR-09, S4-C2: equal is allowed, more is not, off contradicts nothing."""
    one, more = (2, 3) if "orders_per" in low else (0.5, 0.500001)
    assert not between(low, high, with_(**{low: one, high: one}))
    (found,) = between(low, high, with_(**{low: more, high: one}))
    for name in (low, high):
        assert name.replace("__", ".") in found.text
        assert name.replace("__", ".") in found.remedy
    assert not between(low, high, with_(**{low: more, high: 0}))
    assert not between(low, high, with_(**{low: 0, high: one}))


def test_the_defaults_make_sense():
    assert contradictions(Settings()) == ()


def test_a_default_order_above_its_cap_is_refused_with_both_named(tmp_path):
    """BR-09, S4-C2: an amount of 10 with a cap of 5 never starts; it says what to change."""
    path = tmp_path / "settings.toml"
    path.write_text("[trading]\namount = 2.0\n[risk]\nmax_loss_per_trade_sol = 1.0\n")
    with pytest.raises(SettingInvalid) as refused:
        load_settings(path, environ={"REPLAYER_RISK_MAX_ORDER_SOL": "3"})
    said = str(refused.value)
    assert refused.value.exit_code == 2
    assert "trading.amount (2)" in said
    assert "risk.max_loss_per_trade_sol (1)" in said
    assert "line 2" in said
    assert "line 4" in said
    assert "Lower trading.amount to 1 or raise risk.max_loss_per_trade_sol to 2." in said


def test_what_contradicts_itself_is_not_saved(tmp_path):
    """S4-C2: refused when saved, both fields named; the file stays as it was."""
    path = tmp_path / "settings.toml"
    save_settings(path, Settings())
    before = path.read_text()
    with pytest.raises(SettingInvalid, match=r"risk\.max_order_sol.*risk\.max_position_sol"):
        save_settings(path, with_(risk__max_order_sol=4.0, risk__max_loss_per_trade_sol=0.0))
    assert path.read_text() == before


def limit(most):
    return st.one_of(st.just(0.0), st.integers(1, most * 1_000).map(lambda mils: mils / 1_000))


@given(
    amount=st.integers(1, 5_000).map(lambda mils: mils / 1_000),
    cash=st.integers(1, 20_000).map(lambda mils: mils / 1_000),
    risk=st.builds(
        RiskSettings,
        min_order_sol=limit(5),
        max_order_sol=limit(5),
        max_loss_per_trade_sol=limit(5),
        max_position_sol=limit(9),
        max_exposure_sol=limit(9),
        max_daily_loss_sol=limit(9),
        max_drawdown_sol=limit(9),
        max_losing_streak=st.integers(0, 3),
        cooldown_ticks=st.integers(0, 9),
        duplicate_ms=st.integers(0, 60_000),
        orders_per_second=st.integers(0, 100),
        orders_per_minute=st.integers(0, 600),
        max_automated=st.integers(0, 3),
        collar_percent=limit(100),
    ),
)
def test_settings_that_agree_let_the_first_order_pass(amount, cash, risk):
    """BR-09, S4-C2: the dry run of the ticket's first order on a fresh account."""
    settings = Settings(
        trading=TradingSettings(amount=amount), paper=PaperSettings(cash=cash), risk=risk
    )
    assert dry_run(settings) or contradictions(settings)


def dry_run(settings):
    running = RoundState(
        round_id=ROUND,
        opened_at=Nanos(1),
        phase=Phase.ACTIVE,
        tick=10,
        price=1.5,
        told_mono=NOW.mono,
    )
    market = MarketState(stream=PRACTICE, round=running, link=event(FeedChanged, link=Link.LIVE))
    cash = decimal_of(settings.paper.cash)
    account = Account(opened=True, cash=cash, session_opening=cash)
    trading = Trading(stream=PRACTICE, mode=Mode.PAPER, account=account)
    limits = limits_of(settings.risk, settings.trading)
    amount = Decimal(str(settings.trading.amount))
    return all(
        evaluate(
            make(amount=amount),
            facts_of(
                make(amount=amount),
                trading,
                market,
                Kill(),
                now=NOW,
                audit_ok=True,
                recorder_ok=True,
                breaker_ms=None,
                replay=False,
            ),
            limits,
        ).allowed
        for make in (make_request, make_bet)
    )
