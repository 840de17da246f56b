"""What the README tells people to type exists."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def tasks() -> set[str]:
    """Return the tasks that `./dev` lists."""
    listed = subprocess.run([ROOT / "dev"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^  ([a-z-]+) ", listed, re.MULTILINE))


def test_the_first_block_has_the_two_commands() -> None:
    """One sets up and serves, one sets up and runs the tests; a line above says on what."""
    before, _, rest = README.partition("```console\n")
    block = rest.partition("```")[0]

    assert re.findall(r"^\$ (\./dev \w+) +# (sets up)", block, re.MULTILINE) == [
        ("./dev serve", "sets up"),
        ("./dev test", "sets up"),
    ]
    assert all(word in before for word in ("Debian 12", "`python3`", "`python3-venv`", "`git`"))


def test_every_task_that_the_readme_names_is_one_of_dev() -> None:
    """No command of the README is one that `./dev` does not know."""
    assert {"serve", "test"} <= set(re.findall(r"\./dev ([a-z-]+)", README)) <= tasks()


def test_ci_runs_what_the_readme_says_and_that_runs_the_tests() -> None:
    """What CI calls is the README's `./dev check`, which ends with the README's test command."""
    run = re.findall(r"^\./dev (\w+)", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    steps = (ROOT / "dev").read_text("utf-8").partition("task_check() {")[2].partition("\n}")[0]

    assert run == ["check"]
    assert "`./dev check` is what CI runs" in README
    assert "task_test" in steps


def test_every_link_of_the_readme_leads_somewhere() -> None:
    """A path that the README points to is in the repository."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_lock_files_name_the_same_versions() -> None:
    """Serving and testing share an environment: neither command undoes what the other set up."""
    serving, testing = (
        dict(
            re.findall(
                r"^([\w-]+)==(\S+)", (ROOT / "requirements" / name).read_text(), re.MULTILINE
            )
        )
        for name in ("serve.txt", "test.txt")
    )

    assert serving
    assert serving.items() <= testing.items()
