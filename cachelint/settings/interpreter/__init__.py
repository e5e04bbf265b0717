"""interpreter: reads a settings module as Python would run it, for all runs at once.

guards → values → machine → containers → expressions → objects → calls → statements → imports are
one machine in storeys; methods, library and operators are what it knows of Python and of libraries.
"""
