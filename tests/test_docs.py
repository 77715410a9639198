"""Pages made from the code say what the code says."""

import pytest

from tools import reference


@pytest.mark.parametrize("page", reference.PAGES)
def test_the_reference_is_what_the_code_says(page: str) -> None:
    kept = (reference.DOCS / page).read_text(encoding="utf-8")
    assert kept == reference.PAGES[page](), "run make docs"
