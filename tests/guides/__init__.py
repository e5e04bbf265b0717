"""README.md and the pages in docs: whatever they show is run, or at least validated."""
