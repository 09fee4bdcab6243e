from pathlib import Path

import pytest

from tests.scripts.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_each_new_package_has_a_line(project: Project) -> None:
    lines = [
        "Looking in links: /wheels",
        "Requirement already satisfied: zero==1 in ./.venv (from -r requirements.txt (line 1)) (1)",
        "Collecting one==1 (from -r requirements.txt (line 2))",
        "  Downloading one-1-py3-none-any.whl (1 kB)",
        "Processing /wheels/two_words-1.0-cp311-cp311-linux_x86_64.whl",
        "Installing collected packages: one, two-words",
    ]
    status, out, err = project.run("with-progress", "3", "printf", "%s\\n", *lines)
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "set-up: package 2 of about 3: one==1",
        "set-up: package 3 of about 3: two_words-1.0",
        "set-up: unpacking them",
    ]


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("ERROR: [Errno 28] No space left on device", "the disk is full; make room"),
        ("OSError: [Errno 122] Disk quota exceeded", "the disk is full; make room"),
        ("Error: [Errno 30] Read-only file system: '.venv'", "cannot write to {folder}/.venv; use a copy of this"),
        ("Error: [Errno 13] Permission denied: '.venv'", "cannot write to {folder}/.venv; use a copy of this"),
        ("WARNING: Retrying (Retry(total=4)) after", "cannot reach the package index; check network, proxy"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "a package is not the pinned one; check"),
        ("anything else", "failed, see above; fix that"),
    ],
)
def test_failure_ends_with_cause_and_remedy(
    project: Project, monkeypatch: pytest.MonkeyPatch, message: str, cause: str
) -> None:
    monkeypatch.chdir(project.folder)
    status, _, err = project.run("with-progress", "0", "sh", "-c", f'echo "{message}"; exit 1')
    assert status == 2
    assert message in err
    assert err.splitlines()[-1].startswith(f"set-up: {cause.format(folder=project.folder)}")


def test_recovered_trouble_is_no_failure(project: Project) -> None:
    message = "WARNING: Retrying (Retry(total=4)) after connection broken"
    status, out, err = project.run("with-progress", "1", "echo", message)
    assert (status, out, err) == (0, "set-up: no answer from the package index; trying again\n", "")
