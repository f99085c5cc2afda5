"""The item `guard`: hostile packets, what they cost, and what honest callers notice; beside Kamailio with pike, and with
fail2ban reading its log. All stand in networks of their own, with a wire between the street and the server."""
import json
import math
import statistics
import subprocess
import time

from hostile import (HONEST, SERVER, Flood, KamailioFail2ban, KamailioPike, Town, datagrams, guess, memory_kib, scan,
                     spent_us)
from servers import LOAD_CPU, Ringfence, placed, say

RATES = (0, 10_000, 50_000, 100_000)
CALLS_PER_S, CALLING_S = 40, 6
COSTS_PER_S, SPOOFED_PER_S = 10_000, 50_000


class Ours(Ringfence):
    def trees(self):
        return [self.pid]


class Guard:
    """`settings` are lines for [guard] of our configuration; `sources` is how many forged senders there are in all."""

    def __init__(self, build, work, report, rounds, settings="", sources=2_000_000):
        self.build, self.work, self.report, self.rounds = build, work, report, rounds
        self.settings, self.sources = settings, sources

    def run(self):
        KamailioFail2ban.install()
        with Town() as self.town:
            where = {"host": SERVER, "netns": self.town.server}
            more = f'[network]\nlocal = ["203.0.113.0/24"]\n[guard]\n{self.settings}\n'
            servers = (Ours(self.build, self.work, more=more, **where), KamailioPike(self.build, self.work, **where),
                       KamailioFail2ban(self.build, self.work, **where))
            found = []
            for server in servers:
                figures = {}
                # Each begins with a server that has seen nobody.
                for part in (self.first_drop, self.cpu, self.calls, self.memory):
                    with server:
                        say(f"{server.name}: {part.__name__}")
                        taken = part(server)
                        figures.update(taken)
                        say("  " + ", ".join(f"{name} {figure[0]:.1f} {figure[1]}" for name, figure in taken.items()))
                found.append(figures)
        self.write(*found)

    def write(self, ours, pike, fail2ban):
        for name, (value, unit, target, note) in ours.items():
            if name == "memory-late":
                # It must not grow, whatever the others do.
                note += f"; the peers': {pike[name][0]:.0f}, {fail2ban[name][0]:.0f}"
                self.report.line(f"guard-{name}", value, None, unit, target, note=note)
                continue
            for peer, (other, _, _, their_note) in (("", pike[name]), ("-fail2ban", fail2ban[name])):
                notes = f"{note}; the peer's: {their_note}" if note else ""
                self.report.line(f"guard-{name}{peer}", value, other, unit, None if peer else target, note=notes)

    def first_drop(self, server):
        """From the first hostile packet to the first that is not answered any more."""
        out = {}
        for name, attack in (("scan", scan), ("guess", guess)):
            ms, answered = attack(server)
            out[f"first-drop-{name}"] = (math.inf if ms is None else ms, "ms", None, f"{answered} answered")
        return out

    def cpu(self, server):
        """Of a packet from one of 256 who do nothing else, and from somebody never seen before."""
        out = {}
        for name, sources in (("fixed", 256), ("spoofed", 1 << 22)):
            costs = []
            for _ in range(self.rounds):
                with Flood(self.build, self.town, server, COSTS_PER_S, 5, sources, "12.0.0.0") as flood:
                    time.sleep(1)
                    began, spent, (came, lost) = time.monotonic(), spent_us(server), datagrams(server)
                    time.sleep(3)
                    spent, (came, lost) = spent_us(server) - spent, (a - b for a, b in zip(datagrams(server), (came, lost)))
                    sent = (time.monotonic() - began) * flood.wait()["rate"]
                if lost > sent / 100:
                    say(f"warning: {server.name} lost {lost} of {sent:.0f}")
                # What the kernel drops never comes; what it hands over is counted exactly.
                costs.append(spent / (came if came > sent / 2 else sent))
            out[f"cpu-{name}"] = (statistics.median(costs), "us", 0.5, "")
        return out

    def calls(self, server):
        """Calls between 128 honest addresses while the flood of 256 others begins and goes on."""
        out = {}
        for turn, rate in enumerate(RATES):
            command = [self.build / "bench/load/rf_load", "call", "--server", server.host, "--port", str(server.port),
                       "--local", HONEST[0], "--spread", "--sockets", str(len(HONEST) // 2), "--accounts", "256", "--rate",
                       str(CALLS_PER_S), "--hold", "200", "--warm", "0.2", "--seconds", str(CALLING_S), "--drain", "9"]
            load = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                    preexec_fn=placed(LOAD_CPU))
            told = load.stderr.readline()
            if told.strip() != "registered":
                raise SystemExit(f"{server.name}: {told}{load.stderr.read()}")
            note = ""
            if rate:
                _, lost = datagrams(server)
                with Flood(self.build, self.town, server, rate, CALLING_S + 3, first=f"11.{turn}.0.0") as flood:
                    note = f"{flood.wait()['rate']:.0f}/s came, {datagrams(server)[1] - lost} found no room"
            result = json.loads(load.communicate()[0])
            counts, latency = result["operations"], result["latency_us"]
            if counts["failed"]:
                say(f"{server.name} at {rate}/s: {counts['failed']} of {counts['started']} failed: {counts['reasons']}")
            share = 100 * counts["failed"] / max(1, counts["started"])
            out[f"calls-failed-{rate}"] = (share, "percent", 0, note)
            for name, key in (("median", "p50"), ("p99", "p99")):
                out[f"setup-{name}-{rate}"] = (latency[key] / 1000 if counts["ok"] else math.inf, "ms", None, "")
        return out

    def memory(self, server):
        """What is taken while each packet has another sender, in all and in the second half."""
        before, (came, _) = memory_kib(server), datagrams(server)
        seconds = self.sources / SPOOFED_PER_S
        with Flood(self.build, self.town, server, SPOOFED_PER_S, 3 * seconds, self.sources, "13.0.0.0",
                   self.sources) as flood:
            time.sleep(seconds / 2)
            half = memory_kib(server)
            flood.wait()
        after = memory_kib(server)
        note = f"{self.sources} senders, {datagrams(server)[0] - came} packets taken"
        return {"memory-spoofed": (after - before, "KiB", None, note),
                "memory-late": (after - half, "KiB", 1024, "the second half of them")}
