"""Orders: all of them, found by anything."""

from icrm_tui.screens.listed import ListPlace


class OrdersScreen(ListPlace):
    place = "orders"
    lists = "order"
    empty = ("empty.orders", (("g", "key.places"),))
