"""What the forms of all records share: made from the store, checked by it while typing, kept by the record's verbs."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from textual import on
from textual.timer import Timer
from textual.widgets import Input

from icrm_tui import nouns, users
from icrm_tui.collect import customers, duplicates, fields, tags
from icrm_tui.context import Context
from icrm_tui.errors import Conflict, IcrmError
from icrm_tui.i18n import has, t
from icrm_tui.widgets.dialogs import ConflictDialog, ConflictField
from icrm_tui.widgets.forms import Faults, FormDialog, FormField, Values
from icrm_tui.widgets.frame import sentence
from icrm_tui.widgets.text import glyph
from icrm_tui.widgets.values import day, local

if TYPE_CHECKING:
    from icrm_tui.app import IcrmApp

PAUSE = 0.2  # seconds without a key before the store is asked who is like that
YES_NO = [("1", "ui.yes"), ("0", "ui.no")]
TAGS = str.maketrans("，、；;", ",,,,")


def tag_words(text: str) -> tuple[str, ...]:
    """The tags typed in one line."""
    return tuple(dict.fromkeys(word.strip() for word in text.translate(TAGS).split(",") if word.strip()))


class RecordDialog(FormDialog):
    """A form of one record. Subclasses say which fields, how one is checked, and the verbs."""

    noun: ClassVar[str] = ""
    naming: ClassVar[str] = "name"  # the field it is called by
    ADDING: ClassVar[tuple[str, ...]] = ()
    EDITING: ClassVar[tuple[str, ...]] = ()  # a word with `:` in front is a heading
    CHOICES: ClassVar[dict[str, tuple[str, ...]]] = {"grade": customers.GRADES}
    FLAGS: ClassVar[frozenset[str]] = frozenset()
    LONG: ClassVar[frozenset[str]] = frozenset({"notes"})
    WATCHED: ClassVar[dict[str, Callable[[str], bool]]] = {}  # field → whether its text is worth asking about

    def __init__(self, known: dict[str, Any], name: str = "") -> None:
        self.record: dict[str, Any] | None = known["record"]
        self.custom = {row["key"]: row for row in known["custom"]}
        self.users = [row["name"] for row in known["users"]]
        self.base = self.texts(self.record) if self.record else {}
        self.named = name
        self._asking: dict[str, Timer] = {}
        words = self.EDITING if self.record else self.ADDING
        shown = [self._field(word, self.base.get(word, "")) for word in words]
        custom = [self._custom_field(row) for row in known["custom"]]
        if custom and self.record:
            shown += [FormField(":custom", "form.custom", "heading"), *custom]
        else:  # the long notes stay last
            shown[-1:-1] = custom
        shown = [one if one.key != "name" or not name else one._replace(value=name) for one in shown]
        super().__init__(self.title_of(), shown)

    @classmethod
    async def adding(cls, app: "IcrmApp", name: str = "") -> Self:
        return cls(await app.read(lambda ctx: cls.known(ctx, None)), name)

    @classmethod
    async def editing(cls, app: "IcrmApp", row_id: int) -> Self:
        return cls(await app.read(lambda ctx: cls.known(ctx, row_id)))

    @classmethod
    def known(cls, ctx: Context, row_id: int | None) -> dict[str, Any]:
        """All that the form is made from, in one read."""
        record = cls.show(ctx, row_id) if row_id is not None else None
        return {"record": record, "custom": fields.definitions(ctx, cls.noun), "users": users.everyone(ctx)}

    @property
    def icrm(self) -> "IcrmApp":
        return cast("IcrmApp", self.app)

    @property
    def row_id(self) -> int | None:
        return int(self.record["id"].removeprefix(nouns.noun(self.noun).prefix)) if self.record else None

    # What a noun says

    @staticmethod
    def show(ctx: Context, row_id: int) -> dict[str, Any]:
        raise NotImplementedError

    def fault(self, ctx: Context, key: str, text: str) -> None:
        """Raise what is wrong with one field's text."""
        if key == "name":
            customers.check_name(text)
        elif key in customers.COLUMNS:
            customers.checked(ctx, {key: text})
        elif key == "tags":
            for word in tag_words(text):
                tags.check(word)
        elif key in self.custom and text:
            fields.read(self.custom[key], text)

    def add(self, ctx: Context, values: dict[str, str]) -> int:
        raise NotImplementedError

    def edit(self, ctx: Context, values: dict[str, str], base: int) -> bool:
        raise NotImplementedError

    # The fields

    def title_of(self) -> str:
        return f"form.{self.noun}.{'edit' if self.record else 'add'}"

    def _field(self, word: str, value: str) -> FormField:
        if word.startswith(":"):
            return FormField(word, f"form.{word[1:]}", "heading")
        choices = [(one, f"{word}.{one}" if has(f"{word}.{one}") else one) for one in self.CHOICES.get(word, ())]
        if word in ("owner", "service_owner"):
            choices = [(name, name) for name in self.users]
        if word in self.FLAGS:
            choices = YES_NO
        kind = "choice" if choices else "long" if word in self.LONG else "line"
        hint = f"form.hint.{word}" if has(f"form.hint.{word}") else ""
        return FormField(word, f"field.{word}", kind, value, choices, hint, required=word == self.naming)  # type: ignore[arg-type]

    def _custom_field(self, row: dict[str, Any]) -> FormField:
        value = self.base.get(row["key"], "")
        if row["type"] == "flag":
            return FormField(row["key"], row["name"], "choice", value, YES_NO)
        if row["type"] == "choice":
            return FormField(
                row["key"], row["name"], "choice", value, [(one, one) for one in row["choices"].split("\n")]
            )
        return FormField(row["key"], row["name"], "line", value, hint=f"type.{row['type']}")

    def texts(self, record: Mapping[str, Any]) -> dict[str, str]:
        """The record as the form shows it."""
        words = [word for word in self.EDITING if not word.startswith(":")]
        return {word: _text(record.get(word, "")) for word in (*words, *self.custom)}

    def typed(self, values: Values) -> dict[str, str]:
        return {key: _text(value).strip() for key, value in values.items()}

    # Checking and keeping

    async def check(self, values: Values) -> Faults:
        texts = self._changed(self.typed(values))

        def wrong(ctx: Context) -> dict[str, IcrmError]:
            found: dict[str, IcrmError] = {}
            for key, text in texts.items():
                try:
                    self.fault(ctx, key, text)
                except IcrmError as error:
                    found[key] = error
            return found

        found: dict[str, IcrmError] = await self.icrm.read(wrong)
        return {key: sentence(error) for key, error in found.items()}

    def blame(self, error: IcrmError) -> Faults:
        field = error.values.get("field") or error.values.get("kind")
        keys = {one.key for one in self.fields}
        return {field if field in keys else "": sentence(error)}

    def _changed(self, texts: dict[str, str]) -> dict[str, str]:
        """What differs from the record; of a new one, what was filled in."""
        return {key: text for key, text in texts.items() if text != self.base.get(key, "").strip()}

    async def keep(self, values: Values) -> Any:
        texts = self._changed(self.typed(values))
        self.named = values[self.naming]
        if self.record is None:
            answer = await self.icrm.write(lambda ctx: self.add(ctx, texts))
        else:
            answer = await self._edited(texts, self.base, self.record["rev"])
        self.icrm.look()
        return answer

    async def _edited(self, mine: dict[str, str], base: dict[str, str], rev: int) -> bool | None:
        """Write an edit; where somebody else was faster, ask which values are to stand. None: back to the form."""
        if not mine:
            return False
        try:
            changed: bool = await self.icrm.write(lambda ctx: self.edit(ctx, mine, rev))
            return changed
        except Conflict:
            row_id = self.row_id
            assert row_id is not None
            record = await self.icrm.read(lambda ctx: self.show(ctx, row_id))
        theirs = self.texts(record)
        sides = [ConflictField(key, self._label(key), base[key], theirs[key], text) for key, text in mine.items()]
        chosen = await self.app.push_screen_wait(ConflictDialog(sides))
        if chosen is None:
            return None
        return await self._edited({k: v for k, v in chosen.items() if v != theirs[k]}, theirs, record["rev"])

    def _label(self, key: str) -> str:
        return next(field.label for field in self.fields if field.key == key)

    # Who is like that already (查重)

    @property
    def waiting(self) -> bool:
        """Whether the store is about to be asked."""
        return bool(self._asking)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        key = (event.input.id or "").removeprefix("field-")
        if key not in self.WATCHED:
            return
        if key in self._asking:
            self._asking.pop(key).stop()
        if event.value.strip() == self.base.get(key, "") or not self.WATCHED[key](event.value):
            self.note(key, "")
            return

        def ask() -> None:
            self._asking.pop(key, None)
            self.run_worker(self._alike(key, event.value), group=f"alike-{key}", exclusive=True)

        self._asking[key] = self.set_timer(PAUSE, ask)

    async def _alike(self, key: str, text: str) -> None:
        found = await self.icrm.read(lambda ctx: duplicates.check(ctx, text, 4))
        own = self.record["id"] if self.record else ""
        self.note(key, self._alike_said([one for one in found if one["id"] != own][:3]))

    def _alike_said(self, found: Iterable[dict[str, Any]]) -> str:
        return "\n".join(self._one_said(one) for one in found)

    def _one_said(self, one: dict[str, Any]) -> str:
        app = self.icrm
        parts = [one["name"], one["id"], one["owner"]]
        if one["last_contact"]:
            when = local(one["last_contact"], app.zone).date()
            parts.append(t("form.last", when=day(when, app.opening.clock().astimezone(app.zone).date())))
        said = f" {glyph('between')} ".join(part for part in parts if part)
        return f"{glyph('warn')} {t('form.here' if one['sure'] == 'exact' else 'form.alike')}: {said}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)
