"""The settings that a process runs with, under the same rules as those that are read.

``probe`` is what runs inside of Django; all else works on its answers.
"""

from cachelint.running.judging import Environment, judge_running
from cachelint.running.values import Answer

__all__ = ["Answer", "Environment", "judge_running"]
