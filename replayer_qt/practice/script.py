"""What the exchange sends, and when: the emission script, a pure function of its options."""

import heapq
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from replayer_qt.practice.board import Board, Row
from replayer_qt.practice.events import chat_message, side_bet_printed, trade_printed
from replayer_qt.practice.house import REMEMBERED, Era, House
from replayer_qt.practice.luck import luck, trace
from replayer_qt.practice.messages import (
    Message,
    Scene,
    snapshot_message,
    start_message,
    tick_message,
    timer_message,
)
from replayer_qt.practice.players import TICK_MS, Play, draw_crowd, simulate
from replayer_qt.practice.rounds import Round, draw_round

COUNTDOWN_MS: Final = 15_000
OPENS_MS: Final = 10_000
STEP_MS: Final = 100
NOMINAL_ROUND_MS: Final = 65_000
# measured from the rug to its snapshot: share of rounds, then the wait [ms]
_RUG_WAITS: Final = ((0.0, 250.0), (0.05, 380.0), (0.5, 620.0), (0.95, 1780.0), (1.0, 2400.0))
_REVEAL_WAIT_MS: Final = 50

STATE: Final = "gameStateUpdate"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the script.

    Attributes:
        delay_ms: time since the step before [ms].
        args: the event's arguments, one or, where traced, two.
        scene: what a newcomer is told right after it.
        ended: the round that this message reveals the seed of.
    """

    delay_ms: float
    event: str
    args: tuple[object, ...]
    scene: Scene
    ended: Round | None = None


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """The options that a script depends on, and on nothing else.

    Attributes:
        seed: draws everything.
        start_ms: when the exchange opens [ms since the Unix epoch, UTC]; dates the rounds' names.
        lead_in_ms: how much of the first countdown is played [ms].
        royale: a scheduled rug royale that every message carries.
    """

    seed: int
    start_ms: int
    era: Era = Era.E2
    lead_in_ms: int = 2_000
    royale: Mapping[str, object] | None = None

    def steps(self) -> Iterator[Step]:
        """Yield the messages, without end."""
        yield from _Stage(self).play()


class _Cue(msgspec.Struct, kw_only=True):
    """A message with its moment; without a scene it changes nothing for newcomers."""

    at_ms: float
    event: str
    args: tuple[object, ...]
    scene: Scene | None = None
    ended: Round | None = None


class _Stage:
    """Writes the script, one span from start to start after another, no sooner than asked."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._crowd = draw_crowd(script.seed)
        self._named = [player for player in self._crowd if player.username is not None]
        self._royale = dict(script.royale) if script.royale else None
        self._house = self._past()
        opens_ms = float(script.start_ms)
        lead_in = min(max(script.lead_in_ms, 0), COUNTDOWN_MS) // STEP_MS * STEP_MS
        self._reveal_ms = opens_ms + lead_in - COUNTDOWN_MS
        self._coming = self._prepare(draw_round(script.seed, 0, script.start_ms))

    def play(self) -> Iterator[Step]:
        last_ms = float(self._script.start_ms)
        opening = self._countdown((), 0)
        cues = itertools.chain((cue for cue in opening if cue.at_ms >= last_ms), self._spans())
        scene = self._scene(self._coming[0].round, 0)
        for cue in cues:
            scene = cue.scene or scene
            yield Step(
                delay_ms=max(0.0, cue.at_ms - last_ms),
                event=cue.event,
                args=cue.args,
                scene=scene,
                ended=cue.ended,
            )
            last_ms = cue.at_ms

    def _spans(self) -> Iterator[_Cue]:
        while True:
            play, board = self._coming
            wait_ms = _between(_RUG_WAITS, self._luck("rug", play.round).random())
            reveal_ms = play.starts_ms + play.round.rug_tick * TICK_MS + wait_ms + _REVEAL_WAIT_MS
            self._reveal_ms = reveal_ms
            states = self._states(play, board, wait_ms)
            asides = self._asides(play, reveal_ms + COUNTDOWN_MS)
            yield from heapq.merge(states, asides, key=lambda cue: cue.at_ms)

    def _luck(self, what: str, game: Round) -> random.Random:
        return luck(self._script.seed, what, game.number)

    def _past(self) -> House:
        house = House()
        for place in range(REMEMBERED):
            at_ms = self._script.start_ms - (REMEMBERED - place) * NOMINAL_ROUND_MS
            game = draw_round(self._script.seed, place - REMEMBERED, at_ms)
            shown = place >= REMEMBERED - 10
            play = self._simulated(game, at_ms) if shown else None
            house = house.after(game, play, at_ms + game.rug_tick * TICK_MS + 685)
        return house

    def _simulated(self, game: Round, starts_ms: float) -> Play:
        return simulate(self._script.seed, game, self._crowd, int(starts_ms))

    def _prepare(self, game: Round) -> tuple[Play, Board]:
        play = self._simulated(game, self._reveal_ms + COUNTDOWN_MS)
        return play, Board(play, self._crowd)

    def _states(self, play: Play, board: Board, wait_ms: float) -> Iterator[_Cue]:
        """This round from its start, its end, and the countdown to the next one."""
        game, rug = play.round, None
        for cue in self._running(play, board):
            rug = cue.scene
            yield cue
        if rug is None:
            return
        rug_ms = play.starts_ms + game.rug_tick * TICK_MS + wait_ms
        following = draw_round(self._script.seed, game.number + 1, int(self._reveal_ms))
        self._coming = self._prepare(following)

        chance = self._luck("end", game)
        over = replace(rug, board=board.final(), counter=game.rug_tick + _overrun(chance))
        ruins = _Cue(at_ms=rug_ms, event=STATE, args=(snapshot_message(over),), scene=over)
        self._house = self._house.after(game, play, int(rug_ms))
        countdown = list(self._countdown(over.board, rug.trade_count, ended=game))
        yield from _delivered(chance, ruins, countdown)

    def _running(self, play: Play, board: Board) -> Iterator[_Cue]:
        game, chance = play.round, self._luck("span", play.round)
        connected = chance.randint(130, 325)
        scene = self._scene(game, connected)
        scene = replace(scene, active=True, trade_count=play.counts[0])
        yield _Cue(at_ms=play.starts_ms, event=STATE, args=(start_message(scene),), scene=scene)
        repeated = chance.random() < 0.5
        for tick in range(1, game.rug_tick + 1):
            at_ms = float(play.starts_ms + tick * TICK_MS)
            scene = replace(
                scene,
                tick=tick,
                counter=tick,
                rugged=tick == game.rug_tick,
                board=board.at(tick),
                trade_count=play.counts[tick],
                connected=_drift(connected, tick),
            )
            yield _Cue(at_ms=at_ms, event=STATE, args=(tick_message(scene),), scene=scene)
            if tick == 2 and repeated and game.rug_tick > 2:
                message = snapshot_message(scene)
                yield _Cue(at_ms=at_ms + 15, event=STATE, args=(message,), scene=scene)

    def _countdown(
        self, old_board: Sequence[Row], old_count: int, *, ended: Round | None = None
    ) -> Iterator[_Cue]:
        (play, board), reveal_ms = self._coming, self._reveal_ms
        connected = self._luck("hall", play.round).randint(130, 325)
        scene = replace(
            self._scene(play.round, connected),
            board=old_board,
            timer_ms=COUNTDOWN_MS,
            trade_count=old_count,
        )
        message = snapshot_message(scene)
        yield _Cue(at_ms=reveal_ms, event=STATE, args=(message,), scene=scene, ended=ended)
        for timer in range(COUNTDOWN_MS - STEP_MS, 0, -STEP_MS):
            at_ms = reveal_ms + COUNTDOWN_MS - timer
            rows = scene.board if timer > OPENS_MS else board.presale(timer)
            scene = replace(scene, timer_ms=timer, board=rows, connected=_drift(connected, timer))
            if timer == OPENS_MS:
                yield _Cue(at_ms=at_ms, event=STATE, args=(tick_message(scene),), scene=scene)
            yield _Cue(at_ms=at_ms, event=STATE, args=(timer_message(scene),), scene=scene)

    def _scene(self, game: Round, connected: int) -> Scene:
        return Scene(
            house=self._house,
            crowd=self._crowd,
            era=self._script.era,
            round=game,
            active=False,
            rugged=False,
            tick=0,
            counter=0,
            timer_ms=0,
            board=(),
            trade_count=0,
            connected=connected,
            royale=self._royale,
        )

    def _asides(self, play: Play, until_ms: float) -> list[_Cue]:
        """Trades, side bets and chat, in the order of time."""
        chance = self._luck("asides", play.round)
        said = sorted(self._said(play, chance, until_ms), key=lambda one: one[0])
        return [
            _Cue(at_ms=at_ms, event=event, args=(trace(chance), payload))
            for at_ms, event, payload in said
        ]

    def _said(
        self, play: Play, chance: random.Random, until_ms: float
    ) -> Iterator[tuple[float, str, Message]]:
        game, start = play.round, float(play.starts_ms)
        yield from self._trades_shown(play, chance)
        for bet in play.bets:
            if bet.placed_ms >= start:
                payload = side_bet_printed(bet, game.round_id, self._crowd[bet.player])
                yield bet.placed_ms, "newSideBet", payload
        at_ms = start + chance.uniform(2_000, 20_000)
        while at_ms < until_ms:
            player = chance.choice(self._named)
            yield at_ms, "newChatMessage", chat_message(chance, player, int(at_ms))
            at_ms += chance.uniform(2_000, 20_000)

    def _trades_shown(
        self, play: Play, chance: random.Random
    ) -> Iterator[tuple[float, str, Message]]:
        """The venue shows one trade in two seconds, whatever happens between."""
        game, shown = play.round, ""
        offset = 300.0
        while offset < (game.rug_tick + 2) * TICK_MS:
            trade = play.latest(min(int(offset // TICK_MS) - 1, game.rug_tick))
            if trade is not None and trade.trade_id != shown:
                shown = trade.trade_id
                payload = trade_printed(trade, game.round_id, self._crowd[trade.player])
                yield play.starts_ms + offset, "standard/newTrade", payload
            offset += chance.uniform(1_900, 2_100)


def _delivered(chance: random.Random, ruins: _Cue, countdown: list[_Cue]) -> list[_Cue]:
    """Put the two big snapshots in line as the venue's network does: often late, then a burst."""
    reveal, rest = countdown[0], countdown[1:]
    manner = chance.random()
    if manner < 0.13:
        ruins.at_ms = rest[0].at_ms + 5
        reveal.at_ms = rest[0].at_ms + 6
    elif manner < 0.38:
        reveal.at_ms = rest[chance.randrange(2)].at_ms + 10
    if chance.random() < 0.3:
        free_ms = reveal.at_ms + chance.uniform(200, 800)
        for cue in rest:
            if reveal.at_ms < cue.at_ms < free_ms:
                cue.at_ms = free_ms
    for place, cue in enumerate(rest[:-1]):
        after = rest[place + 1]
        if _timer(cue) not in {OPENS_MS, OPENS_MS + STEP_MS} and chance.random() < 0.004:
            cue.at_ms, after.at_ms = after.at_ms, cue.at_ms
    return sorted([ruins, reveal, *rest], key=lambda cue: cue.at_ms)


def _timer(cue: _Cue) -> int | None:
    return cue.scene.timer_ms if cue.scene else None


def _between(line: tuple[tuple[float, float], ...], share: float) -> float:
    for (low, at_low), (high, at_high) in itertools.pairwise(line):
        if share <= high:
            return at_low + (at_high - at_low) * (share - low) / (high - low)
    return line[-1][1]


def _overrun(chance: random.Random) -> int:
    """How far the server's counter runs on before the rug's snapshot."""
    return chance.choices((0, 1, 2, 3), weights=(10, 464, 375, 11))[0]


def _drift(connected: int, step: int) -> int:
    return min(325, max(130, connected + step // 40 % 5 - 2))
