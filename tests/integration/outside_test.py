"""The address outside: learned from a STUN server, told to who is outside, learned again when it changes."""
import socket
import struct
import threading
import unittest

from netns import Street
from phone import Phone
from ringfence import Ringfence, until

SERVER, STUN, PHONE, STRANGER = "192.168.10.2", "203.0.113.5", "198.51.100.66", "198.51.100.67"
STREET = None
COOKIE = 0x2112A442


def setUpModule():
    global STREET
    STREET = Street(SERVER, [STUN, PHONE, STRANGER], router=False).__enter__()
    unittest.addModuleCleanup(STREET.__exit__, None, None, None)
    STREET.enter()


class StunServer:
    """Tells everybody that he is seen at `seen`, or nothing when that is none; first lets a stranger tell otherwise."""

    def __init__(self, seen):
        self.seen, self.asked = seen, 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((STUN, 0))
        self.port = self.socket.getsockname()[1]
        self.stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.stranger.bind((STRANGER, self.port))
        threading.Thread(target=self.serve, daemon=True).start()

    def answer(self, question, seen):
        address, = struct.unpack(">I", socket.inet_aton(seen))
        attribute = struct.pack(">HHBBHI", 0x20, 8, 0, 1, 4711 ^ COOKIE >> 16, address ^ COOKIE)
        return struct.pack(">HH", 0x0101, len(attribute)) + question[4:20] + attribute

    def serve(self):
        while True:
            try:
                question, sender = self.socket.recvfrom(2048)
            except OSError:
                return
            self.asked += 1
            self.stranger.sendto(self.answer(question, "203.0.113.66"), sender)
            guessed = self.answer(question[:8] + bytes(12), "203.0.113.66")
            self.socket.sendto(guessed, sender)
            if self.seen:
                self.socket.sendto(self.answer(question, self.seen), sender)

    def close(self):
        self.socket.close()
        self.stranger.close()


class Outside(unittest.TestCase):
    def start(self, seen):
        self.stun = StunServer(seen)
        self.addCleanup(self.stun.close)
        server = Ringfence(f'[network]\npublic_address = "stun:{STUN}:{self.stun.port}"\n', address=SERVER,
                           netns=STREET.server)
        self.addCleanup(server.__exit__, None, None, None)
        return server.__enter__()

    def phone(self, server, number, address):
        phone = Phone(server, number, *server.add(number, "--remote"), address=address)
        self.addCleanup(phone.close)
        self.assertEqual(phone.register(), 200)
        return phone

    def test_tells_it_to_who_is_outside(self):
        server = self.start("203.0.113.7")
        alice, bob = self.phone(server, "1001", PHONE), self.phone(server, "1002", STRANGER)
        alice.invite("1002")
        invite = bob.hear("INVITE")
        self.assertIn(f"@203.0.113.7:{server.sip_port}>", invite.split("\nContact: ")[1].split("\r")[0])
        self.assertIn("c=IN IP4 203.0.113.7\r\n", invite)
        self.assertNotIn(SERVER, invite)
        bob.reply(invite, "486 Busy Here")

    def test_learns_its_address_and_follows_it(self):
        server = self.start("203.0.113.7")
        seen = server.json("status")["public_address"]
        self.assertEqual((seen["address"], seen["from"]), ("203.0.113.7", f"stun:{STUN}:{self.stun.port}"))
        self.assertIn("Seen from outside at 203.0.113.7", server.cli("status").stdout)

        self.stun.seen = "203.0.113.8"
        server.cli("reload")
        self.assertTrue(until(lambda: server.json("status")["public_address"]["address"] == "203.0.113.8"))
        self.assertTrue(until(lambda: "we are at 203.0.113.8" in server.log.read_text()))

    def test_believes_nobody_else_and_no_private_address(self):
        server = self.start("10.1.2.3")
        status = server.json("status")
        self.assertIsNone(status["public_address"]["address"])
        self.assertTrue(any("sees 10.1.2.3, which nobody outside can reach" in w for w in status["warnings"]))

        self.stun.seen = "203.0.113.7"
        server.cli("reload")
        self.assertTrue(until(lambda: server.json("status")["public_address"]["address"] == "203.0.113.7"))
        self.stun.seen, asked = None, self.stun.asked
        server.cli("reload")
        self.assertTrue(until(lambda: self.stun.asked > asked))
        self.assertEqual(server.json("status")["public_address"]["address"], "203.0.113.7", "it is kept")

    def test_starts_while_nobody_answers(self):
        server = self.start(None)
        self.assertIsNone(server.json("status")["public_address"]["address"])


if __name__ == "__main__":
    unittest.main()
