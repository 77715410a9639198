"""`icrm find` answers with what it has, and says what cannot be found yet."""

import pytest

from icrm_tui.commands import search as finding
from tests.support import Icrm


def test_what_waits_is_made_searchable_and_what_still_waits_is_said(
    icrm: Icrm, monkeypatch: pytest.MonkeyPatch
) -> None:
    from icrm_tui import search

    for n in range(5):
        assert icrm("contact", "add", f"Ada {n}").code == 0
    monkeypatch.setattr("icrm_tui.tokens.VERSION", "next")
    monkeypatch.setattr(search, "BATCH", 2)
    monkeypatch.setattr(finding, "AT_ONCE", 2)
    first = icrm("find", "ada")
    assert (first.code, len(first.lines)) == (0, 2)
    assert first.err.startswith("3 records cannot be found yet")
    icrm("find", "ada")
    last = icrm("find", "ada")
    assert (len(last.lines), last.err) == (5, "")
