from replayer_qt.practice.events import greetings, scheduled_royale

START_MS = 1_767_225_600_000


def test_some_exchanges_have_a_royale_scheduled_and_most_do_not():
    royales = [scheduled_royale(seed, START_MS) for seed in range(200)]
    scheduled = [royale for royale in royales if royale is not None]
    assert 40 <= len(scheduled) <= 95
    assert royales == [scheduled_royale(seed, START_MS) for seed in range(200)]
    event = scheduled[0]["currentEvent"]
    assert list(event) == [
        "id", "startTime", "endTime", "prepTimeMinutes", "levelRequired", "status", "createdAt",
        "createdBy", "startingBalance", "customPrizes",
    ]  # fmt: skip
    assert event["startTime"] == "2026-01-01T02:00:00.000Z"
    assert len(scheduled[0]["events"]) == 15


def test_the_announcements_come_in_the_venues_order_all_traced_but_one():
    told = greetings(7, 0, None)
    assert [name for name, _ in told] == [
        "goldenHourUpdate", "battleEventUpdate", "rugRoyaleUpdate", "sidebetEventUpdate",
        "battleEventUpdate", "maintenanceUpdate",
    ]  # fmt: skip
    assert [len(args) for _, args in told] == [2, 2, 1, 2, 2, 2]
    assert told[2][1][0]["status"] == "INACTIVE"
    assert greetings(7, 0, None) == told
    assert greetings(7, 1, None) != told
    royale = {"status": "SCHEDULED", "events": [1]}
    assert greetings(7, 0, royale)[2][1][0]["status"] == "SCHEDULED"
