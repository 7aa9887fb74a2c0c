"""Gates for reading what is asked, answered and given back."""

from .admission import (
    Listed,
    admission,
    admissions,
    assess,
    catalogue,
    form_to_ask,
    in_force,
    limits,
    of_forms,
    standing,
)
from .asks import asks, asks_of_form, settled
from .block import Wanted as BlockWanted
from .block import block, neighbours, trend_of
from .burden import burden, burden_of_form
from .checks import findings
from .dictionary import (
    askers,
    changes,
    decisions,
    doubt_counts,
    doubts,
    entries,
    entries_called,
    entry,
    grid,
    overlap,
    proposed,
    shared_by,
    sides,
)
from .estimates import estimated_beside
from .exploring import Opening, covered, explore, most, opening
from .exports import package, places_csv, schema, xform, xlsform, xlsform_book
from .figures import figures, figures_of_many, rollup_table
from .filings import Wanted, filing, filing_of, filings, how_many, progress, round_of, rounds
from .forms import draft, form, form_asked, form_by_id, forms, forms_by_id, shared_elements
from .history import history_file, history_files, history_values, spots_of
from .household_grid import household_grid
from .masking import shown_asks, shown_filings
from .objections import objection, objections
from .once import Once
from .plans import explain, plan_of, summary
from .productions import moments_given_out, production, production_files, productions
from .products import draw_workbook, form_to_fill, releases
from .profiles import file_of, profile, profiles, read_draft
from .proposals import proposals, repeats
from .reminding import inbox, late, owing
from .reviewing import coverage, review_grid
from .rivals import rivals
from .searching import form_names, forms_called
from .sums import sums_of
from .tables import output
from .workload import filed, reminded, returned_in, rounds_asking, to_review
from .works import work, works

__all__ = [
    "Listed",
    "Once",
    "admission",
    "admissions",
    "assess",
    "catalogue",
    "in_force",
    "limits",
    "objection",
    "objections",
    "of_forms",
    "standing",
    "filed",
    "owing",
    "reminded",
    "returned_in",
    "rounds_asking",
    "to_review",
    "household_grid",
    "shown_asks",
    "shown_filings",
    "rivals",
    "spots_of",
    "history_values",
    "history_files",
    "history_file",
    "askers",
    "changes",
    "decisions",
    "doubt_counts",
    "doubts",
    "entries",
    "entries_called",
    "entry",
    "estimated_beside",
    "grid",
    "overlap",
    "proposed",
    "shared_by",
    "sides",
    "Wanted",
    "asks",
    "asks_of_form",
    "draft",
    "BlockWanted",
    "neighbours",
    "block",
    "trend_of",
    "burden",
    "burden_of_form",
    "coverage",
    "draw_workbook",
    "explain",
    "Opening",
    "covered",
    "explore",
    "most",
    "opening",
    "figures",
    "findings",
    "figures_of_many",
    "file_of",
    "filing",
    "filing_of",
    "filings",
    "how_many",
    "form",
    "form_asked",
    "form_by_id",
    "form_to_ask",
    "form_to_fill",
    "form_names",
    "forms",
    "forms_called",
    "forms_by_id",
    "output",
    "production",
    "production_files",
    "moments_given_out",
    "productions",
    "profile",
    "profiles",
    "plan_of",
    "inbox",
    "late",
    "progress",
    "proposals",
    "read_draft",
    "releases",
    "repeats",
    "review_grid",
    "rollup_table",
    "round_of",
    "rounds",
    "settled",
    "shared_elements",
    "package",
    "places_csv",
    "schema",
    "xform",
    "xlsform",
    "xlsform_book",
    "summary",
    "sums_of",
    "work",
    "works",
]
