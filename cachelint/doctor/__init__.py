"""Why the caches of a project do not work here: what runs, what differs, what does not answer.

The one part of cachelint that starts Django, in processes of their own.
"""

from cachelint.doctor.examination import examine
from cachelint.doctor.records import CannotLookError, Examination, Fault, Options, Patient

__all__ = ["CannotLookError", "Examination", "Fault", "Options", "Patient", "examine"]
