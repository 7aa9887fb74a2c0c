"""From a workbook's bytes to form drafts: how a sheet becomes fields.

1. `opening` streams the file into grids: texts, merges, lines, formulas, drop-down lists. What is
   hidden, or outside the print area, is set aside with the reason; what is too big is refused.
2. `regions` walks a grid from the top. A row is the **head** of one table or of several side by side
   (`heads`, `side`), part of a **card** (`asking`), a **section** as tall as the rows beside it
   (read again from here, inside), or neither. `ends` says where a table stops.
3. A table whose rows are labelled (`roles`) is read by `items`: `hierarchy` nests the labels by
   numbering, 其中 and indents; each row meets each answer column in one field (`crossing`), except
   where a cross is printed. Item lists are cross tables with one column.
4. Any other table is a list (`columns`): each leaf of the head is a field that repeats, its cell is
   that of the first row. The same head again beside it is the same list (`FormDraft.again`).
5. A card (`cards`) pairs labels with the place on their right, below them, or in their own cell.
   A sentence with places to write in (`running`) asks at each of them, as `A3#2`.
6. Units: the column's own, the row's column, the label's bracket, the group's, the section's, the
   line above the table, the whole's, and last what the label counts by its own words (`fitting`).
7. `surround` sorts what is left into title, period, notes, signatures, and **unread**: every cell
   ends as a field, as furniture, as a note, or there. `hints` finds sums, `breakdown` sex and age,
   `months` which month.
   Below 3,000 rows or 40,000 cells a sheet is not read for its shape; that too is told.

A `.csv` whose first row names its columns is a list by those names (`listed_text`); its running
numbers are no question, and leading columns of places or units have that role. By which words all
this is decided is `content/reading.yaml`; a grid carries them.
"""

from .words import build_reading_words
from .workbook import read_workbook

__all__ = ["build_reading_words", "read_workbook"]
