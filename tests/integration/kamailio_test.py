"""Kamailio as an edge proxy between phones and the real program: Path at registration, Record-Route in calls."""
import re
import signal
import unittest

from kamailio import Kamailio
from phone import Phone, talk
from ringfence import Ringfence, free_port, until


class BehindProxy(unittest.TestCase):
    """Each phone has an address of its own, so that nobody can be reached by mistake where another is."""

    transport = "udp"

    def setUp(self):
        port = free_port(Kamailio.address)
        # By name, or the server would not connect to it: that is needed when its own connection is gone.
        uri = f"sip:{Kamailio.address}:{port};transport={self.transport}"
        self.server = self.enterContext(Ringfence(f'[network]\nproxies = ["{uri}"]\n'))
        self.proxy = self.enterContext(Kamailio(
            "kamailio.cfg", port,
            f'PBX="sip:{self.server.address}:{self.server.sip_port};transport={self.transport}"',
            f'PBX_ADDRESS="{self.server.address}"', f"PROXY_ADDRESS={Kamailio.address}",
            *(["OVER_TCP"] if self.transport == "tcp" else [])))
        self.alice, self.bob = self.phone("1001", "127.0.0.3"), self.phone("1002", "127.0.0.4")

    def phone(self, number, address):
        phone = Phone(self.server, number, *self.server.add(number), address, (self.proxy.address, self.proxy.port))
        self.addCleanup(phone.close)
        # Whatever happens, the server never speaks to a phone past the proxy.
        self.addCleanup(lambda: self.assertEqual(phone.strays, []))
        return phone

    def register(self, *phones):
        for phone in phones:
            self.assertEqual(phone.register(extra="Supported: path\r\n"), 200)

    def states(self):
        return [c["state"] for c in self.server.json("call", "list")["calls"]]

    def through_proxy(self, message):
        """It came along the proxy, which wrote its name into it."""
        self.assertIn(f"{self.proxy.address}:{self.proxy.port}", message.split("\r\n\r\n")[0])
        return message

    def establish(self):
        self.register(self.alice, self.bob)
        self.alice.invite("1002")
        invite = self.through_proxy(self.bob.hear("INVITE "))
        self.assertIn("\r\nRecord-Route: ", invite)
        self.assertNotIn("127.0.0.3", invite)
        self.bob.take(invite)
        self.bob_relay = int(re.search(r"m=audio (\d+)", invite)[1])
        self.bob.reply(invite, "200 OK", self.bob.sdp())
        self.through_proxy(self.bob.hear("ACK "))
        ok = self.alice.hear("SIP/2.0 200")
        self.assertIn("\r\nRecord-Route: ", ok)
        self.assertNotIn("127.0.0.4", ok)
        self.alice_relay = self.alice.established(ok)

    def change(self, asker, other, direction, answer, version):
        """A re-INVITE from one phone, answered by the other, each along its own route set."""
        asker.ask("INVITE", asker.sdp(direction, version))
        invite = self.through_proxy(other.hear("INVITE "))
        self.assertIn(f"a={direction}\r\n", invite)
        other.reply(invite, "200 OK", other.sdp(answer, version))
        self.through_proxy(other.hear("ACK "))
        ok = asker.hear("SIP/2.0 200")
        self.assertIn(f"a={answer}\r\n", ok)
        asker.ask("ACK", cseq=asker.cseq)

    def end(self, asker, other, ended_by):
        asker.ask("BYE")
        other.reply(self.through_proxy(other.hear("BYE ")), "200 OK")
        asker.hear("SIP/2.0 200")
        (row,) = until(lambda: [r for r in self.server.json("cdr", "list")["cdrs"] if r["ended"]])
        self.assertEqual([row[f] for f in ("result", "caller", "callee", "ended_by", "caller_address")],
                         ["answered", "1001", "1002", ended_by, self.proxy.address])
        self.assertEqual((row["caller_transport"], row["callee_transport"]), (self.transport, self.transport))
        return row

    def test_a_phone_registers_along_its_path_and_is_called_along_it_after_a_kill(self):
        self.register(self.alice, self.bob)
        self.assertRegex(self.bob.registered, rf"\r\nPath: <sip:{self.proxy.address}:{self.proxy.port};")
        rows = self.server.json("registration", "list")["registrations"]
        self.assertEqual({r["remote"].split(":")[0] for r in rows}, {self.proxy.address})
        self.assertEqual({r["number"] for r in rows if "127.0.0.4" in r["contact"]}, {"1002"})
        self.server.stop(signal.SIGKILL)
        self.server.start()
        self.alice.invite("1002")
        self.through_proxy(self.bob.hear(f"INVITE sip:1002@127.0.0.4:{self.bob.port} "))

    def test_a_path_that_the_phone_does_not_support_is_refused(self):
        self.assertEqual(self.bob.register(), 420)
        self.assertEqual(self.server.json("registration", "list")["registrations"], [])

    def test_a_call_is_held_by_either_side_along_the_recorded_route_and_ended_by_the_caller(self):
        self.establish()
        self.change(self.alice, self.bob, "sendonly", "recvonly", 2)
        self.assertEqual(self.states(), ["held"])
        self.change(self.alice, self.bob, "sendrecv", "sendrecv", 3)
        self.assertEqual(self.states(), ["talking"])
        self.change(self.bob, self.alice, "inactive", "inactive", 4)
        self.assertEqual(self.states(), ["held"])
        self.end(self.alice, self.bob, "caller")

    def test_audio_passes_between_phones_that_are_elsewhere_than_their_proxy(self):
        self.establish()
        talk(self.alice, self.alice_relay, self.bob, self.bob_relay)
        row = self.end(self.bob, self.alice, "callee")
        for way in row["media"]:
            self.assertGreater(way["packets"], 19)
            self.assertEqual(way["refused_source"], 0)

    def test_a_caller_who_gives_up_stops_the_ringing_behind_the_proxy(self):
        self.register(self.alice, self.bob)
        self.alice.invite("1002")
        invite = self.bob.hear("INVITE ")
        self.bob.reply(invite, "180 Ringing")
        self.alice.hear("SIP/2.0 180")
        self.alice.request("CANCEL", self.alice.uri, branch=self.alice.branch, cseq=self.alice.cseq)
        self.bob.reply(self.through_proxy(self.bob.hear("CANCEL ")), "200 OK")
        self.bob.reply(invite, "487 Request Terminated")
        self.alice.hear("SIP/2.0 487")
        (row,) = until(lambda: [r for r in self.server.json("cdr", "list")["cdrs"] if r["ended"]])
        self.assertEqual(row["result"], "cancelled")

    def test_a_request_that_goes_round_the_proxy_changes_nothing(self):
        self.establish()
        self.alice.proxy, proxy = None, self.alice.proxy
        self.alice.ask("BYE")
        self.assertIn("WWW-Authenticate: Digest", self.alice.hear("SIP/2.0 401"))
        self.alice.proxy = proxy
        self.assertEqual(self.states(), ["talking"])
        self.end(self.alice, self.bob, "caller")


class BehindProxyOverTcp(BehindProxy):
    """Phones on UDP, the proxy connected to the server by TCP: two entries in Path and in Record-Route."""

    transport = "tcp"


if __name__ == "__main__":
    unittest.main()
