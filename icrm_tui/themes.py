"""Two calm themes; every colour on screen is one of their tokens."""

from textual.theme import Theme

DARK = Theme(
    name="icrm-dark",
    dark=True,
    background="#14171b",
    surface="#1a1e23",
    panel="#21262c",
    foreground="#d5d9de",
    primary="#5f9ee6",
    secondary="#7fa7c9",
    accent="#6cb8b0",
    success="#86b77b",
    warning="#d6a85c",
    error="#df7a7a",
)
LIGHT = Theme(
    name="icrm-light",
    dark=False,
    background="#fafaf8",
    surface="#ffffff",
    panel="#efefec",
    foreground="#2b2f36",
    primary="#2c6fc4",
    secondary="#4d7699",
    accent="#1f7f78",
    success="#3c7a33",
    warning="#96650f",
    error="#b3373d",
)
THEMES = (DARK, LIGHT)
