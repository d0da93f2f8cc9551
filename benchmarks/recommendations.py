"""`python -m benchmarks.recommendations`: POST /api/v1/recommendations with a 12-megapixel JPEG, by stage.

Serves the instance of the environment (INSTANCE_DIR; import a catalogue first) with the real web server on loopback.
First one request after the other: wall and core milliseconds a stage, and the server's whole CPU time a request.
Then a bounded load: a steady rate for some seconds, with the latency that clients see.
Budget: two cores at 10 requests/s leave 200 core-milliseconds a request, everything included.
"""

import argparse
import http.client
import io
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
PORT = 8731
BOUNDARY = "benchmark-boundary"
BUDGET_CORE_MS = 200
AS_MAKE_RUN = {"OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}


def photo_of_12_megapixels() -> bytes:
    """A drawn dressed figure at 3000 × 4000 with camera-like noise, as a JPEG of quality 90."""
    from demo.looks import demo_looks, draw_look

    look = demo_looks()[0]
    drawn = Image.fromarray(draw_look(look.spec, seed=look.seed).image)
    ground = Image.new("RGB", (3000, 4000), drawn.getpixel((2, 2)))
    drawn = drawn.resize((round(drawn.width * 4000 / drawn.height), 4000), Image.Resampling.BICUBIC)
    ground.paste(drawn, ((3000 - drawn.width) // 2, 0))
    noise = np.random.default_rng(0).normal(0, 6, (4000, 3000, 1))
    noisy = np.clip(np.asarray(ground) + noise, 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noisy).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def form_of(photo: bytes) -> bytes:
    """The multipart body of one request."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="consent"\r\n\r\nrecommendation\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="photo.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    return head.encode() + photo + f"\r\n--{BOUNDARY}--\r\n".encode()


def ask(body: bytes) -> tuple[float, dict[str, float], dict[str, object]]:
    """Send one request; return the client's wall milliseconds, the stages of Server-Timing, and the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    started = time.perf_counter()
    connection.request(
        "POST", "/api/v1/recommendations", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    )
    response = connection.getresponse()
    answer = json.loads(response.read())
    wall_ms = (time.perf_counter() - started) * 1000
    connection.close()
    if response.status != 200:
        raise SystemExit(f"the shop answered {response.status}: {answer}")
    timing = response.getheader("Server-Timing", "")
    stages = {part.split(";dur=")[0]: float(part.split(";dur=")[1]) for part in timing.split(", ")}
    return wall_ms, stages, answer


@contextmanager
def served() -> Iterator[psutil.Process]:
    """The shop behind gunicorn, as `make run` starts it."""
    environment = os.environ | AS_MAKE_RUN | {"DEMO": "1", "BIND": f"127.0.0.1:{PORT}"}
    command = [sys.executable, "-m", "gunicorn", "-c", "webapp/gunicorn_conf.py", "wsgi:app", "--log-level", "error"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)  # noqa: S603 - our own command
    try:
        for _ in range(150):
            time.sleep(0.2)
            try:
                connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
                connection.request("GET", "/healthz")
                health = connection.getresponse()
            except OSError:
                continue
            if health.status == 200:
                break
        else:
            raise SystemExit("the shop is not ready: import a catalogue first (flask demo seed, flask catalog import)")
        yield psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(timeout=30)


def core_seconds(server: psutil.Process) -> float:
    """CPU time of the server and its workers so far."""
    times = [process.cpu_times() for process in (server, *server.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def resident_megabytes(server: psutil.Process) -> float:
    """Resident memory of the server and its workers."""
    return sum(process.memory_info().rss for process in (server, *server.children(recursive=True))) / 1e6


def one_after_another(server: psutil.Process, body: bytes, requests: int) -> dict[str, object]:
    """Median wall and core milliseconds a stage over sequential requests."""
    measured: dict[str, list[float]] = defaultdict(list)
    before = core_seconds(server)
    for _ in range(requests):
        wall_ms, stages, answer = ask(body)
        measured["client"].append(wall_ms)
        for name, value in stages.items():
            measured[name].append(value)
    whole_core_ms = (core_seconds(server) - before) * 1000 / requests
    stages = {
        name: {"wall_ms": statistics.median(measured[name]), "core_ms": statistics.median(measured[f"{name}-core"])}
        for name in measured
        if f"{name}-core" in measured
    }
    garments = answer["garments"]
    assert isinstance(garments, list)
    return {
        "requests": requests,
        "garments": len(garments),
        "stages": stages,
        "client_wall_ms": statistics.median(measured["client"]),
        "request_core_ms": whole_core_ms,
        "budget_core_ms": BUDGET_CORE_MS,
        "share_of_budget": whole_core_ms / BUDGET_CORE_MS,
    }


def at_a_steady_rate(server: psutil.Process, body: bytes, rate: float, seconds: float) -> dict[str, object]:
    """Latency of clients that arrive at a steady rate, whether or not earlier ones are answered."""
    latencies: list[float] = []
    failures: list[str] = []

    def client() -> None:
        try:
            latencies.append(ask(body)[0])
        except (OSError, SystemExit, http.client.HTTPException) as error:
            failures.append(str(error))

    clients = []
    started = time.perf_counter()
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, started + number / rate - time.perf_counter()))
        clients.append(threading.Thread(target=client))
        clients[-1].start()
    for each in clients:
        each.join()
    took = time.perf_counter() - started
    ordered = sorted(latencies)
    return {
        "rate_per_second": rate,
        "requests": len(clients),
        "failures": len(failures),
        "answered_per_second": len(latencies) / took,
        "mean_ms": statistics.fmean(ordered) if ordered else None,
        "p95_ms": ordered[int(0.95 * (len(ordered) - 1))] if ordered else None,
        "resident_megabytes": resident_megabytes(server),
    }


def report(sequential: dict[str, object], steady: dict[str, object]) -> str:
    """The figures as a table."""
    stages = sequential["stages"]
    assert isinstance(stages, dict)
    rows = [f"{'stage':<10} {'wall ms':>8} {'core ms':>8}"]
    rows += [f"{name:<10} {value['wall_ms']:8.1f} {value['core_ms']:8.1f}" for name, value in stages.items()]
    rows.append(
        f"{'client':<10} {sequential['client_wall_ms']:8.1f} {sequential['request_core_ms']:8.1f}  (all included)"
    )
    rows.append(
        f"{sequential['share_of_budget']:.2f} of the budget of {BUDGET_CORE_MS} core-milliseconds; "
        f"{sequential['garments']} garments a photo"
    )
    rows.append(
        f"at {steady['rate_per_second']}/s: {steady['requests']} requests, {steady['failures']} failures, "
        f"mean {steady['mean_ms']:.0f} ms, p95 {steady['p95_ms']:.0f} ms, "
        f"{steady['resident_megabytes']:.0f} MB resident"
    )
    return "\n".join(rows)


def main() -> None:
    """Run both parts and print them."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--requests", type=int, default=30)
    options.add_argument("--rate", type=float, default=10.0, help="requests a second of the second part")
    options.add_argument("--seconds", type=float, default=20.0)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    body = form_of(photo_of_12_megapixels())
    with served() as server:
        for _ in range(8):
            ask(body)
        sequential = one_after_another(server, body, chosen.requests)
        steady = at_a_steady_rate(server, body, chosen.rate, chosen.seconds)
    figures = {"sequential": sequential, "steady": steady, "photo_bytes": len(body)}
    print(json.dumps(figures, indent=1) if chosen.json else report(sequential, steady))


if __name__ == "__main__":
    main()
