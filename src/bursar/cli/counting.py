"""Keep the counters of all processes of a server in a folder, so that any of them can answer for all."""

import os
import shutil
from pathlib import Path


def counting_variables(home: Path) -> dict[str, str]:
    """Return the variables by which processes count into one folder, which is emptied; none without a token."""
    if not os.environ.get("BURSAR_METRICS_TOKEN"):
        return {}
    # Each process leaves files under its number; those of processes of before would be counted again.
    folder = home / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
