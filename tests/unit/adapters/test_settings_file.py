"""Settings from file, environment and flags."""

import tomllib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replayer_qt.adapters.settings_file import (
    LARGEST,
    load_settings,
    render_settings,
    save_settings,
)
from replayer_qt.core.declared import declarations
from replayer_qt.core.errors import DataDirUnusable, SettingInvalid
from replayer_qt.core.settings import Settings

NUMERIC = [one for one in declarations().values() if one.kind in {"whole", "number"}]
OTHER = [one for one in declarations().values() if one.kind not in {"whole", "number"}]


def refused(tmp_path, text, *, environ=None, overrides=()):
    path = tmp_path / "settings.toml"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SettingInvalid) as caught:
        load_settings(path, environ=environ or {}, overrides=overrides)
    assert caught.value.exit_code == 2
    assert caught.value.remedy
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


INVALID = {
    "binary": b"\x00\x01\x02\xff\xfe",
    "utf-16": "[feed]".encode("utf-16"),
    "not-toml": "feed: stale_s: 1",
    "unclosed-section": "[feed\nstale_s = 1",
    "unclosed-text": '[window]\ntheme = "dark',
    "twice-the-key": "[feed]\nstale_s = 1\nstale_s = 2",
    "twice-the-section": "[feed]\n[feed]",
    "json": '{"feed": {"stale_s": 1}}',
    "too-deep": "a = " + "[" * 5_000 + "]" * 5_000,
    "too-large": b"#" * (LARGEST + 1),
    "unknown-section": "[fede]\nstale_s = 1",
    "unknown-key": "[feed]\nstale = 1",
    "key-without-section": "stale_s = 1",
    "section-as-value": "feed = 3",
    "nested-section": "[feed.stale_s]\nx = 1",
    "array-of-tables": "[[feed]]\nstale_s = 1",
    "empty-section-unknown": "[nothing]",
    "nan": "[feed]\nstale_s = nan",
    "infinity": "[feed]\nstale_s = inf",
    "minus-infinity": "[feed]\nreconnect_s = -inf",
    "negative": "[feed]\nattempts = -1",
    "zero": "[feed]\nattempts = 0",
    "number-as-text": '[feed]\nattempts = "60"',
    "whole-as-float": "[feed]\nattempts = 60.0",
    "bool-as-number": "[feed]\nattempts = true",
    "number-as-bool": "[recorder]\nautostart = 1",
    "text-as-bool": '[recorder]\nautostart = "true"',
    "date": "[feed]\nstale_s = 2026-11-21",
    "list": "[feed]\nstale_s = [1]",
    "huge-hex": "[feed]\nattempts = 0x" + "f" * 20_000,
    "not-a-choice": '[window]\ntheme = "blue"',
    "no-address": '[feed]\nrugs_url = "rugs.fun"',
    "file-address": '[feed]\nrugs_url = "file:///etc/passwd"',
    "empty-address": '[feed]\nrugs_url = ""',
    "long-address": f'[feed]\nrugs_url = "https://{"x" * 3_000}"',
    "control-character": '[feed]\nrugs_url = "https://a\\u000ab"',
    "stale-after-reconnect": "[feed]\nstale_s = 5\nreconnect_s = 5",
    "backoff-above-cap": "[feed]\nbackoff_base_s = 50\nbackoff_cap_s = 5",
    "stop-above-warning": "[recorder]\nwarn_free_mb = 100\nstop_free_mb = 200",
    "snapshot-below-event": "[feed]\nevent_limit = 5000\nsnapshot_limit = 2000",
}


@pytest.mark.parametrize("text", INVALID.values(), ids=INVALID)
def test_an_invalid_file_is_refused_in_one_line(tmp_path, text):
    """S2-H8, FAULTS C10: the line names the file; the program ends with 2."""
    assert "settings.toml" in refused(tmp_path, text)


@pytest.mark.parametrize("declared", NUMERIC, ids=lambda one: one.dotted)
def test_a_number_is_held_to_its_range(tmp_path, declared):
    """S3-C6, S2-H8: min-1, max+1, NaN, inf and the wrong type, for every numeric key."""
    section, key = declared.name
    below, above = declared.least - 1, declared.most + 1
    if declared.kind == "whole":
        below, above = int(below), int(above)
    for value in (below, above, "nan", "inf", "-inf", "true", '"1"', "[1]", "1e400"):
        message = refused(tmp_path, f"[{section}]\n{key} = {value}\n")
        assert declared.dotted in message
        assert declared.allowed in message
        assert "line 2" in message


@pytest.mark.parametrize("declared", NUMERIC, ids=lambda one: one.dotted)
@pytest.mark.parametrize("end", ["least", "most"])
def test_both_ends_of_a_range_are_allowed(tmp_path, declared, end):
    """S3-C6: min and max, for every numeric key; only a contradiction may object."""
    section, key = declared.name
    value = getattr(declared, end)
    value = int(value) if declared.kind == "whole" else value
    path = tmp_path / "settings.toml"
    path.write_text(f"[{section}]\n{key} = {value}\n")
    try:
        settings = load_settings(path, environ={})
    except SettingInvalid as error:
        assert "which is not so" in str(error)  # noqa: PT017
    else:
        assert getattr(getattr(settings, section), key) == value


@pytest.mark.parametrize("declared", OTHER, ids=lambda one: one.dotted)
def test_any_other_setting_refuses_the_wrong_type(tmp_path, declared):
    section, key = declared.name
    for value in ("12", "nan", "[]", '"neither"'):
        assert declared.dotted in refused(tmp_path, f"[{section}]\n{key} = {value}\n")


def test_a_contradiction_names_both_settings_and_who_said_so(tmp_path):
    """S2-H8: cross-field checks."""
    message = refused(
        tmp_path, "[feed]\nstale_s = 9.0\n", environ={"REPLAYER_FEED_RECONNECT_S": "4"}
    )
    assert "feed.stale_s (9.0)" in message
    assert "feed.reconnect_s (4.0)" in message
    assert "line 2" in message
    assert "REPLAYER_FEED_RECONNECT_S" in message


def test_a_misspelt_key_is_refused_with_the_nearest_one(tmp_path):
    assert "Did you mean feed.stale_s?" in refused(tmp_path, "[feed]\nstal_s = 1")
    assert "Did you mean feed.stale_s?" in refused(tmp_path, "", overrides=["feed.stales=1"])
    assert "feed.stale_s" in refused(tmp_path, "", environ={"REPLAYER_FEED_STALES": "1"})


def test_a_flag_counts_before_the_environment_before_the_file_before_the_default(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text("[feed]\nattempts = 11\nbreaker_failures = 12\nquarantine = 13\n")
    environ = {"REPLAYER_FEED_ATTEMPTS": "21", "REPLAYER_FEED_BREAKER_FAILURES": "22"}
    settings = load_settings(path, environ=environ, overrides=["feed.attempts=31"])
    feed = settings.feed
    assert (feed.attempts, feed.breaker_failures, feed.quarantine) == (31, 22, 13)
    assert feed.stale_s == Settings().feed.stale_s


def test_a_file_that_is_not_there_says_nothing(tmp_path):
    assert load_settings(tmp_path / "none.toml", environ={"PATH": "x"}) == Settings()
    assert load_settings(None, environ={"REPLAYER_DATA_DIR": "x"}) == Settings()


def test_texts_from_outside_are_read_as_the_settings_kind():
    for text, value in (("true", True), ("OFF", False), ("1", True), ("no", False)):
        said = load_settings(None, environ={"REPLAYER_RECORDER_AUTOSTART": text})
        assert said.recorder.autostart is value
    assert load_settings(None, environ={}, overrides=["replay.speed=2.5"]).replay.speed == 2.5


@pytest.mark.parametrize("flag", ["feed", "feed.stale_s", "=1", "feed=1", ""])
def test_a_malformed_flag_is_refused(tmp_path, flag):
    assert "--set" in refused(tmp_path, None, overrides=[flag])


@pytest.mark.parametrize("text", ["nan", "", "1_000", "\u0661", "0x10", "1e999", "ten", " "])
def test_a_malformed_number_from_outside_is_refused(tmp_path, text):
    """S3-C6: a NaN would switch off every comparison that it takes part in."""
    environ = {"REPLAYER_FEED_STALE_S": text}
    assert "REPLAYER_FEED_STALE_S" in refused(tmp_path, None, environ=environ)


@pytest.mark.parametrize(
    "address",
    ["postgresq://me:hun@ter2@h/db", "postgresql://me:hun ter2@h"],  # pragma: allowlist secret
)
def test_an_address_that_is_refused_is_told_without_its_password(tmp_path, address):
    told = refused(tmp_path, None, environ={"REPLAYER_LIBRARY_URL": address})
    assert "//me:...@h" in told
    assert "hun" not in told
    assert "postgresql://" in told


def test_a_directory_in_the_files_place_is_refused(tmp_path):
    (tmp_path / "settings.toml").mkdir()
    assert "cannot be read" in refused(tmp_path, None)


def test_every_setting_survives_the_file(tmp_path):
    """S2-H8: a valid file round-trips, defaults and changed values alike."""
    path = tmp_path / "settings.toml"
    save_settings(path, Settings())
    assert load_settings(path, environ={}) == Settings()
    assert tomllib.loads(path.read_text()).keys() == {name[0] for name in declarations()}
    changed = msgspec.convert(
        {
            "feed": {"stale_s": 0.1 + 0.2, "rugs_url": 'https://x/"\\\x7f\U0001f600?\u00e9'},
            "recorder": {"autostart": False, "segment_mb": 7},
            "window": {"theme": "light"},
        },
        Settings,
    )
    save_settings(path, changed)
    assert load_settings(path, environ={}) == changed
    assert path.stat().st_mode & 0o077 == 0


@given(st.floats(min_value=0.05, max_value=2.99), st.integers(1, 10_000))
def test_numbers_survive_the_file_to_the_last_digit(stale_s, attempts):
    """S2-H8: round-trip of arbitrary values."""
    settings = load_settings(
        None, environ={}, overrides=[f"feed.stale_s={stale_s!r}", f"feed.attempts={attempts}"]
    )
    read = tomllib.loads(render_settings(settings))
    assert read.get("feed", {}).get("stale_s", Settings().feed.stale_s) == stale_s
    assert settings.feed.attempts == attempts


@given(st.binary(max_size=300))
def test_no_bytes_make_the_reader_raise_anything_else(tmp_path_factory, raw):
    """FAULTS C10: whatever is in the file, it is settings or one clear refusal."""
    path = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    path.write_bytes(raw)
    try:
        load_settings(path, environ={})
    except SettingInvalid as error:
        assert "fuzzed.toml" in str(error)  # noqa: PT017


def test_a_thousand_mutated_files_are_settings_or_a_refusal(tmp_path):
    """FAULTS C10: 1,000 mutated configurations."""
    import random

    rng = random.Random(10)
    whole = render_settings(Settings()).replace("\n# ", "\n").encode()
    path = tmp_path / "settings.toml"
    refusals = 0
    for _ in range(1_000):
        raw = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(raw))
            raw[at : at + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 3))
        path.write_bytes(raw)
        try:
            load_settings(path, environ={})
        except SettingInvalid:
            refusals += 1
    assert refusals > 900


def test_a_file_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(DataDirUnusable, match="cannot be written"):
        save_settings(tmp_path / "missing" / "settings.toml", Settings())


def test_every_setting_is_documented_with_its_unit():
    for declared in declarations().values():
        assert declared.sentence.endswith(".")
        if declared.name[1].endswith(("_s", "_ms", "_mb", "_limit")):
            assert "[" in declared.sentence
