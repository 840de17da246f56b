"""``GET /v1/models`` of LiteLLM's proxy with 2,000 models, and of modeldex with as many offers.

Both are asked as OpenAI's client asks, compression included, and answer in OpenAI's shape.

Needs ``litellm[proxy]`` and wrk; says what is missing.

Run: ``python bench/litellm_proxy.py [--models 2000] [--seconds 5] [--rounds 3]``
"""

import argparse
import importlib.util
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import harness
import ours
from harness import Missing, free_port, running, tool

CONNECTIONS = 16
# What LiteLLM's proxy imports beyond the package itself.
_NEEDED = ("litellm", "fastapi_sso", "backoff", "orjson", "apscheduler", "rq")
_PEER, _OURS = "LiteLLM's proxy", "modeldex"
_PATHS = {_PEER: "/v1/models", _OURS: "/v1/models?shape=openai"}
_ACCEPT = "accept-encoding: gzip, deflate, br, zstd"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 3 where something is missing."""
    given = _arguments(arguments)
    try:
        tool("wrk", "wrk")
        _need_proxy()
        rates = _measured(given)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 3
    rows = [[name, f"{statistics.median(found):,.1f}"] for name, found in rates.items()]
    rows.append(["ratio", f"{harness.ratio(rates[_OURS], rates[_PEER]):,.0f}"])
    print(f"\nRequests per second of GET /v1/models, {given.models:,} models each.\n")
    print(harness.table(["server", "rate"], rows))
    return 0


def _need_proxy() -> None:
    """See that the proxy can be imported.

    Raises:
        Missing: naming each package that is not there.
    """
    absent = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if absent:
        raise Missing(
            f"LiteLLM's proxy cannot be imported without {', '.join(absent)} "
            "(pip install 'litellm[proxy]'); nothing was measured."
        )


def _measured(given: argparse.Namespace) -> dict[str, list[float]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours.publish(folder, given.models)
        ports = {
            _OURS: stack.enter_context(ours.serving(folder)),
            _PEER: stack.enter_context(_proxy(folder, given.models)),
        }
        cells = {
            name: partial(_rate, f"http://127.0.0.1:{port}{_PATHS[name]}", given.seconds)
            for name, port in ports.items()
        }
        return harness.interleaved([cells], given.rounds)


@contextmanager
def _proxy(folder: Path, models: int) -> Iterator[int]:
    """Give the port of LiteLLM's proxy with so many models, none of which is ever called."""
    port, config = free_port(), folder / "litellm.yaml"
    one = (
        "  - model_name: model-{0}\n    litellm_params: {{model: openai/model-{0}, api_key: none}}"
    )
    local = "general_settings: {dangerously_permit_weak_or_unset_master_key: true}"
    lines = [local, "model_list:", *(one.format(number) for number in range(models))]
    config.write_text("\n".join(lines))
    start = "from litellm import run_server; run_server()"
    given = ["--config", str(config), "--port", str(port), "--host", "127.0.0.1"]
    command = [sys.executable, "-c", start, *given]
    with running(command, harness.cores()[0], f"http://127.0.0.1:{port}/v1/models"):
        yield port


def _rate(url: str, seconds: float) -> float:
    asked = ["-t1", f"-c{CONNECTIONS}", "-d1h", "--timeout=60s", "-H", _ACCEPT, url]
    command = [tool("wrk", "wrk"), *asked]
    said = harness.stopped_after(seconds, command, harness.cores()[1])
    found = re.search(r"Requests/sec: +([0-9.]+)", said)
    if found is None or "Non-2xx" in said:
        raise RuntimeError(f"wrk at {url} says: {said}")
    return float(found[1])


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--models", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
