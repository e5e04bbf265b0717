"""How ``locate`` finds the settings modules of a repository.

``survey`` walks it, ``naming`` asks the files that may name a settings module (Python through
``programs``, ``texts`` and ``choices``), ``resolving`` turns names into files, ``siblings`` adds
what lies next to them, ``roles`` says what each is for, ``gathering`` puts it together.
"""
