"""The password of a shared catalogue, out of the operating system's keyring."""

from typing import Final

SERVICE: Final = "replayer-catalogue"
"""The keyring's name for these passwords; the user name is the address without its password."""


def password_of(address: str) -> str | None:
    """Return the password that the keyring holds for an address; None where it holds none.

    Never raises: a machine without a keyring has no password in it.
    """
    # a keyring's backends take long to load, and most catalogues need no password
    import keyring  # noqa: PLC0415
    from keyring.errors import KeyringError  # noqa: PLC0415

    try:
        return keyring.get_password(SERVICE, address)
    except (KeyringError, OSError, RuntimeError):
        return None
