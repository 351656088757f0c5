"""What every test gets: a headless Qt, loud logs, and no threads left behind."""

import asyncio
import gc
import inspect
import logging
import os
import threading

import pytest

from tests.helpers.postgres import postgres_server  # noqa: F401  # a fixture
from tests.helpers.write_watch import WriteWatch

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTEST_QT_API", "pyside6")
os.environ.setdefault("QT_API", "pyside6")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ASYNC_TEST_S = 40.0

WRITES = WriteWatch()
TOUCHED: list[str] = []
GUARDS: list[str] = []


class _Loud(logging.Handler):
    def __init__(self) -> None:
        super().__init__(level=logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(f"{record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def loud_logs(request):
    """Fail a test that logs a warning it did not announce with `caplog`."""
    handler = _Loud()
    logger = logging.getLogger("replayer_qt")
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)
    if "caplog" not in request.fixturenames:
        assert not handler.heard, f"unexpected log: {handler.heard}"


@pytest.fixture(autouse=True)
def no_threads_left():
    """Fail a test that leaves a Python thread running."""
    before = set(threading.enumerate())
    yield
    left = [
        thread
        for thread in threading.enumerate()
        # Python keeps a Dummy entry for each ended QThread that ran Python code
        if thread not in before and not thread.name.startswith("Dummy-")
    ]
    for thread in left:
        thread.join(timeout=2)
    assert not [thread.name for thread in left if thread.is_alive()]


def pytest_sessionstart(session):
    """Watch what is written from here on."""
    WRITES.install()


def pytest_collection_finish(session):
    """Let what was made by loading the tests out of every later collection: it is here to stay."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def nothing_written_elsewhere():
    """Fail a test that writes anywhere but under the temporary directory."""
    WRITES.found.clear()
    yield WRITES
    assert not WRITES.found, f"written outside the temporary directory: {WRITES.found}"


@pytest.fixture(autouse=True)
def threads_kept_apart(request):
    """Fail a test that touches the window or the engine on another thread than the main one."""
    if "qapp" in request.fixturenames or "qtbot" in request.fixturenames:
        if not GUARDS:
            from tests.helpers import affinity

            affinity.install(TOUCHED)
            GUARDS.append("installed")
        TOUCHED.clear()
    yield TOUCHED
    assert not TOUCHED, f"touched on another thread: {TOUCHED}"


@pytest.fixture(autouse=True)
def no_widgets_left(request):
    """Fail a test that leaves a window behind."""
    yield
    if "qapp" not in request.fixturenames and "qtbot" not in request.fixturenames:
        return
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
    gc.collect()
    left = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    assert not left, f"windows left open: {left}"


@pytest.fixture(autouse=True)
def home_of_its_own(tmp_path_factory, monkeypatch):
    """Keep every test away from the person's own files."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run `async def test_...` on a fresh asyncio loop, or on qasync's if it asks for qapp."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    errors: list[dict[str, object]] = []
    longer = pyfuncitem.get_closest_marker("timeout")
    limit_s = ASYNC_TEST_S if longer is None else max(ASYNC_TEST_S, longer.args[0] * 0.9)

    async def body() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, said: errors.append(said))
        async with asyncio.timeout(limit_s):
            await pyfuncitem.obj(**arguments)

    if "qapp" in pyfuncitem.funcargs:
        import qasync

        app = pyfuncitem.funcargs["qapp"]
        factory = lambda: qasync.QEventLoop(app, already_running=False)  # noqa: E731
    else:
        factory = asyncio.SelectorEventLoop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(body())
    if errors:
        pytest.fail(
            f"reached the loop handler: {errors[0].get('exception')!r} {errors[0].get('message')}",
            pytrace=False,
        )
    return True
