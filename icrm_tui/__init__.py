"""The CRM that lives in the terminal and closes the loop."""

__version__ = "0.1.0"
