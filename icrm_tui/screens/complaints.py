"""Complaints: all of them, found by anything."""

from icrm_tui.screens.listed import ListPlace


class ComplaintsScreen(ListPlace):
    place = "complaints"
    lists = "complaint"
    empty = ("empty.complaints", (("g", "key.places"),))
