"""Answers of v1, pinned in small files: work on v2 cannot change them by accident."""

from __future__ import annotations

import json
import os
from pathlib import Path

from werkzeug.test import TestResponse


def assert_golden(path: Path, response: TestResponse) -> None:
    """Compare the JSON body with the file; ``UPDATE_GOLDEN=1`` writes it, for a change that is meant."""
    body = json.dumps(response.get_json(), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_text(body)
    assert body == path.read_text(), f"{path.name} differs; when that is meant: UPDATE_GOLDEN=1"
