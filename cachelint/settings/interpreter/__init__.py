"""interpreter: reads a settings module as Python would run it, for all runs at once.

One machine in storeys, each a class that builds on the one below (docs/ARCHITECTURE.md has the
plan, pyproject.toml the contract). ``library`` and ``methods`` are what it knows of Python and of
libraries.
"""
