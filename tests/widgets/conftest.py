import pytest

from icrm_tui import i18n


@pytest.fixture(autouse=True)
def english() -> None:
    """Whatever language the machine speaks."""
    i18n.use("en")
