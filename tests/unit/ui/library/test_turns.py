from replayer_qt.ui.library.turns import TURN_MS, Turns


def test_long_work_is_done_in_turns_and_to_its_end(qtbot):
    turns = Turns()
    done: list[int] = []

    def work():
        for number in range(50):
            done.append(number)
            yield
            sum(range(100_000))

    turns.run(work())
    assert turns.is_running
    assert 0 < len(done) < 50
    qtbot.waitUntil(lambda: not turns.is_running)
    assert done == list(range(50))
    assert TURN_MS < 16


def test_new_work_takes_the_place_of_what_was_being_done(qtbot):
    turns = Turns()
    first: list[int] = []
    second: list[int] = []

    def work(into, most, begin=None):
        for number in range(most):
            into.append(number)
            if begin is not None and number == 1:
                turns.run(begin)
            yield

    turns.run(work(first, 10**9, begin=work(second, 3)))
    qtbot.waitUntil(lambda: not turns.is_running)
    assert first == [0, 1]
    assert second == [0, 1, 2]
