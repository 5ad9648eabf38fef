"""The last commit, put on a machine as a platform would; `make deploy-check` does it with a clean environment."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_what_was_committed_is_released_used_and_stopped_under_load():
    command = [sys.executable, "-W", "ignore", "-m", "tools.deploy_check", "--borrow"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 lost" in done.stdout
