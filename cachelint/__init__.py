"""cachelint finds unsafe use of Django's cache framework without importing the project."""

__version__ = "0.1.0"
