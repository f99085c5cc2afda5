"""Refusals in the kernel: what it drops, for whom, whose ports are open, and that nothing stays behind."""
import os
import re
import signal
import socket
import subprocess
import unittest

from netns import Street
from phone import Phone, rtp_packet, talk
from ringfence import Ringfence, until

SERVER, OFFICE, THIEF, STRANGER = "198.51.100.1", "192.168.77.5", "203.0.113.66", "203.0.113.67"
STREET = None


def setUpModule():
    global STREET
    STREET = Street(SERVER, [OFFICE, THIEF, STRANGER]).__enter__()
    unittest.addModuleCleanup(STREET.__exit__, None, None, None)
    STREET.enter()


def in_server(*words):
    return subprocess.run(("ip", "netns", "exec", STREET.server, *words), capture_output=True, text=True).stdout


def rights_of(process):
    with open(f"/proc/{process}/status") as status:
        return {key: int(value, 16) for key, value in re.findall(r"(Cap\w+):\s(\w+)", status.read())}


def children_of(process):
    with open(f"/proc/{process}/task/{process}/children") as children:
        return [int(word) for word in children.read().split()]


class Kernel(unittest.TestCase):
    MEANS, WORD = "XDP native", "auto"

    def setUp(self):
        self.server = Ringfence(self.config(), address=SERVER, netns=STREET.server)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)

    def config(self):
        return f'[guard]\nenforcement = "{self.WORD}"\n'

    def phone(self, number, address=OFFICE, *options):
        phone = Phone(self.server, number, *self.server.add(number, *options), address=address)
        self.addCleanup(phone.close)
        return phone

    def enforcement(self):
        return self.server.json("status")["enforcement"]

    def dropped(self, rule):
        return self.enforcement()["dropped"][rule]

    def means(self, wanted):
        self.assertTrue(until(lambda: self.enforcement()["means"] == wanted), self.enforcement())

    def ask(self, source=THIEF, seconds=0.3):
        """Whether somebody there gets an answer."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.bind((source, 0))
            asker.settimeout(seconds)
            asker.sendto(f"OPTIONS sip:{SERVER} SIP/2.0\r\nVia: SIP/2.0/UDP {source};branch=z9hG4bK{os.urandom(6).hex()}"
                         f";rport\r\nMax-Forwards: 70\r\nFrom: <sip:a@{SERVER}>;tag=1\r\nTo: <sip:{SERVER}>\r\n"
                         f"Call-ID: {os.urandom(6).hex()}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n".encode(),
                         (SERVER, self.server.sip_port))
            try:
                return asker.recv(65535)
            except TimeoutError:
                return None

    def offend(self, source=THIEF):
        """Asks over TCP for an extension that nobody has, and is banned for it."""
        if not self.server.json("extension", "list")["extensions"]:
            self.server.add("1009")
        decoy = self.server.json("guard", "decoys")["decoys"][0]
        with socket.create_connection((SERVER, self.server.sip_port), 5, (source, 0)) as thief:
            thief.settimeout(5)
            thief.sendall(f"REGISTER sip:{SERVER} SIP/2.0\r\nVia: SIP/2.0/TCP {source};branch=z9hG4bK7\r\n"
                          f"Max-Forwards: 70\r\nFrom: <sip:{decoy}@{SERVER}>;tag=7\r\nTo: <sip:{decoy}@{SERVER}>\r\n"
                          f"Call-ID: 7\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n\r\n".encode())
            try:
                self.assertEqual(thief.recv(65535), b"")
            except (TimeoutError, ConnectionResetError):
                pass
        self.assertTrue(until(lambda: self.server.json("guard", "bans")["bans"]))

    def call(self, alice, bob):
        alice.invite(bob.number)
        invite = bob.hear("INVITE")
        bob.take(invite)
        bob.reply(invite, "200 OK", bob.sdp())
        alice_relay = alice.established(alice.hear("SIP/2.0 200"))
        bob.hear("ACK")
        return alice_relay, int(re.search(r"m=audio (\d+)", invite)[1])


class EachMeans:
    def test_a_banned_source_ends_in_the_kernel_and_comes_back_when_it_is_released(self):
        self.means(self.MEANS)
        phone = self.phone("1001", OFFICE, "--remote")
        self.assertEqual(phone.register(), 200)
        self.assertTrue(self.ask())
        self.offend()
        state = self.server.json("guard", "explain", THIEF)
        self.assertEqual(state["enforced_in"], self.MEANS)
        self.assertEqual(state["ban"]["block"], f"{THIEF}/32")
        self.assertTrue(until(lambda: not self.ask(seconds=0.05) and self.dropped("banned") > 0))
        before, dropped = self.server.json("status")["counters"]["messages_in"], self.dropped("banned")
        for _ in range(5):
            self.assertIsNone(self.ask(seconds=0.05))
        self.assertTrue(until(lambda: self.dropped("banned") >= dropped + 5))
        self.assertEqual(self.server.json("status")["counters"]["messages_in"], before)
        self.assertEqual(phone.register(), 200)
        # The ban outlives a kill, and whoever is let in again is so at once.
        self.server.stop(signal.SIGKILL)
        self.assertTrue(until(lambda: "xdp" not in in_server("ip", "link") and
                              "ringfence" not in in_server("nft", "list", "tables")))
        self.server.start()
        self.means(self.MEANS)
        self.assertIsNone(self.ask())
        self.server.cli("guard", "release", THIEF)
        self.assertTrue(until(lambda: self.ask()))

    def test_a_call_has_its_ports_for_itself(self):
        self.means(self.MEANS)
        alice, bob = self.phone("1001"), self.phone("1002")
        for phone in (alice, bob):
            self.assertEqual(phone.register(), 200)
        relays = self.call(alice, bob)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind((STRANGER, 0))
            for _ in range(10):
                for port in relays:
                    stranger.sendto(rtp_packet(1, b"INJECTED" * 20), (SERVER, port))
        self.assertTrue(until(lambda: self.dropped("media") >= 20))
        talk(alice, relays[0], bob, relays[1])
        alice.ask("BYE")
        bob.reply(bob.hear("BYE"), "200 OK")
        alice.hear("SIP/2.0 200")
        (row,) = until(lambda: [r for r in self.server.json("cdr", "list")["cdrs"] if r["ended"]])
        self.assertEqual([way["refused_source"] for way in row["media"]], [0, 0])
        # After the call they are shut for the phones, too.
        before = self.dropped("media")
        alice.rtp.sendto(rtp_packet(99), (SERVER, relays[0]))
        self.assertTrue(until(lambda: self.dropped("media") == before + 1))

    def test_the_access_list_is_in_the_kernel_and_what_it_allows_passes(self):
        self.means(self.MEANS)
        self.server.cli("guard", "block", "203.0.113.0/24")
        self.assertTrue(until(lambda: not self.ask(STRANGER, 0.1) and self.dropped("network") > 0))
        self.server.cli("guard", "allow", STRANGER)
        self.assertTrue(until(lambda: self.ask(STRANGER)))
        self.assertIsNone(self.ask(THIEF))
        self.server.cli("guard", "remove", "203.0.113.0/24")
        self.assertTrue(until(lambda: self.ask(THIEF)))


    def test_a_flood_is_slowed_down_before_it_reaches_us_and_the_phone_beside_it_is_not(self):
        self.means(self.MEANS)
        phone = self.phone("1001")
        self.assertEqual(phone.register(), 200)
        # As if they came from the phone's own address as well: there nothing is slowed down in the kernel.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as flood, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as beside:
            flood.bind((STRANGER, 0))
            beside.bind((OFFICE, 0))

            def more():
                for _ in range(2_000):
                    flood.sendto(b"OPTIONS sip:a SIP/2.0\r\n\r\n", (SERVER, self.server.sip_port))
                return self.dropped("throttled")
            self.assertTrue(until(more, 30))
            for _ in range(4_000):
                beside.sendto(b"OPTIONS sip:a SIP/2.0\r\n\r\n", (SERVER, self.server.sip_port))
        self.assertEqual(phone.register(), 200)
        self.assertEqual(self.server.json("guard", "bans")["bans"], [])
        self.server.cli("guard", "release", STRANGER)
        self.assertTrue(until(lambda: self.ask(STRANGER)))


class Native(EachMeans, Kernel):
    def test_rights_are_split_between_two_processes(self):
        self.means(self.MEANS)
        network = 1 << 12  # CAP_NET_ADMIN
        (enforcer,) = children_of(self.server.process.pid)
        server = rights_of(self.server.process.pid)
        for rights in ("CapEff", "CapPrm", "CapInh", "CapBnd"):
            # Nor SYS_ADMIN, SYS_PTRACE, SYS_MODULE, NET_RAW, BPF, by which one could take the others back.
            self.assertEqual(server[rights] & (network | 1 << 21 | 1 << 19 | 1 << 16 | 1 << 13 | 1 << 39), 0)
        self.assertEqual(rights_of(enforcer)["CapEff"], network)
        self.assertEqual(rights_of(enforcer)["CapBnd"], 0)
        with open(f"/proc/{enforcer}/status") as status:
            self.assertRegex(status.read(), r"Seccomp:\t2")
        # The listener has its large buffer all the same.
        memory = in_server("ss", "-lunm")
        self.assertIn("rb16777216", memory)

    def test_calls_go_on_when_the_enforcer_dies(self):
        self.means(self.MEANS)
        alice, bob = self.phone("1001"), self.phone("1002")
        for phone in (alice, bob):
            self.assertEqual(phone.register(), 200)
        relays = self.call(alice, bob)
        (enforcer,) = children_of(self.server.process.pid)
        os.kill(enforcer, signal.SIGKILL)
        self.means("user space")
        self.assertIn("gone", self.enforcement()["why"])
        self.assertNotIn("xdp", in_server("ip", "link"))
        talk(alice, relays[0], bob, relays[1])
        self.offend()
        self.assertIsNone(self.ask())
        self.assertEqual(self.server.json("guard", "explain", THIEF)["enforced_in"], "user space")

    def test_another_means_comes_with_a_reload_and_loses_nothing(self):
        self.means(self.MEANS)
        self.offend()
        path = self.server.data / "ringfence.toml"
        before = path.read_text()
        for word, means in (("nftables", "nftables"), ("xdp-generic", "XDP generic"), ("auto", "XDP native")):
            path.write_text(before.replace('enforcement = "auto"', f'enforcement = "{word}"'))
            self.server.cli("reload")
            self.means(means)
            banned = self.dropped("banned")
            self.assertIsNone(self.ask(seconds=0.05))
            self.assertTrue(until(lambda: self.dropped("banned") > banned))
        self.server.stop()
        self.assertNotIn("xdp", in_server("ip", "link"))


class Generic(EachMeans, Kernel):
    MEANS, WORD = "XDP generic", "xdp-generic"


class Nftables(EachMeans, Kernel):
    MEANS, WORD = "nftables", "nftables"


class UserSpace(Kernel):
    WORD = "user-space"

    def test_says_so_and_guards_all_the_same(self):
        self.assertTrue(until(lambda: self.enforcement()["why"] == "the configuration asks for it"))
        self.assertEqual(self.enforcement()["means"], "user space")
        self.assertNotIn("xdp", in_server("ip", "link"))
        # Its helper still gives the listener a large buffer.
        self.assertTrue(until(lambda: "rb16777216" in in_server("ss", "-lunm")))
        self.offend()
        self.assertIsNone(self.ask())
        self.assertEqual(self.server.json("guard", "explain", THIEF)["enforced_in"], "user space")


class AsCode(Kernel):
    def test_every_dialect_is_written_and_nftables_takes_it(self):
        for dialect in ("nft", "iptables", "firewalld", "ufw", "aws", "azure", "gcloud"):
            text = self.server.cli("firewall", "show", "--format", dialect).stdout
            self.assertIn(str(self.server.sip_port), text)
            self.assertIn(str(self.server.media), text)
        self.server.cli("firewall", "apply")
        self.assertIn(f"dport {self.server.tls_port} accept", in_server("nft", "list", "table", "inet", "ringfence_ports"))
        self.assertTrue(self.ask(STRANGER))
        self.server.cli("firewall", "apply", "--remove")
        self.assertNotIn("ringfence_ports", in_server("nft", "list", "tables"))
        self.assertEqual(self.server.cli("firewall", "show", "--format", "pf", check=False).returncode, 2)


if __name__ == "__main__":
    unittest.main()
