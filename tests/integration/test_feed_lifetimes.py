"""A feed leaves nothing behind, however often it connects and whenever it is stopped."""

import ast
import asyncio
import datetime as dt
import gc
import logging
import random
import socket
import ssl
import threading
import time
from pathlib import Path

import psutil
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from engineio import base_client

import replayer_qt
from replayer_qt.adapters.clock import SystemClock
from replayer_qt.adapters.feeds.resolver import PatientResolver
from replayer_qt.adapters.feeds.rugs_socketio import RugsFeed
from replayer_qt.core.events import FeedChanged, Link
from replayer_qt.core.settings import FeedSettings
from replayer_qt.core.units import PRACTICE
from replayer_qt.runtime.feed_worker import FeedWorker
from replayer_qt.runtime.outlet import Outlet
from tests.helpers.listener import Listener
from tests.helpers.listening import QUICK, listening, quick_feed
from tests.helpers.rugs_server import Client, ContinuedTicks, rugs_server, steady_ticks

CYCLES = 1_000


@pytest.fixture(autouse=True)
def quiet_server():
    """Keep the test server's own complaints about broken clients out of the log."""
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("aiohttp").setLevel(logging.NOTSET)


def held() -> dict[str, int]:
    gc.collect()
    me = psutil.Process()
    return {
        "tasks": len(asyncio.all_tasks()),
        "files": me.num_fds(),
        "sockets": len(me.net_connections()),
        "threads": threading.active_count(),
        "clients": len(base_client.connected_clients),
    }


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_thousand_connections_hold_no_more_than_the_first():
    """S0-C1, S1-C4, S2-M6, FAULTS N1: handlers, tasks, threads, sockets, subscribers, memory."""
    ticks = ContinuedTicks(0.001)

    async def script(client: Client) -> None:
        await client.tick(ticks.tick)
        ticks.tick += 1
        await again.wait()
        client.socket._req.transport.abort()

    again = asyncio.Event()
    async with rugs_server(script) as server:
        feed = quick_feed(
            server.url,
            backoff_base_s=1e-4,
            backoff_cap_s=2e-4,
            stale_s=5,
            reconnect_s=5,
            silent_s=5,
            healthy_after_s=0,
        )
        async with listening(feed) as heard:
            await heard.until(lambda heard: Link.LIVE in heard.links())
            first, memory = held(), psutil.Process().memory_info().rss
            again.set()
            await heard.until(lambda _: server.accepted >= CYCLES, 180)
            again.clear()
            await heard.until(lambda heard: heard.links()[-1] is Link.LIVE, 30)
            await heard.until(lambda _: len(server.clients) == 1, 30)
            heard.events.clear()
            await heard.until(lambda _: held() == first, 30)
            assert psutil.Process().memory_info().rss - memory < 5 * 2**20 + 2**21
    assert feed.health().connects >= CYCLES


@pytest.mark.parametrize("state", ["connecting", "live", "stale", "waiting", "hung"])
def test_a_feed_stops_within_a_second_from_any_state(qtbot, state):
    """S4-5, S1-V3: and leaves no thread, task, socket or handler."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    if state != "waiting":
        server.listen(5)
    url = f"http://127.0.0.1:{server.getsockname()[1]}"
    stopping = threading.Event()
    thread = None
    if state in {"live", "stale", "hung"}:
        server.close()
        ready, thread = threading.Event(), None
        holder: dict[str, str] = {}

        async def serve() -> None:
            async def script(client: Client) -> None:
                if state == "live":
                    await steady_ticks(client)
                await client.tick(1)

            async with rugs_server(script) as running:
                holder["url"] = running.url
                ready.set()
                while not stopping.is_set():
                    if state == "hung" and running.clients:
                        stopping.wait()  # the whole server stands still, sockets open
                    await asyncio.sleep(0.01)

        def run() -> None:
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(serve())

        thread = threading.Thread(target=run)
        thread.start()
        ready.wait()
        url = holder["url"]
    try:
        before = psutil.Process().num_fds()
        settings = FeedSettings(stale_s=0.1, reconnect_s=60, silent_s=60, connect_timeout_s=30)
        feed = RugsFeed(url, PRACTICE, SystemClock(), settings, random.Random(1))
        outlet = Outlet("test", raw=False)
        listener = Listener(outlet.arrived)
        worker = FeedWorker(feed, (outlet,))
        worker.start()
        wanted = {
            "connecting": Link.CONNECTING,
            "live": Link.LIVE,
            "stale": Link.STALE,
            "waiting": Link.WAITING,
            "hung": Link.CONNECTING,
        }[state]

        def seen() -> bool:
            changes = [
                event.link
                for delivery in listener.heard
                for event in delivery.events
                if isinstance(event, FeedChanged)
            ]
            for delivery in listener.heard:
                delivery.done()
            return wanted in changes

        qtbot.waitUntil(seen, timeout=5000)
        began = time.monotonic()
        assert worker.stop()
        assert time.monotonic() - began <= 1.0
        assert worker.stop()
        gc.collect()
        assert not base_client.connected_clients
        if thread is None:
            assert psutil.Process().num_fds() <= before
    finally:
        stopping.set()
        server.close()
        if thread is not None:
            thread.join()


async def test_stopping_in_mid_stream_leaves_nothing():
    """S1-V3: a hundred times, at any moment."""
    rng = random.Random(5)
    async with rugs_server(ContinuedTicks(0.001)) as server:
        async with listening(quick_feed(server.url)) as heard:
            await heard.ticks_on()
        await asyncio.sleep(0.05)
        first = held()
        for _ in range(100):
            async with listening(quick_feed(server.url)):
                await asyncio.sleep(rng.uniform(0, 0.02))
        async with asyncio.timeout(3):
            while server.clients:  # noqa: ASYNC110 - the server notices by itself
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        after = held()
        assert {name: after[name] for name in ("tasks", "threads", "clients")} == {
            name: first[name] for name in ("tasks", "threads", "clients")
        }
        assert after["files"] <= first["files"]


async def test_a_look_up_that_hangs_holds_nobody_up():
    """S1-N3: cancelled at once; its thread is a daemon and ends by itself."""
    release = threading.Event()

    def hang(*_arguments, **_options):
        release.wait(10)
        raise OSError

    looking = asyncio.create_task(PatientResolver(hang).resolve("venue.invalid", 443))
    await asyncio.sleep(0.02)
    began = time.monotonic()
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    assert time.monotonic() - began < 0.2
    release.set()


async def test_a_name_that_is_not_found_is_said_so():
    """FAULTS N13: DNS failure."""

    def unknown(*_arguments, **_options):
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(OSError, match="not known"):
        await PatientResolver(unknown).resolve("venue.invalid", 443)
    assert (await PatientResolver().resolve("127.0.0.1", 80))[0]["host"] == "127.0.0.1"


def self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path):
    """FAULTS S12: verified always; no setting turns it off."""
    runner = web.AppRunner(web.Application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self_signed(tmp_path))
    await site.start()
    port = runner.addresses[0][1]
    async with listening(quick_feed(f"https://localhost:{port}")) as heard:
        await heard.until(lambda heard: Link.WAITING in heard.links(), 5)
    assert heard.of(FeedChanged)[-1].reason == "the server's certificate is not trusted"
    await runner.cleanup()


def calls_of(path: Path) -> set[str]:
    return {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


def test_one_place_decides_about_connecting_and_closing():
    """S4-5, S1-1b: only the supervisor opens and closes lines; only the line speaks the library."""
    feeds = Path(replayer_qt.__file__).parent / "adapters" / "feeds"
    openers = {path.name for path in feeds.glob("*.py") if "open" in calls_of(path)}
    assert openers & {"connection.py", "rugs_socketio.py", "rugs_parse.py"} == {"connection.py"}
    for path in feeds.glob("rugs_*.py"):
        if path.name != "rugs_line.py":
            assert not calls_of(path) & {"connect", "disconnect", "ws_connect"}, path.name
    for path in feeds.glob("*.py"):
        assert "verify_ssl" not in path.read_text()
        assert "ssl=False" not in path.read_text()


def test_a_feed_made_for_tests_is_a_feed():
    """The settings that tests use keep the rules of the real ones."""
    assert QUICK.stale_s < QUICK.reconnect_s
