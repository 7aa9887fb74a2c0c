"""`python -m bench [NAME…]`: each in a process of its own, so that peak memory means something."""

import subprocess
import sys

NAMES = (
    *("rollup", "imports", "current", "matching", "plan", "review", "uploads", "produce", "block"),
    *("registers", "year", "pages"),
)

if __name__ == "__main__":
    chosen = sys.argv[1:] or NAMES
    unknown = [name for name in chosen if name not in NAMES]
    if unknown:
        sys.exit(f"no such measurement: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    failed = [
        name
        for name in chosen
        if subprocess.run([sys.executable, "-m", f"bench.{name}"]).returncode
    ]
    sys.exit(f"gates missed in: {', '.join(failed)}" if failed else 0)
