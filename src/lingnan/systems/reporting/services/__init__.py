"""Use cases of reporting, in the order of a round."""

from ..terms.admission import Offer
from .admission import (
    approve_admission,
    offer_form,
    refuse_admission,
    usual_conditions,
    withdraw_admission,
)
from .assessing import assess_again
from .away import send_kept
from .content import RULES, load_content
from .correcting import add_estimate, correct_report
from .delivering import deliver, use_channels
from .deriving import derive_villages
from .dictionary import (
    confirm_above,
    confirm_match,
    decide_matches,
    describe_element,
    join_elements,
    refuse_match,
    split_element,
    undo_act,
)
from .drafts import Draft, save_draft, save_drafts
from .explaining import explain_finding
from .forms import register_form, withdraw_form
from .history import (
    amend_history,
    confirm_history,
    settle_rival,
    show_history_values,
    show_rivals,
    take_in_workbooks,
    withdraw_history,
)
from .households import household_ids
from .levels import order_review
from .objections import Saying, answer_objection, object_to_file, object_to_form
from .planning import decide_sum, plan_round, plan_waiting, replan
from .producing import produce_workbook, take_file, take_output, tell_taken
from .productions import cancel_production, order_production, work_all, work_production
from .profiles import apply_profile, correct_form
from .proposing import decide_proposal
from .releasing import pass_clean, release_place
from .reminding import read_message, remind, remind_all
from .returning import upload_file
from .review import approve_many, approve_report, return_report, submit_many, submit_report
from .rounds import close_round, open_round
from .showing import show_filing, take_package
from .stock import Stock, admit_existing
from .telling import tell_seen
from .uploads import upload_answers, upload_csv, upload_rows
from .works import (
    cancel_work,
    do_work,
    files_are_long,
    order_work,
    plan_is_long,
    take_back,
    work_next,
)

__all__ = [
    "RULES",
    "Offer",
    "Saying",
    "Stock",
    "admit_existing",
    "answer_objection",
    "approve_admission",
    "assess_again",
    "load_content",
    "object_to_file",
    "object_to_form",
    "offer_form",
    "refuse_admission",
    "usual_conditions",
    "withdraw_admission",
    "withdraw_history",
    "take_in_workbooks",
    "send_kept",
    "settle_rival",
    "show_history_values",
    "show_rivals",
    "confirm_history",
    "amend_history",
    "confirm_above",
    "decide_matches",
    "describe_element",
    "join_elements",
    "split_element",
    "undo_act",
    "Draft",
    "add_estimate",
    "apply_profile",
    "approve_many",
    "approve_report",
    "close_round",
    "confirm_match",
    "correct_form",
    "correct_report",
    "decide_proposal",
    "decide_sum",
    "deliver",
    "derive_villages",
    "explain_finding",
    "household_ids",
    "open_round",
    "plan_round",
    "plan_waiting",
    "order_review",
    "pass_clean",
    "produce_workbook",
    "read_message",
    "refuse_match",
    "register_form",
    "replan",
    "release_place",
    "remind",
    "remind_all",
    "return_report",
    "save_draft",
    "save_drafts",
    "submit_many",
    "submit_report",
    "upload_answers",
    "upload_csv",
    "upload_file",
    "upload_rows",
    "use_channels",
    "withdraw_form",
    "cancel_production",
    "order_production",
    "take_file",
    "take_package",
    "show_filing",
    "tell_seen",
    "take_output",
    "tell_taken",
    "work_all",
    "work_production",
    "cancel_work",
    "do_work",
    "files_are_long",
    "order_work",
    "plan_is_long",
    "take_back",
    "work_next",
]
