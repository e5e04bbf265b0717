"""Diagnostics → text, concise or json. A reporter is a function of a Report to a string."""
