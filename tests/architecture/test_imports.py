"""The directions of imports, as ``pyproject.toml`` declares them."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.architecture.repository import ROOT

pytestmark = pytest.mark.once

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
LINT = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(LINT, cwd=folder, capture_output=True, text=True, check=False)


def containers() -> set[str]:
    return {name for contract in CONTRACTS for name in contract.get("containers", [])}


def test_the_contracts_are_kept():
    result = lint(ROOT)

    assert result.returncode == 0, result.stdout


def test_a_broken_contract_is_noticed(tmp_path):
    package = tmp_path / "broken"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "low.py").write_text("import broken.high\n")
    (package / "high.py").touch()
    (tmp_path / "pyproject.toml").write_text(
        "[tool.importlinter]\nroot_package = 'broken'\n[[tool.importlinter.contracts]]\n"
        "name = 'direction'\ntype = 'layers'\ncontainers = ['broken']\nlayers = ['high', 'low']\n"
    )

    assert lint(tmp_path).returncode == 1


def test_every_domain_is_under_a_contract():
    domains = {
        f"talentsphere.domains.{path.parent.name}" for path in (ROOT / "src/talentsphere/domains").glob("*/__init__.py")
    }

    assert domains - containers() - {"talentsphere.domains.*"} == set()
