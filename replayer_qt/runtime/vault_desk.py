"""The vault's desk: what a person wishes of it is done on a thread of its own, and answered."""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from replayer_qt.core.errors import UserFacingError
from replayer_qt.core.vault import AskVault, OpenVault, VaultTold

log = logging.getLogger(__name__)

_A_BUG = "An error of this program; the log has the details."


class Session(Protocol):
    """The vault while a program runs."""

    def told(self) -> VaultTold:
        """Return how it is; never raises."""
        ...

    def open(self, passphrase: str, *, keep: bool) -> VaultTold:
        """Take a passphrase; raises UserFacingError."""
        ...


class VaultDesk(QObject):
    """Does what is wished of the vault, one after the other: making a key takes half a second.

    Signals:
        told: a `VaultTold`, for each wish; emitted on another thread.
    """

    told = Signal(object)

    def __init__(self, session: Session | None, parent: QObject | None = None) -> None:
        """Take the vault; None where it is off."""
        super().__init__(parent)
        self._session = session
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="vault")

    @Slot(object)
    def obey(self, wish: object) -> None:
        """Do what is wished, soon; what is no such wish is passed over."""
        if isinstance(wish, AskVault | OpenVault):
            self._thread.submit(self._answer, wish)

    def stop(self) -> bool:
        """Do nothing more, and end; safe twice."""
        self._thread.shutdown(wait=True, cancel_futures=True)
        return True

    def _answer(self, wish: AskVault | OpenVault) -> None:
        self.told.emit(VaultTold() if self._session is None else self._told(self._session, wish))

    def _told(self, session: Session, wish: AskVault | OpenVault) -> VaultTold:
        if not isinstance(wish, OpenVault):
            return session.told()
        try:
            return session.open(wish.passphrase, keep=wish.keep)
        except UserFacingError as error:
            problem = str(error)
        except OSError as error:
            problem = f"{error.filename or 'The vault'}: {error.strerror or error}."
        except Exception:  # the edge of this thread
            log.exception("the vault failed")
            problem = _A_BUG
        how = session.told()
        return VaultTold(
            mode=how.mode,
            has_key=how.has_key,
            is_open=how.is_open,
            is_kept=how.is_kept,
            problem=problem,
        )
