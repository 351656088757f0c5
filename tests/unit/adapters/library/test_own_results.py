import sqlite3
from contextlib import closing
from decimal import Decimal

import pytest

from replayer_qt.adapters.account_store import AccountFile
from replayer_qt.adapters.library.own_results import own_results
from replayer_qt.core.units import PRACTICE


def closed(path, *rows):
    AccountFile(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO sessions VALUES (1, ?, 'paper', 0, '1')", (PRACTICE,))
        connection.executemany(
            "INSERT INTO closed (session, number, account, mode, trade_id, at, kind, round_id,"
            " tick, result, cost, held) VALUES (1, ?, ?, ?, ?, 0, 'sell', ?, 1, ?, '1', 1)",
            [
                (number, PRACTICE, mode, str(number), name, result)
                for number, (name, mode, result) in enumerate(rows)
            ],
        )


def test_results_of_a_round_are_added_to_the_last_digit(tmp_path):
    path = tmp_path / "accounts.sqlite"
    closed(path, ("r1", "paper", "0.1"), ("r1", "paper", "0.200000001"), ("r2", "paper", "-0.3"))
    found = {result.round_id: result.result for result in own_results(path)}
    assert found == {"r1": Decimal("0.300000001"), "r2": Decimal("-0.3")}
    assert {result.stream for result in own_results(path)} == {PRACTICE}


def test_money_of_different_kinds_is_never_added_up(tmp_path):
    """What real money brought counts; then practice; paper only where there is nothing else."""
    path = tmp_path / "accounts.sqlite"
    closed(
        path,
        ("r1", "paper", "5"),
        ("r1", "live", "-1"),
        ("r1", "practice", "7"),
        ("r2", "practice", "2"),
        ("r2", "paper", "9"),
    )
    found = {result.round_id: result.result for result in own_results(path)}
    assert found == {"r1": Decimal(-1), "r2": Decimal(2)}


def test_without_an_account_there_are_no_results(tmp_path):
    assert own_results(tmp_path / "accounts.sqlite") == ()


def test_results_that_cannot_be_read_are_not_taken_for_none(tmp_path):
    """Else tidying would take rounds that were traded for rounds that were not."""
    (tmp_path / "accounts.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(OSError, match="own results cannot be read"):
        own_results(tmp_path / "accounts.sqlite")


def test_an_account_of_a_kind_that_is_not_known_counts_least(tmp_path):
    path = tmp_path / "accounts.sqlite"
    closed(path, ("r1", "shadow", "5"), ("r1", "paper", "-1"), ("r2", "shadow", "3"))
    found = {result.round_id: result.result for result in own_results(path)}
    assert found == {"r1": Decimal(-1), "r2": Decimal(3)}
