"""Draws every workbook and truth table again: `python bench/forms/generate.py [folder]`."""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))

from bench.forms.maker import truth  # noqa: E402
from bench.forms.maker.filled import Book, blank, books  # noqa: E402
from bench.forms.maker.form import HALVES, YEARS, load  # noqa: E402
from bench.forms.maker.write import write  # noqa: E402


def everything() -> tuple[list[Book], dict[str, list[list[object]]]]:
    """All workbooks, and the rows of each table of truth."""
    made: list[Book] = []
    tables: dict[str, list[list[object]]] = {name: [] for name in truth.COLUMNS}
    for half in HALVES:
        forms = load(half)
        blanks = {(f.code, y): blank(f, y) for f in forms for y in YEARS}
        made += blanks.values()
        tables["fields"].extend(truth.fields(forms, blanks))
        tables["not_fields"].extend(truth.not_fields(forms, blanks))
        tables["pairs"].extend(truth.pair_rows(half, forms))
        for form in forms:
            tables["versions"].extend(truth.version_rows(form))
            for year in YEARS:
                for book in books(form, year):
                    made.append(book)
                    tables["values"].extend(truth.values(form, year, book))
    return made, tables


def main(folder: Path) -> None:
    for half in HALVES:
        shutil.rmtree(folder / half, ignore_errors=True)
    made, tables = everything()
    for book in made:
        write(folder / book.path, book.sheets)
    for name, rows in tables.items():
        truth.table(folder / "truth" / f"{name}.csv", rows)
        print(f"{name}: {len(rows)}")
    print(f"workbooks: {len(made)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
