"""The example: judge in Python, export, run on the emulated board, same predictions."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
NEEDED = ["make", "arm-none-eabi-gcc", "qemu-system-arm", "/usr/bin/rustc"]


def test_the_board_predicts_as_python(tmp_path):
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing and os.environ.get("SITU_REQUIRE_BOARDS") != "1":
        pytest.skip(f"no {missing[0]}")
    target = HERE.parents[1] / "firmware" / "target"
    command = [sys.executable, HERE / "examples" / "judge_export_run.py"]
    output = subprocess.run(
        [*command, tmp_path / "learner", f"TARGET_DIR={target}"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    assert "720 predictions on the board, all of them those of Python" in output
