"""A project folder with the real scripts, and a package index of wheels made here: nothing is downloaded."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

SCRIPTS = Path(__file__).parent.parent.parent / "scripts"
PYTHON = str(Path(sys.base_prefix) / "bin" / "python3")


class Project:
    """Use `requirement` to make a wheel, `require` to write requirements.txt, and `run` or `start` for a script."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wheels = folder / "wheels"
        self.complete = folder / ".venv" / "complete"  # what set-up writes last
        self.wheels.mkdir(parents=True, exist_ok=True)
        shutil.copytree(SCRIPTS, folder / "scripts", dirs_exist_ok=True)

    def requirement(self, name: str, **files: str) -> str:
        """The pinned line of a new wheel with the module `name`; `files` are added under their names."""
        wheel = self.wheels / f"{name}-1-py3-none-any.whl"
        info = f"{name}-1.dist-info"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(f"{name}.py", "")
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
            archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            for path, text in files.items():
                archive.writestr(path, text)
            archive.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in archive.namelist()))
        return f"{name}==1 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"

    def require(self, *lines: str) -> None:
        (self.folder / "requirements.txt").write_text("".join(lines))

    def start(self, script: str, *arguments: str, **settings: str) -> "subprocess.Popen[str]":
        pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels)}
        return subprocess.Popen(
            [str(self.folder / "scripts" / script), *arguments],
            env={"PATH": os.environ["PATH"], "PYTHON": PYTHON, **pip, **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, script: str, *arguments: str, **settings: str) -> tuple[int, str, str]:
        """Exit status, standard output, standard error."""
        process = self.start(script, *arguments, **settings)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def imports(self, name: str) -> bool:
        python = self.folder / ".venv" / "bin" / "python"
        return subprocess.run([python, "-c", f"import {name}"], capture_output=True, check=False).returncode == 0
