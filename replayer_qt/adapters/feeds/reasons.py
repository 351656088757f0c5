"""Says in plain words why a connection failed, and whether trying again is of any use."""

import errno
import socket
import ssl
from collections.abc import Iterator
from typing import Final

import aiohttp

from replayer_qt.adapters.feeds.connection import Loss

_FOR_GOOD: Final = {
    401: "the server wants a login (401)",
    403: "the server refuses this client (403)",
    407: "the proxy wants a login (407)",
    410: "the address is no longer served (410)",
    451: "the server may not serve this place (451)",
}
_LATER: Final = {
    404: "nothing is served at this address (404)",
    418: "the server has banned this client for a while (418)",
    429: "the server says we ask too often (429)",
}
_LONGEST_RETRY_AFTER_S: Final = 3600.0


def loss_of(error: BaseException) -> Loss:
    """Return what `error`, or the errors behind it, mean to a person; never raises."""
    for link in _chain(error):
        match link:
            case aiohttp.WSServerHandshakeError(status=status):
                return _answered(status, link)
            case aiohttp.ClientConnectorCertificateError() | ssl.SSLCertVerificationError():
                return Loss(reason="the server's certificate is not trusted")
            case aiohttp.ClientSSLError() | ssl.SSLError():
                return Loss(reason="no secure connection could be made")
            case aiohttp.ClientConnectorDNSError() | socket.gaierror():
                return Loss(reason="the server's name was not found")
            case ConnectionRefusedError():
                return Loss(reason="nothing listens at this address")
            case OSError(errno=errno.ENETUNREACH | errno.EHOSTUNREACH):
                return Loss(reason="the network cannot be reached")
            case OSError(errno=errno.EMFILE | errno.ENFILE):
                return Loss(reason="this machine has no file handles left")
            case aiohttp.InvalidURL():
                return Loss(reason="the address is not one", final=True)
            case _:
                continue
    return Loss(reason="the connection broke while it was being made")


def _answered(status: int, error: aiohttp.WSServerHandshakeError) -> Loss:
    if status in _FOR_GOOD:
        return Loss(reason=_FOR_GOOD[status], final=True)
    reason = _LATER.get(status, f"the server answered {status}")
    return Loss(reason=reason, at_least_s=_retry_after_s(error))


def _retry_after_s(error: aiohttp.WSServerHandshakeError) -> float:
    stated = error.headers.get("Retry-After", "") if error.headers is not None else ""
    return min(float(stated), _LONGEST_RETRY_AFTER_S) if stated.isdecimal() else 0.0


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
