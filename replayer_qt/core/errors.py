"""The two kinds of error.

Exception
├── UserFacingError      a person can do something about it
│   ├── SettingInvalid       a setting's value is refused
│   ├── QueryInvalid         a word of a search makes no sense
│   ├── RecordingUnreadable  a file holds no recording that we can read
│   ├── DataDirUnusable      the data directory cannot be written
│   └── SomethingMissing     this machine lacks what was asked for
└── ContractBroken       a bug in this program
"""


class UserFacingError(Exception):
    """Something that a person can do something about.

    Attributes:
        code: a stable short name, documented in docs/errors.md.
        what: what did not happen, naming the thing and the value.
        remedy: what to do.
        exit_code: what the command line ends with (2 usage or settings, 1 no, 3 missing).
    """

    code = "user"
    exit_code = 1

    def __init__(self, what: str, *, remedy: str) -> None:
        super().__init__(f"{what} {remedy}".strip())
        self.what = what
        self.remedy = remedy


class SettingInvalid(UserFacingError):
    """A setting has a value outside its range, or of the wrong type, or is not known."""

    code = "setting-invalid"
    exit_code = 2


class QueryInvalid(UserFacingError):
    """A word of what rounds are looked for makes no sense."""

    code = "query-invalid"
    exit_code = 2


class RecordingUnreadable(UserFacingError):
    """A file is missing, empty, binary, or of no format that we know."""

    code = "recording-unreadable"
    exit_code = 1


class DataDirUnusable(UserFacingError):
    """The data directory is missing and cannot be made, or cannot be written, or is taken."""

    code = "data-dir-unusable"
    exit_code = 2


class CatalogueUnusable(UserFacingError):
    """The library's catalogue cannot be opened, read or written."""

    code = "catalogue-unusable"
    exit_code = 2


class CatalogueRenumbered(UserFacingError):
    """The catalogue was made anew: numbers of rounds that were learned before mean others now."""

    code = "catalogue-renumbered"
    exit_code = 1


class VaultLocked(UserFacingError):
    """An encrypted file cannot be read: there is no key, it is another one, or bytes were changed.

    The message never holds a key or a part of one.
    """

    code = "vault-locked"
    exit_code = 1


class ExportImpossible(UserFacingError):
    """Rounds cannot be written as asked: the target, the format, or nothing to write."""

    code = "export-impossible"
    exit_code = 2


class SomethingMissing(UserFacingError):
    """A library, program or display that was asked for is not on this machine."""

    code = "missing"
    exit_code = 3


class ContractBroken(Exception):
    """A bug: a caller did what the callee forbids."""
