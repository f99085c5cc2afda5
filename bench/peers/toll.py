"""The item `toll`: what a call that costs money needs, from the INVITE to the BYE, with every control on; and what a decision
alone needs, by the number of rules. The peer is Kamailio with the nearest that it carries."""
import json
import random
import socket
import subprocess
from pathlib import Path

from measure import cost, in_turn
from servers import Kamailio, Ringfence, say

ROUTES, NUMBER_RULES, PREFIXES = 1_000, 100_000, 1_000_000
CALLERS, FIRST, PER_DEPARTMENT = 6_000, 100_000, 20
RATE = 1_000
CARRIER_HOST = "127.0.0.3"


def prefixes():
    """Of four to seven digits behind the country code, always the same."""
    chance, known = random.Random(7), set()
    while len(known) < PREFIXES - 1:
        length = chance.randrange(4, 8)
        known.add(f"49{chance.randrange(10 ** length):0{length}}")
    return ["49", *sorted(known)]


def routes():
    """Beginnings of called numbers, each for a route of its own; the last one takes what no other does."""
    return [f"4930{100_000 + 7 * i}" for i in range(ROUTES - 1)] + ["49"]


def blocked():
    """None of those that are called."""
    return [f"4930{90_000_000 + 3 * i}" for i in range(NUMBER_RULES)]


def carrier_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((CARRIER_HOST, 0))
        return probe.getsockname()[1]


class TollRingfence(Ringfence):
    """As it is installed, with a carrier, departments, routes, a deck and a list. Limits as they stand, but for the house:
    6,000 people call here."""
    name = "ringfence-toll"

    def __init__(self, build, work, carrier):
        super().__init__(build, work)
        self.carrier = carrier

    @property
    def template(self):
        return self.work.parent / "accounts-toll"

    def cli(self, data, *words):
        config = data.parent / "fill.toml"
        config.write_text(f'[server]\ndata_dir = "{data}"\n')
        subprocess.run([self.build / "app/ringfence", "--config", config, *words], check=True, stdout=subprocess.DEVNULL)

    def fill(self):
        if self.template.exists():
            return
        unfinished = self.template.with_suffix(".part")
        unfinished.mkdir(parents=True)
        unfinished.chmod(0o700)
        subprocess.run([self.build / "bench/peers/rf_bench_fill", "--data-dir", unfinished, "--accounts", str(2 * CALLERS)],
                       check=True)
        say("reading a deck of a million prefixes and 100,000 rules")
        deck, numbers, policy = (self.template.parent / name for name in ("deck.csv", "numbers.txt", "policy.toml"))
        deck.write_text("prefix,rate_per_min\n" + "".join(f"{p},0.{i % 50 + 1:04}\n" for i, p in enumerate(prefixes())))
        numbers.write_text("".join(f"+{number}\n" for number in blocked()))
        policy.write_text(self.policy())
        self.cli(unfinished, "deck", "import", "world", deck)
        self.cli(unfinished, "number-list", "import", "blocked", numbers)
        self.cli(unfinished, "policy", "apply", policy)
        unfinished.rename(self.template)

    def policy(self):
        lines = ['[telephony]\nhome = "DE"\narea_code = "30"\ntime_zone = "Europe/Berlin"\n',
                 '[limit.tenant]\nday = "1000000.00"\nmonth = "10000000.00"\n',
                 '[limit.system]\nday = "1000000.00"\nmonth = "10000000.00"\n',
                 f'[trunk.carrier]\nkind = "peer_address"\nuri = "sip:{CARRIER_HOST}:{self.carrier}"\n'
                 f'sources = ["{CARRIER_HOST}"]\ndeck = "world"\nshow = "anonymous"\n']
        lines += [f'[department.d{i}]\n' for i in range(CALLERS // PER_DEPARTMENT)]
        lines += [f'[limit.department.d{i}]\nday = "1000.00"\n' for i in range(CALLERS // PER_DEPARTMENT)]
        lines += [f'[extension.{FIRST + i}]\ndepartment = "d{i // PER_DEPARTMENT}"\n' for i in range(CALLERS)]
        lines += [f'[route.r{i}]\npatterns = ["+{beginning}."]\ntrunks = ["carrier"]\n'
                  for i, beginning in enumerate(routes())]
        return "\n".join(lines)


class TollKamailio(Kamailio):
    """The same work by the modules that come with it: see WITH_TOLL in kamailio.cfg. Everything in memory."""
    name = "kamailio-toll"
    packages = {**Kamailio.packages, "kamailio-cnxcc": "kamailio-cnxcc-modules"}
    megabytes, own_megabytes = 6_144, 256
    start_s = 300

    def __init__(self, build, work, carrier):
        super().__init__(build, work)
        self.carrier = carrier

    @classmethod
    def is_installed(cls, program):
        if program == "kamailio-cnxcc":
            return any(Path("/usr/lib").glob("*/kamailio/modules/cnxcc.so"))
        return Kamailio.is_installed(program)

    def tables(self):
        """For its module db_text."""
        folder = self.work / "tables"
        folder.mkdir()

        def table(name, columns, rows):
            (folder / name).write_text(columns + "\n" + "".join(row + "\n" for row in rows))
        table("version", "id(int,auto) table_name(string) table_version(int)",
              ["1:dr_gateways:3", "2:dr_rules:3", "3:dr_gw_lists:1", "4:mtree:1", "5:htable:2"])
        table("dr_gateways", "gwid(int,auto) type(int) address(string) strip(int) pri_prefix(string,null) attrs(string,null) "
              "description(string)", [f"1:1:{CARRIER_HOST}\\:{self.carrier}:0:::carrier"])
        table("dr_gw_lists", "id(int,auto) gwlist(string) description(string)", [])
        table("dr_rules", "ruleid(int,auto) groupid(string) prefix(string) timerec(string) priority(int) routeid(string) "
              "gwlist(string) description(string)",
              [f"{i + 1}:0:{beginning}:\\0:1:0:1:r" for i, beginning in enumerate(routes())])
        table("mtree", "id(int,auto) tprefix(string) tvalue(string)",
              [f"{i + 1}:{prefix}:{i % 50 + 1}" for i, prefix in enumerate(prefixes())])
        table("htable", "id(int,auto) key_name(string) key_type(int) value_type(int) key_value(string) expires(int)",
              [f"{i + 1}:{number}:0:1:1:0" for i, number in enumerate(blocked())])
        return folder

    def command(self):
        return [*super().command(), "-A", "WITH_TOLL", "-A", f'TABLES="text://{self.tables()}"']


def toll(bench):
    """CPU of a call by the carrier; then the decision alone."""
    TollKamailio.install()
    carrier = carrier_port()
    ours = TollRingfence(bench.build, bench.work, carrier)
    peer = TollKamailio(bench.build, bench.work, carrier)
    with ours, peer:
        found = in_turn((ours, peer), bench.rounds, lambda server: cost(bench.load(
            server, "call", rate=RATE, hold=100, accounts=2 * CALLERS, warm=1, seconds=3,
            carrier=f"{CARRIER_HOST}:{carrier}", dial="030")))
    bench.report.line("toll-call-cpu", found[ours.name], found[peer.name], "us", 1.0,
                      note="1,000 routes, 100,000 number rules, a million prefixes; ours has record and money on disk first")
    decision(bench)


def decision(bench):
    """The micro benchmarks of core/toll, core/money: medians of three."""
    wanted = "a_call_that_leaves<Part::(all|decide)>|finds_a_rate/1000000|^reserves_at_six_levels/100000"
    done = subprocess.run([bench.build / "bench/micro/bench_micro", f"--benchmark_filter={wanted}", "--benchmark_repetitions=3",
                           "--benchmark_min_time=0.3", "--benchmark_report_aggregates_only=true", "--benchmark_format=json"],
                          stdout=subprocess.PIPE, text=True, check=True)
    median = {run["run_name"]: run for run in json.loads(done.stdout)["benchmarks"] if run["aggregate_name"] == "median"}

    def micros(name):
        return median[name]["cpu_time"] / 1_000
    line = bench.report.line
    whole = {rules: micros(f"a_call_that_leaves<Part::all>/{rules}") for rules in (1_000, 10_000, 100_000)}
    line("toll-decide", whole[100_000], None, "us", 2, note="1,000 routes, 100,000 number rules, a million prefixes, judged "
         "by habits, five ledger levels")
    line("toll-decide-rules-only", micros("a_call_that_leaves<Part::decide>/100000"), None, "us", note="toll::decide alone")
    for rules, times in ((10_000, 10), (100_000, 100)):
        line(f"toll-decide-{times}x", whole[rules], whole[1_000], "us", 1.3, note=f"{rules:,} rules against 1,000")
    line("toll-reserve-six-levels", micros("reserves_at_six_levels/100000"), None, "us", note="among 100,000 extensions")
    line("toll-deck-memory", median["a_call_that_leaves<Part::all>/100000"]["deck_bytes"] / 1e6, None, "MB",
         note="a million prefixes of one country")
    line("toll-deck-memory-world", median["finds_a_rate/1000000"]["bytes_per_prefix"], None, "MB",
         note="a million prefixes of the whole world")
