"""The catalogue in each database that it can be kept in."""

import pytest

from replayer_qt.adapters.library.catalogue import open_catalogue
from replayer_qt.adapters.library.catalogue_postgres import NAMESPACE
from replayer_qt.core.settings import LibrarySettings


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def opened(request, tmp_path):
    """Opens catalogues on one empty database, and closes them in the end."""
    url = ""
    if request.param == "PostgreSQL":
        server = request.getfixturevalue("postgres_server")
        server.empty(NAMESPACE)
        url = server.url
    made = []

    def open_one(folder="library"):
        settings = LibrarySettings(url=url)
        made.append(open_catalogue(tmp_path / folder, settings, lambda _: None))
        return made[-1]

    yield open_one
    for catalogue in made:
        catalogue.close()


@pytest.fixture
def catalogue(opened):
    return opened()
