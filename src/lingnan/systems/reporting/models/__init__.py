"""Tables of reporting: what departments ask, what places answered, what was given back."""

from .admission import Admission, AdmissionVote, Objection
from .dictionary import Change, ChangeOf, Decision, Entry
from .forms import Field, Form, Profile
from .history import HistoryFile, HistorySheet, HistoryValue
from .ledgers import (
    LedgerAct,
    LedgerCover,
    LedgerItem,
    LedgerNumber,
    LedgerTouch,
    ReturnBatch,
    ReturnRow,
)
from .matching import Proposal, Repeat
from .planning import PlacePlan, Plan, PlanShape, SumDecision
from .production import Production, ProductionFile
from .reviewing import Delivery, Explanation, Message, QuorumRelease, Reminder
from .rounds import Filing, Household, Release, Round
from .works import Ordered, Work, WorkFile, WorkPart

__all__ = [
    "Admission",
    "AdmissionVote",
    "Change",
    "ChangeOf",
    "Decision",
    "Delivery",
    "Entry",
    "Explanation",
    "Field",
    "Filing",
    "Form",
    "HistoryFile",
    "HistorySheet",
    "HistoryValue",
    "Household",
    "LedgerAct",
    "LedgerCover",
    "LedgerItem",
    "LedgerNumber",
    "LedgerTouch",
    "Message",
    "Objection",
    "Ordered",
    "PlacePlan",
    "Plan",
    "PlanShape",
    "Production",
    "ProductionFile",
    "Profile",
    "Proposal",
    "QuorumRelease",
    "Release",
    "Reminder",
    "Repeat",
    "ReturnBatch",
    "ReturnRow",
    "Round",
    "SumDecision",
    "Work",
    "WorkFile",
    "WorkPart",
]
