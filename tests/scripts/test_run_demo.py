from pathlib import Path

from tests.scripts.project import Project


def test_demo_names_what_it_leaves_and_passes_arguments(tmp_path: Path) -> None:
    project = Project(tmp_path)
    (tmp_path / "scripts" / "set-up").write_text("#!/bin/sh\n")  # nothing to set up
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nexit 3\n')
    python.chmod(0o755)
    status, out, err = project.run("run-demo", "--cameras", "1 2")
    assert (status, err) == (3, "")
    said, *arguments = out.splitlines()
    assert f"rm -r demo '{tmp_path}/.venv' removes them" in said
    assert arguments == [f"{tmp_path}/process_images.py", "demo", "--cameras", "1 2"]
