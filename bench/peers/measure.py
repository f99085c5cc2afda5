"""One run of the generator, several rounds of several servers in turn, and the lines that a person and a script read."""
import json
import statistics
import subprocess

from servers import LOAD_CPU, SERVER_CPU, placed, say


class Report:
    """Collects one line a figure; `short` counts the targets that were missed."""

    def __init__(self):
        self.rows, self.short = [], 0

    def line(self, name, ours, peer, unit, target=None, ratio=None, note=""):
        """`target` bounds the ratio, or, where there is no peer to compare with, `ours` itself."""
        if ratio is None and peer:
            ratio = ours / peer
        judged = ratio if ratio is not None else ours
        verdict = "info" if target is None else "ok" if judged <= target else "short"
        self.short += verdict == "short"
        parts = [f"bench {name} ours={ours:.1f}"]
        if peer is not None:
            parts.append(f"peer={peer:.1f}")
        parts.append(f"unit={unit}")
        if ratio is not None:
            parts.append(f"ratio={ratio:.2f}")
        if target is not None:
            parts.append(f"target<={target:g}")
        parts.append(verdict)
        print(" ".join(parts), flush=True)
        self.rows.append((name, ours, peer, unit, ratio, target, verdict, note))

    def foreign(self, line):
        """A line that another bench program printed."""
        print(line, flush=True)
        words = line.split()
        fields = dict(word.replace("<=", "=").split("=", 1) for word in words[2:] if "=" in word)
        self.short += words[-1] == "short"

        def number(key):
            return float(fields[key]) if key in fields else None
        self.rows.append((words[1], number("ours"), number("peer"), fields.get("unit", ""), number("ratio"),
                          number("target"), words[-1], ""))

    def table(self):
        def show(value, digits=1):
            return "" if value is None else f"{value:,.{digits}f}"
        out = ["| figure | ours | peer | unit | ratio | target | |", "|---|---:|---:|---|---:|---:|---|"]
        for name, ours, peer, unit, ratio, target, verdict, note in self.rows:
            bound = "" if target is None else f"≤ {target:g}"
            out.append(f"| {name} | {show(ours)} | {show(peer)} | {unit} | {show(ratio, 2)} | {bound} | "
                       f"{verdict}{': ' + note if note else ''} |")
        return "\n".join(out)


class Load:
    def __init__(self, build):
        self.program = build / "bench/load/rf_load"

    def __call__(self, server, mode, allow_failures=False, **options):
        # Phones live on another address than the server's relay ports, so that no port of theirs is in its way.
        options.setdefault("local", "127.0.0.2")
        command = [self.program, mode, "--port", str(server.port), "--server-pid", str(server.pid)]
        for key, value in options.items():
            if value is True:
                command.append("--" + key.replace("_", "-"))
            elif value is not None and value is not False:
                command += ["--" + key.replace("_", "-"), str(value)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300,
                              preexec_fn=placed(LOAD_CPU))
        if done.returncode != 0:
            if allow_failures:
                return None
            raise SystemExit(f"{server.name}: {' '.join(map(str, command))}\n{done.stderr}")
        result = json.loads(done.stdout)
        failed = result.get("operations", {}).get("failed", 0)
        if failed and not allow_failures:
            # A share of failures would make the mean cost look better than it is.
            say(f"warning: {server.name} {mode} {options}: {failed} failed: {result['operations']['reasons']}, "
                f"{result['operations']['unfinished']} unfinished")
        return result


def cost(result):
    return result["window"].get("cpu_us_per_operation", float("inf"))


def in_turn(servers, rounds, work):
    """Median of work(server) over the rounds, the servers taking turns, each round in the other order."""
    values = {server.name: [] for server in servers}
    for turn in range(rounds):
        for server in servers if turn % 2 == 0 else reversed(servers):
            values[server.name].append(work(server))
    return {name: statistics.median(list_) for name, list_ in values.items()}


def good(result, rate):
    """Whether the server kept up: nothing failed, next to nothing had to be sent twice, and it went at that rate."""
    if result is None:
        return False
    counts = result["operations"]
    return (counts["failed"] == 0 and counts["skipped"] == 0 and counts["retransmissions"] <= counts["started"] / 1000
            and result["window"]["rate"] >= 0.98 * rate)


def peak(load, server, mode, start, factor=1.3, steps=9, **options):
    """The highest even rate without failures: up by a factor until it breaks, then one try half way."""
    best, rate = 0, start
    for _ in range(steps):
        if not good(load(server, mode, allow_failures=True, rate=rate, warm=0.5, seconds=2, drain=1.5, **options), rate):
            break
        best, rate = rate, int(rate * factor)
    else:
        return best
    if best:
        middle = (best + rate) // 2
        if good(load(server, mode, allow_failures=True, rate=middle, warm=0.5, seconds=2, drain=1.5, **options), middle):
            best = middle
    return best


def pinning():
    return f"server on processor {SERVER_CPU}, generator on processor {LOAD_CPU}"
