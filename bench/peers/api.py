"""The item `api`: what administration does beside 10,000 extensions and millions of call records: reads and writes a
second, what calls notice of it, and how long every list of the portal takes."""
import http.client
import json
import multiprocessing
import os
import queue
import sqlite3
import ssl
import statistics
import subprocess
import time

from measure import Load, Report
from servers import LOAD_CPU, Ringfence, free_port, say

EXTENSIONS, FIRST, RECORDS = 10_000, 100_000, 5_000_000
ADMINISTRATORS, TOKENS_OF_ONE = 4, 6
MEASURED_S, CALL_RATE = 5, 200
LIST_TARGET_MS, SETUP_TARGET = 1_000, 1.1
RECORD_GAP_MS = 2_000
GIVEN_UP_S = 120
# Rates of the trunk whose prices exposure goes through: +49 with every ending of four digits, and as many to +1.
RATES = 20_000
# What the portal asks for: whole lists, which it sorts and searches itself, or pages, what its users type that is not
# there, and the figures of all extensions that stand beside them.
WHOLE = ("extensions", "registrations", "calls", "trunks", "routes", "users", "sessions", "tokens", "tenants", "roles")
LISTS = (*(f"{name}?limit=10000" for name in WHOLE), "exposure?limit=10000", "spending?limit=10000", "patterns",
         "cdrs?limit=50", "cdrs?limit=50&offset=5000", "cdrs?limit=50&number=100500", "cdrs?limit=50&number=4930999999",
         "cdrs?limit=50&result=failed", "audit-log?limit=50", "events?limit=50",
         "guard/bans?ended=true&newest=true&limit=1000", "guard/access?limit=10000", "guard/rules", "guard/stats",
         "status")


class ApiRingfence(Ringfence):
    name = "ringfence-api"
    start_s = 180

    def __init__(self, build, work, records=RECORDS):
        self.web_port, self.records = free_port(), records
        super().__init__(build, work, more=f"""[web]
address = "127.0.0.1"
port = {self.web_port}
[records]
keep_mb = 0
""")

    @property
    def template(self):
        return self.work.parent / "accounts-api"

    def fill(self):
        if self.template.exists():
            return
        unfinished = self.template.with_suffix(".part")
        unfinished.mkdir(parents=True)
        unfinished.chmod(0o700)
        subprocess.run([self.build / "bench/peers/rf_bench_fill", "--data-dir", unfinished,
                        "--accounts", str(EXTENSIONS), "--first", str(FIRST)], check=True)
        fill_records(unfinished / "ringfence.db", self.records)
        unfinished.rename(self.template)

    def cli(self, data, *words, check=True):
        config = self.work.parent / "fill.toml"
        config.write_text(f'[server]\ndata_dir = "{data}"\n')
        done = subprocess.run([self.build / "app/ringfence", "--config", config, *words, "--json"], check=check,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return json.loads(done.stdout) if done.stdout else None

    def tokens(self):
        """Of the running server, as many as one machine may need to ask without pause."""
        out, data = [], self.work / "data"
        for user in range(ADMINISTRATORS):
            self.cli(data, "user", "add", f"bench-{user}", "--class", "system", "--role", "system")
            out += [self.cli(data, "token", "add", f"bench-{i}", "--user", f"bench-{user}", "--scope", "*")["token"]
                    for i in range(TOKENS_OF_ONE)]
        return out

    def way_out(self):
        """What a stolen password can cost has something to go through: a trunk with prices, and a route to it."""
        data, sheet = self.work / "data", self.work.parent / "rates.csv"
        rows = (f"{country}{i:04},0.{1 + i * 7919 % 90:02}\n" for country in (49, 1) for i in range(RATES // 2))
        sheet.write_text("prefix,rate_per_min\n" + "".join(rows))
        self.cli(data, "telephony", "set", "--home", "DE", "--area-code", "30", "--time-zone", "Europe/Berlin")
        self.cli(data, "deck", "import", "bench", str(sheet))
        self.cli(data, "trunk", "add", "bench", "--kind", "registers", "--uri", "sip:provider.invalid;transport=tls",
                 "--user", "bench", "--deck", "bench", "--ping", "0s")
        self.cli(data, "route", "add", "bench", "--patterns", "+.", "--trunks", "bench")
        [one] = self.cli(data, "exposure", str(FIRST))["extensions"]
        if one["dearest"] is None:
            raise SystemExit(f"nothing of the bench costs anything: {one['why']}")


def fill_records(database, count):
    """Call records by one statement; the newest ended just now."""
    began = time.monotonic()
    with sqlite3.connect(database) as sql:
        sql.execute("PRAGMA synchronous = OFF")
        known = {"id": "printf('bench%015d', i)", "tenant": "1", "caller": f"1 + i % {EXTENSIONS}",
                 "callee": f"1 + i * 7 % {EXTENSIONS}", "caller_number": f"{FIRST} + i % {EXTENSIONS}",
                 "dialled": f"{FIRST} + i * 7 % {EXTENSIONS}", "caller_address": "'192.0.2.1'",
                 "started_wall_ms": f"{int(time.time() * 1000)} - ({count} - i) * {RECORD_GAP_MS}",
                 "answered_wall_ms": f"{int(time.time() * 1000)} - ({count} - i) * {RECORD_GAP_MS} + 500",
                 "ended_wall_ms": f"{int(time.time() * 1000)} - ({count} - i) * {RECORD_GAP_MS} + 1500",
                 "result": "1 + (i % 10 = 0) * 2", "ended_by": "1", "sip_status": "200", "attempts": "1",
                 "engine": "'relay'"}
        columns = [(row[1], row[2]) for row in sql.execute("PRAGMA table_info(cdrs)")]
        values = [known.get(name, "''" if kind == "TEXT" else "0") for name, kind in columns]
        sql.execute(f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
                    f"INSERT INTO cdrs ({','.join(name for name, _ in columns)}) SELECT {','.join(values)} FROM n")
    sql.close()
    say(f"{count:,} call records in {time.monotonic() - began:.0f} s")


class Asker:
    """One connection with one token; who is told to wait says so."""

    def __init__(self, port, token):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.web = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=context)
        self.headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}

    def ask(self, verb, target, body=None):
        """Status and milliseconds."""
        began = time.monotonic()
        self.web.request(verb, "/api/v1/" + target, None if body is None else json.dumps(body), self.headers)
        answer = self.web.getresponse()
        answer.read()
        took_ms = 1e3 * (time.monotonic() - began)
        if answer.will_close:
            self.web.close()
        return answer.status, took_ms


def work(port, tokens, changes, seconds, out):
    """Asks as fast as it is answered, each token as long as it may."""
    os.sched_setaffinity(0, {LOAD_CPU})
    askers, took, refused, turn = [Asker(port, token) for token in tokens], [], 0, 0
    until = time.monotonic() + seconds
    while time.monotonic() < until and askers:
        turn += 1
        one, number = askers[turn % len(askers)], FIRST + turn * 37 % EXTENSIONS
        if changes:
            status, ms = one.ask("PATCH", f"extensions/{number}", {"name": f"Bench {turn}"})
        else:
            status, ms = one.ask("GET", f"extensions/{number}")
        if status == 429:
            time.sleep(0.02)
        elif status >= 400:
            refused += 1
        else:
            took.append(ms)
    out.put((took, refused))


class Hammer:
    """Processes that ask the API; the figures of all when it ends."""

    def __init__(self, port, tokens, changes, seconds, processes=2):
        self.out = multiprocessing.Queue()
        self.all = [multiprocessing.Process(target=work, args=(port, tokens[i::processes], changes, seconds, self.out))
                    for i in range(processes)]

    def __enter__(self):
        for each in self.all:
            each.start()
        return self

    def __exit__(self, *_):
        try:
            found = [self.out.get(timeout=GIVEN_UP_S) for _ in self.all]
        except queue.Empty:
            raise SystemExit("somebody who asked the API was shut out; see the errors above") from None
        for each in self.all:
            each.join()
        self.took = sorted(ms for took, _ in found for ms in took)
        if refused := sum(count for _, count in found):
            raise SystemExit(f"the API refused {refused} requests of the bench")

    def figures(self, seconds):
        return len(self.took) / seconds, self.took[int(len(self.took) * 0.99)]


def api(build, work_dir, load: Load, report: Report, rounds, records):
    ours = ApiRingfence(build, work_dir, records)
    with ours:
        tokens = ours.tokens()
        for name, changes in (("read", False), ("write", True)):
            with Hammer(ours.web_port, tokens, changes, MEASURED_S) as hammer:
                pass
            rate, p99 = hammer.figures(MEASURED_S)
            report.line(f"api-{name}s", rate, None, "per_s", note=f"{EXTENSIONS:,} extensions, {len(tokens)} tokens")
            report.line(f"api-{name}-p99", p99, None, "ms")
        # What the records above left to the disk is no part of a call.
        os.sync()
        alone, beside = [], []
        for _ in range(rounds):
            run = {"rate": CALL_RATE, "hold": 100, "accounts": 6_000, "warm": 1, "seconds": MEASURED_S}
            alone.append(load(ours, "call", **run)["latency_us"]["p99"] / 1e3)
            # One address may have only so many connections.
            with Hammer(ours.web_port, tokens[::2], False, MEASURED_S + 2, 1), \
                    Hammer(ours.web_port, tokens[1::2], True, MEASURED_S + 2, 1):
                beside.append(load(ours, "call", **run)["latency_us"]["p99"] / 1e3)
        report.line("api-call-setup-p99", statistics.median(beside), statistics.median(alone), "ms", SETUP_TARGET,
                    note="calls while the API is hammered against calls alone")
        ours.way_out()
        asker = Asker(ours.web_port, tokens[0])
        slowest = 0
        for target in LISTS:
            found = [asker.ask("GET", target) for _ in range(3)]
            if any(status != 200 for status, _ in found):
                raise SystemExit(f"{target}: {found}")
            took = statistics.median(ms for _, ms in found)
            slowest = max(slowest, took)
            report.line(f"api-list {target}".replace(" ", "-"), took, None, "ms", LIST_TARGET_MS)
        report.line("api-slowest-list", slowest, None, "ms", LIST_TARGET_MS,
                    note=f"{EXTENSIONS:,} extensions, {records:,} call records")
