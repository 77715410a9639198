"""Who works here: the first comes by acting, others are added, strangers are told what to do."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from icrm_tui import db, history, settings, users
from icrm_tui.context import Context
from icrm_tui.errors import NotFound, Refused, Usage
from tests.support import acting, person


def test_whoever_comes_first_is_the_first(store: Path) -> None:
    with closing(db.open_store(store)) as connection:
        assert acting(connection, "  Wei ").user == "Wei"
        assert users.show(acting(connection, "WEI"), "me") | {"rev": 0} == {
            "id": 1, "name": "Wei", "full_name": "", "email": "", "role": "admin", "rev": 0, "customers": 0,
        }  # fmt: skip


@pytest.mark.file
def test_strangers_are_refused_until_somebody_adds_them(ctx: Context, opened: Callable[..., Context]) -> None:
    with pytest.raises(Refused) as caught:
        opened("li")
    assert (caught.value.code, caught.value.values) == ("unknown-user", {"user": "li"})
    users.add(ctx, "Li", full_name="Li Na", role="manager")
    assert opened("LI").user == "Li"


def test_making_the_first_user_is_nobodys_change_to_undo(ctx: Context) -> None:
    with pytest.raises(Refused) as caught:
        history.undo(ctx)
    assert caught.value.code == "nothing-to-undo"
    assert history.changes(ctx)[0]["who"] == "icrm"


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a,b", "a\nb", 'a"b', "a(b)"])
def test_a_user_has_a_plain_name(ctx: Context, name: str) -> None:
    with pytest.raises(Usage):
        users.add(ctx, name)


def test_a_name_is_one_users_and_near_ones_are_offered(ctx: Context) -> None:
    users.add(ctx, "Schröder")
    with pytest.raises(Refused):
        users.add(ctx, "SCHRÖDER")
    with pytest.raises(NotFound) as caught:
        users.known(ctx, "schroder")
    assert caught.value.values["nearest"] == "Schröder"
    assert (users.known(ctx, "Me"), users.known(ctx, "schröder")) == ("wei", "Schröder")
    with pytest.raises(Usage):
        users.add(ctx, "li", role="king")


def test_a_user_shows_how_many_customers_are_theirs(ctx: Context) -> None:
    person(ctx, "Ada")
    person(ctx, "Berta", owner="")
    assert users.show(ctx, "wei")["customers"] == 1


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [("currency", " cny ", "CNY"), ("country", "de", "DE"), ("country", "", ""), ("silent_days", "45", "45")],
)
def test_what_a_team_agrees_on_is_kept_as_it_is_meant(ctx: Context, key: str, value: str, kept: str) -> None:
    assert settings.put(ctx, key, value) == kept
    assert settings.get(ctx, key) == kept


@pytest.mark.parametrize(
    ("key", "value"),
    [("currency", "EURO"), ("currency", "€"), ("country", "Germany"), ("silent_days", "0"), ("silent_days", "x")],
)
def test_what_means_nothing_is_refused(ctx: Context, key: str, value: str) -> None:
    with pytest.raises(Usage):
        settings.put(ctx, key, value)
    assert settings.get(ctx, key) == settings.DEFAULTS[key]
