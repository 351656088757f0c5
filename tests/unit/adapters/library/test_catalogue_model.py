"""Whatever is done to a catalogue, it answers as a list that is searched one by one."""

import random
from decimal import Decimal

import pytest

from replayer_qt.core.events import Fairness
from replayer_qt.core.library import (
    Marks,
    Quality,
    Range,
    RoundQuery,
    SortBy,
    is_better,
)
from replayer_qt.core.library_answers import OwnResult
from replayer_qt.core.units import RUGS
from tests.helpers.library import BEGUN, file_entry, round_entry, stream

NAMES = [f"r{number}" for number in range(12)]
PATHS = [f"/f{number}" for number in range(8)]
TAGS = ["moon", "late", "ödd"]
FORMATS = ["A", "B", "journal"]
WORDS = ["r1", "rugs", "practice", "moon", "ÖDD", "note", "2"]


class Model:
    """A catalogue as simple as can be."""

    def __init__(self) -> None:
        self.files = {}
        self.order = []
        self.best = {}
        self.marks = {}
        self.results = {}

    def put(self, file, rounds):
        told = {}
        for entry in rounds:
            key = (entry.stream, entry.round_id)
            if key not in told or is_better(entry, told[key]):
                told[key] = entry
        if file.path not in self.files:
            self.order.append(file.path)
        self.files[file.path] = (file, told)
        self.choose()
        return sum(self.best[key] == file.path for key in told)

    def forget(self, paths):
        for path in paths:
            if self.files.pop(path, None):
                self.order.remove(path)
        self.choose()

    def choose(self):
        keys = {key for _, told in self.files.values() for key in told}
        self.best = {key: self.best_of(key) for key in keys}

    def best_of(self, key):
        holders = [path for path in self.order if key in self.files[path][1]]
        best = self.best.get(key)
        if best not in holders:
            best = holders[0]
        for path in holders:
            if is_better(self.files[path][1][key], self.files[best][1][key]):
                best = path
        return best

    def found(self, query):
        rows = []
        for key, path in self.best.items():
            file, told = self.files[path]
            row = (key, told[key], file, self.marks.get(key, Marks()), self.results.get(key))
            if self.holds(query, *row):
                rows.append(row)
        return rows

    def holds(self, query, key, entry, file, marks, result):
        folded = "\n".join([key[0], key[1], *marks.tags, marks.note]).casefold()
        tags = {tag.casefold() for tag in marks.tags}
        return all(
            (
                not query.venues or key[0].partition("/")[0] in query.venues,
                within(query.peak, entry.peak),
                within(query.ticks, entry.ticks),
                within(query.rug, entry.rug_index),
                within(query.result, result),
                within(query.begun, entry.begun_at or None),
                not query.fairness or entry.fairness in query.fairness,
                not query.quality or entry.quality in query.quality,
                not query.formats or file.format in query.formats,
                all(tag in tags for tag in query.tags),
                not any(tag in tags for tag in query.without_tags),
                query.bookmarked in {None, marks.bookmarked},
                query.rugged in {None, entry.rugged},
                all(word.casefold() in folded for word in query.text.split()),
            )
        )


def within(bounds, value):
    if bounds == Range():
        return True
    return (
        value is not None
        and (bounds.low is None or value >= bounds.low)
        and (bounds.high is None or value <= bounds.high)
    )


def drawn_entry(draw):
    is_rugged = draw.random() < 0.7
    return round_entry(
        draw.choice(NAMES),
        stream=draw.choice([RUGS, stream("practice/crash")]),
        begun_at=draw.choice([0, BEGUN, BEGUN + 10**9 * draw.randint(1, 5)]),
        ticks=draw.randint(0, 5),
        rugged=is_rugged,
        rug_index=draw.randint(0, 5) if is_rugged else None,
        peak=draw.choice([None, 1.0, 2.5, 4.0]),
        missing=draw.randint(0, 2),
        trades=draw.randint(0, 1),
        fairness=draw.choice(tuple(Fairness)),
        quality=draw.choice(tuple(Quality)),
    )


def drawn_query(draw):
    def some(values):
        return tuple(draw.sample(values, draw.choice([0, 0, 0, 1, 2])))

    def bounds(low, high):
        if draw.random() < 0.7:
            return Range()
        return Range(draw.choice([None, low]), draw.choice([None, high]))

    return RoundQuery(
        text=" ".join(some(WORDS)) if draw.random() < 0.4 else "",
        venues=some(["rugs", "practice"]),
        peak=bounds(1.5, 4.0),
        ticks=bounds(1, 4),
        rug=bounds(2, 3),
        result=bounds(-1.0, 1.0),
        begun=bounds(float(BEGUN), float(BEGUN + 3 * 10**9)),
        fairness=some(list(Fairness)),
        quality=some(list(Quality)),
        formats=some(FORMATS),
        tags=some(TAGS) if draw.random() < 0.3 else (),
        without_tags=some(TAGS) if draw.random() < 0.3 else (),
        bookmarked=draw.choice([None, None, True, False]),
        rugged=draw.choice([None, None, True, False]),
        sort=draw.choice(tuple(SortBy)),
        descending=draw.random() < 0.5,
    )


def do_something(draw, catalogue, model):
    match draw.randint(0, 9):
        case 0 | 1 | 2 | 3 | 4:
            file = file_entry(draw.choice(PATHS), format=draw.choice(FORMATS))
            rounds = [drawn_entry(draw) for _ in range(draw.randint(0, 5))]
            assert catalogue.put(file, rounds) == model.put(file, rounds)
        case 5:
            paths = draw.sample(PATHS, 2)
            catalogue.forget(paths)
            model.forget(paths)
        case 6 | 7:
            tags = tuple(sorted(draw.sample(TAGS, draw.randint(0, 2))))
            marks = Marks(
                tags=tags, note=draw.choice(["", "a note"]), bookmarked=draw.random() < 0.5
            )
            catalogue.mark(RUGS, draw.choice(NAMES[:1]), marks)
            model.marks[RUGS, NAMES[0]] = marks
        case 8:
            name, result = draw.choice(NAMES), Decimal(draw.randint(-2, 2))
            catalogue.set_results([OwnResult(stream=RUGS, round_id=name, result=result)])
            model.results[RUGS, name] = result
        case 9 if draw.random() < 0.2:
            catalogue.clear()
            model.forget(PATHS)


@pytest.mark.parametrize("seed", range(4))
def test_it_answers_as_a_list_that_is_searched_one_by_one(catalogue, seed):
    draw, model = random.Random(seed), Model()
    for _ in range(30):
        do_something(draw, catalogue, model)
        for _ in range(3):
            query = drawn_query(draw)
            rows = catalogue.rows(catalogue.find(query))
            told = {
                (row.entry.stream, row.entry.round_id): (row.entry, row.file, row.marks, row.result)
                for row in rows
            }
            wanted = {key: rest for key, *rest in model.found(query)}
            assert {key: list(rest) for key, rest in told.items()} == wanted
            assert len(rows) == len(wanted)
        assert {file.path for file in catalogue.files()} == set(model.files)
