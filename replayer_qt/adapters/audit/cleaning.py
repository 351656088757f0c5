"""Takes registered secrets out of an event's JSON before it is hashed and written."""

from collections.abc import Callable

import msgspec

from replayer_qt.core.audit_chain import Clean


def cleaner(redact: Callable[[str], str]) -> Clean:
    """Return what replaces secrets in every text of an event, and leaves it JSON.

    Args:
        redact: returns a text without the secrets, as `log_setup.Redactor.clean` does.
    """

    def clean(payload: bytes) -> bytes:
        text = payload.decode()
        if redact(text) == text:
            return payload
        return msgspec.json.encode(_cleaned(msgspec.json.decode(payload), redact))

    return clean


def _cleaned(value: object, redact: Callable[[str], str]) -> object:
    match value:
        case str():
            return redact(value)
        case dict():
            return {redact(key): _cleaned(item, redact) for key, item in value.items()}
        case list():
            return [_cleaned(item, redact) for item in value]
        case _:
            return value
