"""An app for INSTALLED_APPS: rules about aliases and settings as system checks of Django."""
