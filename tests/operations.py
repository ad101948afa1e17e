"""Every operation of the API, from its document."""

import json
from collections.abc import Iterator

from api_client import ROOT


def operations() -> Iterator[tuple[str, str, str]]:
    """Every operation of the API: method, address, and name."""
    document = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path.removeprefix("/api/v1"), operation["operationId"]
