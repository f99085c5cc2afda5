"""Attacks on the running server while honest people go on with their day (crowd.py), of whom nobody may notice anything:
scanners, guessers, floods, forged senders, slow and half-open connections, and more sources than anybody remembers.

One server and one crowd live through all of it, as they would. What the tools themselves learn: guard_test.py."""
import contextlib
import os
import resource
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from crowd import Crowd
from forge import forged
from netns import Street
from phone import Phone
from ringfence import Ringfence, until

SERVER, OFFICE = "198.51.100.1", "192.168.77.5"
HOMES = [f"203.0.113.{n}" for n in range(10, 15)]
ROADS = [f"203.0.113.{n}" for n in range(20, 23)]
SCANNERS = [f"203.0.113.{n}" for n in range(60, 66)]
FLOODERS = [f"203.0.113.{n}" for n in range(70, 72)]
LOITERERS = [f"203.0.113.{n}" for n in range(80, 92)]
SHAKER = "203.0.113.95"
HONEST = {OFFICE, *HOMES, *ROADS}
# What each kind of honest thing is done at least while an attack runs, and after it began.
AT_LEAST = {"registered": 40, "called": 6, "moved": 3, "rebooted": 3, "over TLS": 4}
# Few strangers' connections, so that a wave of them is soon there; and the tools know nothing better than MD5.
CONFIG, SIP = "[limits]\nunauthenticated_connections_max = 400\n", "sha2_allowed = false"

STREET = SERVED = CROWD = None


def setUpModule():
    global STREET, SERVED, CROWD
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    STREET = Street(SERVER, [OFFICE, *HOMES, *ROADS, *SCANNERS, *FLOODERS, *LOITERERS, SHAKER]).__enter__()
    unittest.addModuleCleanup(STREET.__exit__, None, None, None)
    STREET.enter()
    SERVED = Ringfence(CONFIG, SIP, address=SERVER, netns=STREET.server)
    SERVED.__enter__()
    unittest.addModuleCleanup(SERVED.__exit__, None, None, None)
    CROWD = Crowd(SERVED, OFFICE, HOMES, ROADS).__enter__()
    unittest.addModuleCleanup(CROWD.__exit__, None, None, None)


class Attack(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="attack-test-")
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)

    @contextlib.contextmanager
    def nobody_notices(self):
        """What stands inside is the attack; the crowd has to get its things done meanwhile and afterwards."""
        before = CROWD.done.copy()
        yield
        enough = lambda: CROWD.failed or all(CROWD.done[kind] - before[kind] >= n for kind, n in AT_LEAST.items())
        self.assertTrue(until(enough, 90), f"hardly anything was done: {CROWD.done - before}")
        self.assertEqual(CROWD.failed, [])
        for address in HONEST:
            state = SERVED.json("guard", "explain", address)
            self.assertIsNone(state.get("ban"), f"{address} is banned: {state}")

    def explain(self, address):
        return SERVED.json("guard", "explain", address)

    def bans(self):
        return {ban["block"].split("/")[0]: ban for ban in SERVED.json("guard", "bans")["bans"]}

    def run_tool(self, *words, seconds=20):
        """Starts it; it is stopped at the end of the test if it has not ended before."""
        out = open(Path(self.home) / f"{len(os.listdir(self.home))}.out", "w+")
        self.addCleanup(out.close)
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.home,
                                   env={**os.environ, "HOME": self.home})

        def heard():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
            process.kill()
            process.wait()
            return Path(out.name).read_text()
        self.addCleanup(lambda: (process.kill(), process.wait()))
        return heard

    def sipvicious(self, name, source, *words, agent=None):
        """svmap, svwar or svcrack from that address, under its own name or another one."""
        copy = Path(self.home) / f"tools-{name}-{source}"
        shutil.copytree("/usr/share/sipvicious", copy)
        tool, helper = copy / f"sipvicious/{name}.py", copy / "sipvicious/libs/svhelper.py"
        # Only one of them does what its option for that says.
        tool.write_text(tool.read_text().replace("self.bindingip = bindingip", f"self.bindingip = '{source}'"))
        if agent:
            helper.write_text(helper.read_text().replace("friendly-scanner", agent))
        return self.run_tool("/usr/bin/python3", str(copy / f"sipvicious_{name}"), "-x", source, "-p",
                             str(SERVED.sip_port), *words, SERVER)

    def forge(self, packets, rate, seconds, sources=0):
        """Runs to its end; how many packets left."""
        done = subprocess.run([sys.executable, "-B", str(Path(__file__).parent / "forge.py"), str(rate), str(seconds),
                               str(sources)], input="\n".join(p.hex() for p in packets), capture_output=True, text=True,
                              timeout=seconds + 30)
        self.assertEqual(done.returncode, 0, done.stderr)
        return int(done.stdout)

    def words(self, count):
        words = Path(self.home) / "words"
        words.write_text("".join(f"password{n}\n" for n in range(count)))
        return str(words)


class Scanners(Attack):
    def test_all_tools_at_once_with_their_own_names_and_with_others(self):
        with self.nobody_notices():
            tools = [self.sipvicious("svmap", SCANNERS[0]),
                     self.sipvicious("svmap", SCANNERS[1], agent="Grandstream GXP1625"),
                     self.sipvicious("svwar", SCANNERS[2], "-e", "1000-1100", "--force"),
                     self.sipvicious("svwar", SCANNERS[3], "-e", "1000-1100", "--force", agent="Zoiper 5.6"),
                     self.sipvicious("svcrack", SCANNERS[4], "-u", "1001", "-d", self.words(300)),
                     self.sipvicious("svcrack", SCANNERS[5], "-u", "1002", "-d", self.words(300), agent="Yealink")]
            heard = [tool() for tool in tools]
        for number, text in enumerate(heard):
            self.assertNotIn("password is", text)
            self.assertNotRegex(text, r"\| 1\d\d\d ", "an extension was found")
            state = self.explain(SCANNERS[number])
            # svwar under another name hears the same answer twice, understands that it will learn nothing, and leaves.
            if number != 3:
                self.assertTrue(state.get("ban") or state["throttled_until"], f"{SCANNERS[number]}: {state}\n{text}")
                self.assertIn(state["last_rule"], ("scanner-agent", "tool-handwriting"))
        self.assertNotIn(SERVER, heard[0] + heard[1], "somebody answered svmap")

    def test_guessing_from_behind_the_office_stops_the_guesser_and_no_neighbour(self):
        """With a tool, and with what looks like a phone: at one account, then at one after the other."""
        with self.nobody_notices():
            heard = self.sipvicious("svcrack", OFFICE, "-u", "1005", "-d", self.words(2000), agent="Yealink")()
            self.assertNotIn("password is", heard)
            answers = self.guess("1005" for _ in range(60))
            self.assertGreater(answers, 5)
            self.assertGreaterEqual(self.explain(OFFICE)["locked_accounts"], 1)
            answers = self.guess(str(number) for number in range(1001, 1100))
            self.assertLess(answers, 40, "so many names were tried")
        state = self.explain(OFFICE)
        self.assertTrue(state["spares_phones"])
        self.assertGreaterEqual(state["blocked_ports"], 1)
        self.assertGreaterEqual(state["registered_ports"], 18)

    def guess(self, names):
        """Wrong passwords until nobody answers any more; how many were answered."""
        with contextlib.closing(Phone(SERVED, "1005", "", "wrong", address=OFFICE)) as guesser:
            guesser.socket.settimeout(1)
            for answered, name in enumerate(names):
                guesser.name = name
                try:
                    self.assertEqual(guesser.register(), 401)
                except TimeoutError:
                    return answered
            return answered + 1

class Floods(Attack):
    def test_sipp_floods_with_calls_and_registrations(self):
        (Path(self.home) / "guess.csv").write_text(
            "SEQUENTIAL\n1001;[authentication username=nobody password=guess];1002;5999\n")
        register = Path(__file__).parent / "sipp/register.xml"
        where = f"{SERVER}:{SERVED.sip_port}"
        with self.nobody_notices():
            calls = self.run_tool("sipp", where, "-sn", "uac", "-i", FLOODERS[0], "-r", "400", "-m", "3000", "-nostdin",
                                  "-timeout", "12")
            registers = self.run_tool("sipp", where, "-sf", str(register), "-inf", "guess.csv", "-auth_uri", SERVER, "-i",
                                      FLOODERS[1], "-r", "400", "-m", "3000", "-nostdin", "-timeout", "12")
            calls(), registers()
        state = self.explain(FLOODERS[0])
        self.assertTrue(state.get("ban") or state["throttled_until"], state)
        self.assertTrue(self.bans()[FLOODERS[1]]["proven"], "it answered challenges with a wrong password")

    def test_packets_in_the_name_of_phones_do_not_disturb_them(self):
        home, office = CROWD.home_phones[0], CROWD.office_phones[4]
        packets = []
        for phone in (home, office):
            def of(method, number, extra=""):
                return (f"{method} sip:{number}@{SERVER} SIP/2.0\r\n"
                        f"Via: SIP/2.0/UDP {phone.address}:{phone.port};branch=z9hG4bKf{method}{number}\r\n"
                        f"Max-Forwards: 70\r\nFrom: <sip:{phone.number}@{SERVER}>;tag=f\r\nTo: <sip:{number}@{SERVER}>"
                        f"{extra}\r\nCall-ID: f{number}\r\nCSeq: 1 {method}\r\nUser-Agent: friendly-scanner\r\n"
                        f"Contact: <sip:{phone.number}@{phone.address}:{phone.port}>\r\nContent-Length: 0\r\n\r\n")
            texts = [of(method, number) for method in ("REGISTER", "INVITE", "OPTIONS", "NOTIFY")
                     for number in (1001, 7001, 7002)]
            texts += [of("BYE", 1001, ";tag=guessed"), "SIP/2.0 200 OK\r\nVia: x\r\n\r\n", b"\xff\x00" * 60, "\r\n\r\n",
                      "INVITE sip:1 SIP/2.0\r\nVia: \r\n\r\n"]
            packets += [forged(phone.address, phone.port, SERVER, SERVED.sip_port, text) for text in texts]
            packets += [forged(phone.address, port, SERVER, SERVED.sip_port, texts[0]) for port in (5060, 5062, 1024)]
        with self.nobody_notices():
            self.assertGreater(self.forge(packets, 3000, 8), 1000)
            # As long as the flood is remembered, too.
            self.assertEqual(HONEST & set(self.bans()), set())
        for phone in (home, office):
            self.assertTrue(self.explain(phone.address)["spares_phones"])

    def test_a_neighbour_that_floods_keeps_no_phone_of_the_office_out(self):
        """Phones that start anew come from ports that nobody knows; those are throttled now."""
        texts = [register_text(7000 + n) for n in range(200)]
        with self.nobody_notices():
            self.forge([forged(OFFICE, 1023, SERVER, SERVED.sip_port, text) for text in texts], 300, 10)
        state = self.explain(OFFICE)
        self.assertTrue(state["spares_phones"])
        self.assertIn(state["last_rule"], ("sip-udp-rate", "extension-enumeration", "slow-enumeration"))

    def test_more_sources_than_it_remembers_cost_no_memory_and_push_out_nobody_who_matters(self):
        attacker = SCANNERS[4]
        before = self.bans()
        texts = [register_text(n) for n in range(100)]
        packets = [forged("11.0.0.1", 5060, SERVER, SERVED.sip_port, text) for text in texts]
        stats = lambda: SERVED.json("guard", "stats")
        with self.nobody_notices():
            for _ in range(8):
                self.forge(packets, 25_000, 4, 1 << 24)
                if stats()["sources_forgotten"] > 0:
                    break
            full = memory_kb(SERVED.process.pid)
            self.forge(packets, 25_000, 4, 1 << 24)
            again = memory_kb(SERVED.process.pid)
        self.assertLessEqual(stats()["sources"], stats()["sources_room"])
        self.assertGreater(stats()["sources_forgotten"], 0)
        self.assertLess(again - full, 8 * 1024, "KiB more for sources that nobody can remember all of")
        self.assertEqual(self.bans().keys() & before.keys(), before.keys(), "a ban was pushed out")
        if attacker in before:
            self.assertEqual(SERVED.json("guard", "test", attacker)["reason"], "banned")
        self.assertTrue(self.explain(OFFICE)["spares_phones"], "the office is still known")


class Connections(Attack):
    def limit(self, name):
        return {one["name"]: one for one in SERVED.json("status")["limits"]}[name]

    def test_slow_and_silent_connections_are_bounded_and_leave_nothing(self):
        hello = client_hello()
        held = Loiterers([(b"", SERVED.tls_port), (hello[:100], SERVED.tls_port), (hello, SERVED.tls_port),
                          (b"", SERVED.sip_port), (b"REGISTER sip:x SIP/2.0\r\nVia: ", SERVED.sip_port)])
        self.addCleanup(held.close)
        grown = []
        with self.nobody_notices():
            for _ in range(8):
                held.come(LOITERERS, each=80)
                strangers = self.limit("unauthenticated_connections")
                self.assertLessEqual(strangers["used"], strangers["limit"])
                self.assertLessEqual(self.limit("connections")["used"], strangers["limit"] + 20, "the crowd has a handful")
                self.assertGreater(strangers["used"], 50)
                grown.append(memory_kb(SERVED.process.pid))
                held.drip()
        held.close()
        # As much as those need who may be here at once, and not as all who came.
        self.assertLess(grown[-1] - grown[0], 100 * strangers["limit"], f"KiB after each wave: {grown}")
        self.assertTrue(until(lambda: self.limit("connections")["used"] < 20, 30), self.limit("connections"))

    def test_handshakes_as_fast_as_they_go_leave_room_for_phones(self):
        STREET.speak_as(SHAKER)
        with self.nobody_notices():
            shakers = [self.run_tool("openssl", "s_time", "-connect", f"{SERVER}:{SERVED.tls_port}", "-new", "-time", "6")
                       for _ in range(2)]
            heard = [shaker() for shaker in shakers]
        self.assertTrue(any("connections in" in text for text in heard), heard)
        self.assertTrue(until(lambda: self.limit("connections")["used"] < 20, 30), self.limit("connections"))


class Loiterers:
    """Connections that are opened, say a little and wait, from many addresses."""

    def __init__(self, kinds):
        self.kinds, self.open = kinds, []

    def come(self, addresses, each):
        for address in addresses:
            for number in range(each):
                begin, port = self.kinds[number % len(self.kinds)]
                one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                one.bind((address, 0))
                one.setblocking(False)
                one.connect_ex((SERVER, port))
                self.open.append((one, begin))
            # They are let in as fast as the server takes them.
            deadline = time.monotonic() + 10
            for one, begin in self.open[-each:]:
                with contextlib.suppress(OSError):
                    one.settimeout(max(0.01, deadline - time.monotonic()))
                    one.sendall(begin)
                one.setblocking(False)

    def drip(self):
        for one, begin in self.open:
            with contextlib.suppress(OSError):
                one.send(b"x")

    def close(self):
        while self.open:
            self.open.pop()[0].close()


def register_text(number):
    return (f"REGISTER sip:{SERVER} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK{number}\r\nMax-Forwards: 70\r\n"
            f"From: <sip:{number}@{SERVER}>;tag={number}\r\nTo: <sip:{number}@{SERVER}>\r\nCall-ID: {number}\r\n"
            f"CSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n")


def client_hello():
    out = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, server_hostname=SERVER).do_handshake()
    return out.read()


def memory_kb(pid):
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("Pss_Anon:")))


if __name__ == "__main__":
    unittest.main()
