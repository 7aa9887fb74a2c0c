"""Scores any reader or matcher against the truth. Stand-alone: Python 3.11, RapidFuzz for one baseline.

    python score.py read  --half test --lingnan .venv/bin/lingnan   # runs `lingnan reporting read`
    python score.py match --half test --lingnan .venv/bin/lingnan   # runs `lingnan reporting match`
    python score.py read  --half test --json reads.json      # {"test/blank/MZ51-2025.xlsx": [form, …]}
    python score.py history --half test --lingnan .venv/bin/lingnan # runs `lingnan reporting history`
    python score.py match --half test --json matches.json    # {"MZ51-2025|WJ51-2025": [row, …]}
    python score.py baselines --half test
    python score.py pairs --lingnan .venv/bin/lingnan        # the pairs of questions in traps/

The shapes of `form` and `row` are those of README.md, "How to score".
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from scoring import history, matching, pairs, reading  # noqa: E402
from scoring.truth import Truth  # noqa: E402

Run = Callable[[list[str]], Any]


def runner(program: str) -> Run:
    """Calls `PROGRAM reporting …`; what it refuses counts as nothing found."""

    def run(words: list[str]) -> Any:
        done = subprocess.run(
            [program, "reporting", *words, "--json"], capture_output=True, text=True, check=False
        )
        if done.returncode:
            print(f"  {' '.join(words)}: {done.stderr.strip()[-200:]}", file=sys.stderr)
            return []
        return json.loads(done.stdout)

    return run


def inside() -> Run:
    """The same command in this process, under the project's own Python: the start is paid once."""
    from click.testing import CliRunner

    from lingnan.site.cli import lingnan

    def run(words: list[str]) -> Any:
        done = CliRunner().invoke(lingnan, ["reporting", *words, "--json"])
        if done.exit_code:
            print(f"  {' '.join(words)}: {done.exception or done.output[-200:]}", file=sys.stderr)
            return []
        return json.loads(done.stdout)

    return run


def reads(truth: Truth, given: argparse.Namespace) -> dict[str, Any]:
    """What the reader says of each file, blank and filled."""
    if given.json:
        held: dict[str, Any] = json.loads(given.json.read_text(encoding="utf-8"))
        return held
    run = inside() if given.in_process else runner(given.lingnan)
    files = truth.blanks() + ([] if given.blank_only else truth.filled())
    return {file: run(["read", str(HERE / file)]) for file in files}


def histories(truth: Truth, given: argparse.Namespace) -> dict[str, Any]:
    """What the reader of filled forms says of each file: every file by itself, or all together."""
    if given.json:
        held: dict[str, Any] = json.loads(given.json.read_text(encoding="utf-8"))
        return held
    run = inside() if given.in_process else runner(given.lingnan)
    files = truth.filled()
    if not given.together:
        return {file: run(["history", str(HERE / file)]) for file in files}
    told = run(["history", *(str(HERE / file) for file in files)])
    return {f: [one for one in told if one["file"] == Path(f).name] for f in files}


def matches(truth: Truth, given: argparse.Namespace) -> dict[str, Any]:
    """What the matcher says of each pair of forms, keyed `A-year|B-year`."""
    if given.json:
        held: dict[str, Any] = json.loads(given.json.read_text(encoding="utf-8"))
        return held
    run = inside() if given.in_process else runner(given.lingnan)
    said = {}
    for a, b in [*truth.form_pairs(), *truth.version_pairs()]:
        said[f"{a}|{b}"] = run(["match", str(truth.path(a)), str(truth.path(b))])
    return said


def relations(some: list[pairs.Pair], given: argparse.Namespace) -> list[str | None]:
    """What the matcher says of each pair of questions, each of them a form by itself."""
    run = inside() if given.in_process else runner(given.lingnan)
    with tempfile.TemporaryDirectory() as folder:
        return [pairs.relation(run, pair, Path(folder)) for pair in some]


def lines(given: argparse.Namespace) -> Iterator[str]:
    if given.what == "pairs":
        some = pairs.pairs(HERE / "traps")
        yield from pairs.report(some, relations(some, given), given.verbose)
        return
    truth = Truth(HERE, given.half)
    if given.what in ("read", "all"):
        said = reads(truth, given)
        keep(given, "reads", said)
        yield from reading.report(truth, said, given.verbose)
    if given.what in ("match", "all"):
        rows = matches(truth, given)
        keep(given, "matches", rows)
        yield from matching.report(truth, {"this matcher": rows}, given.verbose)
    if given.what in ("history", "all"):
        filled = histories(truth, given)
        keep(given, "histories", filled)
        yield from history.report(truth, filled, given.verbose)
    if given.what == "baselines":
        yield from matching.report(truth, {}, given.verbose)


def keep(given: argparse.Namespace, name: str, said: Any) -> None:
    """The answers themselves, to be scored again with --json."""
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
        text = json.dumps(said, ensure_ascii=False, indent=1)
        (given.keep / f"{name}-{given.half}.json").write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("what", choices=["read", "match", "history", "all", "baselines", "pairs"])
    parser.add_argument("--half", choices=["tune", "test"], default="tune")
    parser.add_argument("--lingnan", default=".venv/bin/lingnan", help="the program to run")
    parser.add_argument("--in-process", action="store_true", help="import the project instead")
    parser.add_argument("--json", type=Path, help="answers already written down")
    parser.add_argument("--keep", type=Path, help="write the program's answers into this folder")
    parser.add_argument("--together", action="store_true", help="give all filled forms at once")
    parser.add_argument("--blank-only", action="store_true", help="do not read the filled forms")
    parser.add_argument("--verbose", action="store_true", help="list what was missed")
    for line in lines(parser.parse_args()):
        print(line)


if __name__ == "__main__":
    main()
