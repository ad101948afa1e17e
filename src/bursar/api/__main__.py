"""Write docs/openapi.json anew: `python -m bursar.api`."""

import json
import os
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).resolve().parents[3] / "docs/openapi.json"


def openapi_text() -> str:
    """Return the text of docs/openapi.json. Django must be set up first."""
    # Imported here, because the routes import models, which need Django.
    from bursar.api.app import api

    return json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bursar.site.settings")
    import django

    django.setup()
    PAGE.write_text(openapi_text(), encoding="utf-8")
