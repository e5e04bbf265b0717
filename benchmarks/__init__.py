"""Timings of cachelint beside public tools, on public code."""
