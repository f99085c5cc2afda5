"""Voice apart: media by an interface of its own, and marks on everything that the server sends, as seen on the wire."""
import os
import re
import socket
import subprocess
import unittest

from netns import Namespace
from phone import Phone, rtp_packet
from ringfence import Ringfence

HOME, VOICE = "10.213.17.1", "10.213.18.1"
CS3, MARK = 24, 34


def marked(receiver):
    """The next datagram of that socket and the DSCP that it came with."""
    data, notes, _, source = receiver.recvmsg(65535, 256)
    [tos] = [note[2][0] for note in notes if note[:2] == (socket.IPPROTO_IP, socket.IP_TOS)]
    return data, tos >> 2, source


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class VoiceNetwork(unittest.TestCase):
    def setUp(self):
        self.net = self.enterContext(Namespace(HOME))
        for words in (("link", "add", "voice", "type", "veth", "peer", "name", "beyond"),
                      ("addr", "add", f"{VOICE}/24", "dev", "voice"), ("link", "set", "voice", "up"),
                      ("link", "set", "beyond", "netns", self.beyond())):
            subprocess.run(("ip", "-n", self.net.name, *words), check=True)
        for words in (("addr", "add", "10.213.18.9/24", "dev", "beyond"), ("link", "set", "beyond", "up"),
                      ("route", "replace", "default", "via", VOICE)):
            subprocess.run(("ip", "-n", self.far.name, *words), check=True)
        self.server = self.enterContext(Ringfence(address=HOME, netns=self.net.name,
                                                  media=f'interface = "voice"\ndscp = {MARK}'))

    def beyond(self):
        self.far = self.enterContext(Namespace("10.213.19.1"))
        return self.far.name

    def phone(self, number):
        phone = self.far.make(lambda: Phone(self.server, number, *self.server.add(number), address="10.213.18.9"))
        self.addCleanup(phone.close)
        for one in (phone.socket, phone.rtp):
            one.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        return phone

    def test_media_comes_and_goes_by_the_voice_network_and_all_of_it_is_marked(self):
        alice, bob = self.phone("1001"), self.phone("1002")
        for phone in (alice, bob):
            phone.request("OPTIONS", f"sip:{HOME}")
            answer, dscp, _ = marked(phone.socket)
            self.assertTrue(answer.startswith(b"SIP/2.0 "))
            self.assertEqual(dscp, CS3)
            self.assertEqual(phone.register(), 200)
        alice.invite("1002")
        invite = bob.hear("INVITE")
        self.assertRegex(invite, f"c=IN IP4 {VOICE}\r\n")
        bob.reply(invite, "200 OK", bob.sdp())
        ok = alice.hear("SIP/2.0 200")
        self.assertRegex(ok, f"c=IN IP4 {VOICE}\r\n")
        port = alice.established(ok)
        bobs_port = int(re.search(r"m=audio (\d+)", invite)[1])
        bob.rtp.settimeout(0.1)
        for sequence in range(1, 100):
            alice.rtp.sendto(rtp_packet(sequence), (VOICE, port))
            try:
                packet, dscp, source = marked(bob.rtp)
                break
            except TimeoutError:
                continue
        self.assertEqual((packet[12:], dscp, source), (rtp_packet(1)[12:], MARK, (VOICE, bobs_port)))

    def test_an_interface_that_does_not_exist_is_told_of_with_its_remedy(self):
        other = Ringfence(address=HOME, netns=self.net.name, media='interface = "nosuch0"')
        with self.assertRaisesRegex(AssertionError, "nosuch0"):
            with other:
                print(other.cli("status").stdout)
                self.fail(other.cli("status").stdout + other.log.read_text())


if __name__ == "__main__":
    unittest.main()
