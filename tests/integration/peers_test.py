"""Other people's telephones: SIPp, sipsak and baresip against the real program."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from baresip import Baresip
from netns import Namespace
from ringfence import Ringfence, free_port, until

SCENARIOS = Path(__file__).parent / "sipp"


class WithSipp(unittest.TestCase):
    """SIPp reads no challenge but the first and knows MD5 alone: the setting for such clients is tested with it."""

    media, media_ports = "", 64

    def setUp(self):
        self.server = self.enterContext(
            Ringfence(sip="sha2_allowed = false", media=self.media, media_ports=self.media_ports,
                      extra="[limits]\nattempts_per_s = 1000"))
        self.folder = Path(tempfile.mkdtemp(prefix="sipp-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.port = {n: free_port() for n in ("1001", "1002")}
        for number, other in (("1001", "1002"), ("1002", "1001")):
            name, password = self.server.add(number, "--calls", "1000")
            (self.folder / f"{number}.csv").write_text(
                f"SEQUENTIAL\n{number};[authentication username={name} password={password}];{other};"
                f"{self.port[number]}\n")
            self.assertEqual(self.run_sipp(number, "register.xml", self.port[number]).wait(30), 0)

    def run_sipp(self, number, scenario, port, *options):
        words = ["-sf", str(SCENARIOS / scenario)] if scenario else ["-sn", "uas"]
        process = subprocess.Popen(
            ["sipp", f"127.0.0.1:{self.server.sip_port}", "-i", "127.0.0.1", "-p", str(port), *words,
             "-auth_uri", "127.0.0.1" if scenario == "register.xml" else "1002@127.0.0.1",
             "-inf", str(self.folder / f"{number}.csv"), "-nostdin", *(options or ("-m", "1"))],
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.kill)
        return process


class SippCalls(WithSipp):
    media_ports = 4200

    def test_a_thousand_calls_at_once_all_succeed_and_leave_a_record_each(self):
        uas = self.run_sipp("1002", None, self.port["1002"], "-m", "1000")
        uac = self.run_sipp("1001", "call.xml", self.port["1001"], "-m", "1000", "-r", "150", "-l", "1000")
        self.assertTrue(until(lambda: len(self.server.json("call", "list")["calls"]) >= 900, 60))
        self.assertEqual(uac.wait(120), 0)
        self.assertEqual(uas.wait(30), 0)
        rows = until(lambda: (r := self.server.json("cdr", "list", "--limit", "2000")["cdrs"])
                     and all(x["result"] == "answered" for x in r) and r, 30)
        self.assertEqual(len(rows), 1000)
        self.assertTrue(until(lambda: not self.server.json("call", "list")["calls"], 40))

    def test_a_cancelled_call_stops_the_ringing(self):
        uas = self.run_sipp("1002", "ring.xml", self.port["1002"])
        uac = self.run_sipp("1001", "cancel.xml", self.port["1001"])
        self.assertEqual(uac.wait(30), 0)
        self.assertEqual(uas.wait(30), 0)
        # The phones are done a moment before the record is on disk.
        results = lambda: [r["result"] for r in self.server.json("cdr", "list")["cdrs"]]
        self.assertEqual(until(results), ["cancelled"])


class SippHold(WithSipp):
    media = "silence_s = 5"

    def test_a_call_is_held_and_resumed_by_either_side_and_no_silence_ends_it_meanwhile(self):
        # The key that tells the other scenario to go on comes as the scenario looks for it.
        self.server.cli("extension", "set", "1002", "--dtmf", "info")
        uas = self.run_sipp("1002", "held.xml", self.port["1002"])
        uac = self.run_sipp("1001", "hold.xml", self.port["1001"])
        self.assertTrue(until(lambda: [c["state"] for c in self.server.json("call", "list")["calls"]] == ["held"]))
        # The scenarios compare the direction in every description that they are sent.
        self.assertEqual(uac.wait(30), 0)
        self.assertEqual(uas.wait(30), 0)
        (row,) = until(lambda: [r for r in self.server.json("cdr", "list")["cdrs"] if r["ended"]])
        self.assertEqual([row[f] for f in ("result", "ended_by", "caller", "callee")],
                         ["answered", "caller", "1001", "1002"])
        self.assertGreaterEqual(row["talked_s"], 6)


class Sipsak(unittest.TestCase):
    def test_options_to_the_server_is_answered_and_tells_no_version(self):
        server = self.enterContext(Ringfence())
        # Left to itself, it fails where the name of the machine has no address.
        done = subprocess.run(["sipsak", "-vv", "-H", "127.0.0.1", "-s", f"sip:127.0.0.1:{server.sip_port}"],
                              capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("SIP/2.0 200 OK", done.stdout)
        self.assertNotIn("Server:", done.stdout)


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class WithBaresip(unittest.TestCase):
    """baresip wants an interface that is not loopback: it gets one in a namespace of its own."""

    def test_the_tone_that_one_plays_is_heard_by_the_other(self):
        net = self.enterContext(Namespace("10.213.7.1"))
        server = self.enterContext(Ringfence(address=net.address, netns=net.name, sip="sha2_allowed = false"))
        bob = Baresip(net, server, "1002", 700)
        self.addCleanup(bob.close)
        self.assertTrue(until(lambda: len(server.json("registration", "list")["registrations"]) == 1, 15))
        alice = Baresip(net, server, "1001", 1000, "/dial 1002")
        self.addCleanup(alice.close)
        self.assertTrue(until(lambda: any(c["state"] == "talking" for c in server.json("call", "list")["calls"]), 15))
        self.assertTrue(until(lambda: bob.hears(1000), 20))
        alice.process.terminate()
        self.assertTrue(until(lambda: not server.json("call", "list")["calls"], 15))


if __name__ == "__main__":
    unittest.main()
