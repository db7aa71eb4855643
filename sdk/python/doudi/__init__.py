"""Writing a measure in Python.

A plugin is a function from a snapshot and an input to effects. It reads through the kernel; only the kernel writes. A plugin is
one module with a function for each extension point its manifest names; the same file runs in the sandbox and, unchanged, in
CPython under a made-up world (`doudi.testing`).

In the sandbox there is no file, clock, network or chance: import what you need at the top of the module (imports are resolved
when the package is built), and take today from the context.
"""

from . import effects, page
from .block import Block, Family, Item, Member, Table
from .decided import Reason, Result, assess_one, decision_of, reasons_block
from .kernel import (
    Action,
    Context,
    Decision,
    Division,
    Document,
    Event,
    File,
    FillRequest,
    Indicator,
    PageRequest,
    Parameter,
    Step,
    Taken,
    calendar,
    decisions,
    divisions,
    documents,
    log,
    parameters,
    payments,
    questions,
    records,
)
from .refusal import Problem, Refusal
from .words import add_months, age, chinese, first_of_month, last_of_month, text, yuan

__all__ = [
    "Action", "Block", "Context", "Decision", "Division", "Document", "Event", "Family", "File", "FillRequest", "Indicator", "Item", "Member",
    "PageRequest", "Parameter", "Problem", "Reason", "Refusal", "Result", "Step", "Table", "Taken", "add_months", "age",
    "assess_one", "calendar", "chinese", "decision_of", "decisions", "divisions", "documents", "effects", "first_of_month", "last_of_month",
    "log", "page", "parameters", "payments", "questions", "reasons_block", "records", "text", "yuan",
]
