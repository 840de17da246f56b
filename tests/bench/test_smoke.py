"""Each bench runs and prints its table. Nothing here asks how fast."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import recorded

BENCH = Path(__file__).resolve().parents[2] / "bench"
TOOLS = ("nginx", "wrk", "taskset")
SYSTEM_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
MISSING = 3


def bench(*arguments: str, path: str = SYSTEM_PATH) -> subprocess.CompletedProcess[str]:
    """Run a bench as a person does."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=BENCH,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def rows(printed: str) -> dict[str, list[str]]:
    """Return the cells of the printed table by the first one of each line."""
    lines = [line.strip("| ").split("|") for line in printed.splitlines() if line[:1] == "|"]
    return {first.strip(): [one.strip() for one in others] for first, *others in lines}


def need(*tools: str) -> None:
    """Skip where one of *tools* is not installed; in CI, fail."""
    missing = [one for one in tools if shutil.which(one, path=SYSTEM_PATH) is None]
    if missing:
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(f"not installed: {', '.join(missing)}")


def test_hot_path_compares_all_servers() -> None:
    """All servers agree on every answer; the table has their rates, and both lanes' ratios."""
    need(*TOOLS)
    done = bench("hot_path.py", "--seconds", "0.2", "--rounds", "1", "--offers", "400")
    found = rows(done.stdout)
    assert done.returncode == 0, done.stderr
    assert list(found)[2:] == ["12k", "304", "100k"]
    assert all(float(cell) > 0 for name in ("12k", "304", "100k") for cell in found[name][1:])


def test_hot_path_says_what_is_missing(tmp_path: Path) -> None:
    """Without its tools the bench says so in one sentence and ends with 3."""
    done = bench("hot_path.py", path=str(tmp_path))
    assert done.returncode == MISSING
    assert re.fullmatch(r"\w+ is not installed \(apt-get install .*\); .*\.\n", done.stderr)
    assert done.stdout == ""


def test_build_prints_each_phase() -> None:
    """The table has every phase at every size, and the ratio to json.loads."""
    nowhere = ("--recordings", "nowhere", "--rows", "40")
    done = bench("build.py", "--scales", "1,2", "--repeats", "1", *nowhere)
    found = rows(done.stdout)
    assert done.returncode == 0, done.stderr
    assert found["offers"] == ["40.0", "80.0", "2.0"]
    assert float(found["all but compression / json.loads"][0]) > 1
    assert float(found["write the file"][1].replace(",", "")) > 0


def test_store_prints_each_step_on_both_databases() -> None:
    """Per database the table has each size and the growth, and what is stored is read back."""
    done = bench("store.py", "--sizes", "200,100", "--repeats", "1")
    found = rows(done.stdout)
    assert done.returncode == 0, done.stderr
    assert found["step"] == [
        "SQLite, 100", "SQLite, 200", "growth", "PostgreSQL, 100", "PostgreSQL, 200", "growth",
    ]  # fmt: skip
    assert list(found)[2:] == [
        "save a baseline", "known", "believed", "save a cycle that changes 1 %", "basis", "all",
        "all, by the clock",
    ]  # fmt: skip
    assert all(float(cell) > 0 for cell in found["all, by the clock"])


def test_questions_are_asked_of_a_worker_and_of_its_file() -> None:
    """Every kind of question has its times through the edge and in bare SQL."""
    need("taskset")
    done = bench("questions.py", "--sizes", "300", "--questions", "3")
    found = rows(done.stdout)
    assert done.returncode == 0, done.stderr
    assert len(found) == 2 + 8
    assert all(len(cells) == 4 and float(cells[0]) > 0 for cells in list(found.values())[2:])


@pytest.mark.recorded
def test_build_reads_recorded_answers() -> None:
    """Beside recorded answers it measures these: every provider's newest one."""
    everything = recorded.load()
    done = bench("build.py", "--scales", "1", "--repeats", "1")
    assert done.returncode == 0, done.stderr
    sizes = {one.provider: len(everything.body(one)) for one in everything.all}
    assert rows(done.stdout)["payloads, MB"][0] == f"{sum(sizes.values()) / 1e6:.1f}"


def test_synthetic_catalogs_are_the_same_for_the_same_seed() -> None:
    """Two processes make the same bytes of one seed, others of another, and as many as asked."""
    code = (
        "import sys, synthetic; found = synthetic.payloads(500, int(sys.argv[1])); "
        "print(len(synthetic.catalog(500).offers), *(one.body for one in found))"
    )
    one, same, other = (bench("-c", code, seed).stdout for seed in ("1", "1", "2"))
    assert one.startswith("500 ")
    assert one == same
    assert one != other


@pytest.mark.recorded
def test_identity_reaches_its_goals_on_the_labels() -> None:
    """With and without the book, precision and recall of the base model; few labels left out."""
    recorded.load()
    done = bench("identity.py")
    assert done.returncode == 0, done.stdout
    for name in ("book off", "book on"):
        precision, recall = map(float, rows(done.stdout)[name][-2:])
        assert precision >= 0.995
        assert recall >= 0.95
    share = re.search(r"Left out as wrong labels.*\((.*)%\)", done.stdout)
    assert share is not None
    assert float(share[1]) <= 3


def test_identity_says_what_is_missing() -> None:
    """Without the labels nothing is measured, and it says so."""
    done = bench("identity.py", "--gold", "nowhere")
    assert done.returncode == MISSING
    assert "nowhere is not beside the project" in done.stderr


def test_distinct_counts_each_number_of_questions() -> None:
    """The table has a line for each number of different questions, the first of which is one."""
    need("wrk", "taskset")
    small = ("--seconds", "0.2", "--rounds", "1", "--offers", "100")
    done = bench("distinct.py", "--questions", "300,1", *small)
    found = rows(done.stdout)
    assert done.returncode == 0, done.stderr
    assert list(found)[2:] == ["1", "300"]
    assert found["1"][1] == "1.00"


def test_start_is_compared_with_its_imports() -> None:
    """The table has both times, and what the goal allows."""
    need("taskset")
    done = bench("start.py", "--rounds", "1", "--offers", "100")
    assert done.returncode == 0, done.stderr
    assert all(float(cells[0]) > 0 for cells in [*rows(done.stdout).values()][2:])


def test_memory_is_read_from_the_kernel() -> None:
    """The table has a line for each size of the catalog."""
    done = bench("memory.py", "--sizes", "200,100", "--questions", "8")
    found = rows(done.stdout)
    assert done.returncode == 0, done.stderr
    assert list(found)[2:] == ["100", "200"]
    assert all(float(cell) > 0 for cell in found["100"])


def test_refresh_disturbance_tells_four_states_apart() -> None:
    """At rest and while publishing, with and without new questions beside; some were published."""
    need("taskset")
    done = bench("refresh_disturbance.py", "--seconds", "0.5", "--offers", "100")
    found = rows(done.stdout)
    assert done.returncode == 0, done.stderr
    assert len(found) == 6
    assert [int(cells[-1]) > 0 for cells in [*found.values()][2:]] == [False, True, False, True]


def test_litellm_proxy_runs_or_says_what_is_missing() -> None:
    """Where the peer cannot run, one sentence names what it lacks."""
    done = bench("litellm_proxy.py", "--models", "20", "--seconds", "0.5", "--rounds", "1")
    if done.returncode == MISSING:
        assert re.search(r"\(.* install .*\); nothing was measured\.\n$", done.stderr)
    else:
        assert float(rows(done.stdout)["ratio"][0].replace(",", "")) > 0


def test_lane_tells_the_parts_of_a_hit() -> None:
    """Each variant is a hit of the fast lane, and its parts make up the whole."""
    done = bench("lane.py", "--hits", "200", "--repeats", "1", "--offers", "400")
    found = rows(done.stdout)
    assert done.returncode == 0, done.stderr
    assert found["what"] == ["12k", "304", "100k"]
    for column in zip(*[*found.values()][2:], strict=True):
        _, _, whole, *parts = map(float, column)
        assert whole == pytest.approx(sum(parts), abs=0.1)


def test_a_storm_is_compared_with_rest() -> None:
    """Known and unasked questions, each with its ratio."""
    need("taskset")
    done = bench("storm.py", "--clients", "10", "--seconds", "0.5", "--offers", "200")
    found = rows(done.stdout)
    assert done.returncode == 0, done.stderr
    assert list(found)[2:] == ["known", "unasked"]
    assert all(float(cells[-1]) > 0 for cells in [*found.values()][2:])
