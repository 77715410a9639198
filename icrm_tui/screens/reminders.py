"""Reminders: all of them, found by anything."""

from icrm_tui.screens.listed import ListPlace


class RemindersScreen(ListPlace):
    place = "reminders"
    lists = "reminder"
    empty = ("empty.reminders", (("g", "key.places"),))
