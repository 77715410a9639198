"""Segments: all of them, found by anything."""

from icrm_tui.screens.listed import ListPlace


class SegmentsScreen(ListPlace):
    place = "segments"
    lists = "segment"
    empty = ("empty.segments", (("g", "key.places"),))
