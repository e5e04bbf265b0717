"""settings: finds the settings modules of a project and reads what each says of caches.

May import: modules and below. Reads and parses, never imports or executes. Must not know: rules.
"""
