"""English words of the screens."""

WORDS: dict[str, str | tuple[str, str]] = {
    # what the frame, lists, filter line and dialogs say themselves
    "ui.save": "Save",
    "ui.cancel": "Cancel",
    "ui.key.open": "Open",
    "ui.pick": "choose",
    "ui.required": "Needed.",
    "ui.discard.title": "Discard what you entered?",
    "ui.discard.action": "Discard",
    "ui.discard.keep": "Keep editing",
    "ui.filter.placeholder": "name, phone, tag, city:上海 …",
    "ui.conflict.title": "Somebody changed this while you were editing",
    "ui.conflict.hint": "m mine · t theirs · b as it was · ↑↓ field",
    "ui.conflict.field": "Field",
    "ui.conflict.base": "As it was",
    "ui.conflict.theirs": "Theirs",
    "ui.conflict.mine": "Mine",
    "ui.day.today": "Today",
    "ui.day.yesterday": "Yesterday",
    "ui.weekday.0": "Mon",
    "ui.weekday.1": "Tue",
    "ui.weekday.2": "Wed",
    "ui.weekday.3": "Thu",
    "ui.weekday.4": "Fri",
    "ui.weekday.5": "Sat",
    "ui.weekday.6": "Sun",
}
