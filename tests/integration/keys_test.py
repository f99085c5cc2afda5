"""Keys that one side sends by another way than the other hears them: RFC 4733, SIP INFO, tones; and what is said of them."""
import json
import math
import socket
import time
import unittest

from baresip import Baresip
from desk import Desk, prompt
from onward_test import Onward
from phone import Phone, rtp_packet
from ringfence import Ringfence, until
from sound import decode, encode, share
from trunk_test import NATIONAL

KEYS = "123456789*0#"
LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477)


def pair(key):
    place = KEYS.index(key)
    return LOW[place // 3], HIGH[place % 3]


class Presser(Desk):
    """A telephone that can press its keys in each of the three ways, and tells how it heard others'."""

    def __init__(self, *words, events=True, **named):
        super().__init__(*words, **named)
        self.has_events = events

    def sdp(self, direction="sendrecv", version=1):
        return super().sdp(direction, version) if self.has_events else Phone.sdp(self, direction, version)

    def press_info(self, keys):
        """By INFO; each has to be taken."""
        for key in keys:
            body = f"Signal={key}\r\nDuration=160\r\n"
            self.cseq += 1
            self.send(f"INFO {self.target} SIP/2.0\r\nVia: SIP/2.0/UDP {self.address}:{self.port};branch=z9hG4bK{key}"
                      f"{self.cseq}{self.tag};rport\r\nMax-Forwards: 70\r\nFrom: <sip:{self.number}@{self.server.address}>"
                      f";tag={self.tag}\r\nTo: <sip:x@{self.server.address}>;tag={self.to_tag}\r\nCall-ID: {self.call_id}\r\n"
                      f"CSeq: {self.cseq} INFO\r\nContact: <sip:{self.number}@{self.address}:{self.port}>\r\n"
                      f"Content-Type: application/dtmf-relay\r\nContent-Length: {len(body)}\r\n\r\n{body}")
            assert self.hear("SIP/2.0 ").startswith("SIP/2.0 200")

    def hears_info(self, keys):
        for key in keys:
            info = self.hear("INFO ")
            assert "Content-Type: application/dtmf-relay" in info and f"\r\n\r\nSignal={key}\r\nDuration=160\r\n" in info, info
            self.reply(info, "200 OK")

    def speaks(self, seconds, samples=lambda i: 0):
        """Says something for that long, a packet every 20 ms."""
        due = time.monotonic()
        for at in range(int(50 * seconds)):
            self.sequence += 1
            sound = encode([int(samples(at * 160 + i)) for i in range(160)])
            self.rtp.sendto(rtp_packet(self.sequence, sound), (self.server.address, self.relay))
            due += 0.02
            time.sleep(max(0, due - time.monotonic()))

    def press_tone(self, key):
        low, high = (2 * math.pi * hertz / 8000 for hertz in pair(key))
        self.speaks(0.12, lambda i: 6000 * (math.sin(low * i) + math.sin(high * i)))
        self.speaks(0.1)

    def heard(self, wait=0.6):
        """The keys that it heard as events, and the sound beside them, until nothing comes for a while."""
        keys, sound, last = "", b"", None
        self.rtp.settimeout(wait)
        try:
            while True:
                packet = self.rtp.recv(2048)
                if packet[1] & 0x7f == self.EVENTS:
                    keys += "0123456789*#"[packet[12]] if packet[4:8] != last else ""
                    last = packet[4:8]
                else:
                    sound += packet[12:]
        except TimeoutError:
            return keys, sound


def tones_in(sound):
    """The keys in G.711, by a look at each 20 ms."""
    keys, last = "", ""
    samples = decode(sound)
    for at in range(0, len(samples) - 160, 160):
        part = samples[at:at + 160]
        found = [k for k in KEYS if all(share(part, hertz) > 0.25 for hertz in pair(k))] if any(part) else []
        key = found[0] if len(found) == 1 else ""
        keys += key if key != last else ""
        last = key
    return keys


class Here:
    """The machine itself, where baresip expects a network of its own."""
    address = "127.0.0.1"

    def inside(self, *words):
        return list(words)

    def connect(self, where):
        try:
            return socket.create_connection(where, 5)
        except ConnectionRefusedError:
            return None


class Keys(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Ringfence(sip="sha2_allowed = true"))

    def phone(self, number, rule="auto", events=True):
        phone = Presser(self.server, number, *self.server.add(number, "--dtmf", rule), events=events)
        self.addCleanup(phone.close)
        self.assertEqual(phone.register(), 200)
        return phone

    def connect(self, ann, bob):
        ann.invite(bob.number)
        invite = bob.rings()
        bob.pick_up(invite)
        ok = ann.hear("SIP/2.0 200")
        ann.relay = ann.established(ok)
        self.offered, self.answered = invite, ok
        # Each is where the relay expects it.
        ann.speaks(0.1)
        bob.speaks(0.1)

    def no_key_is_told(self, *texts):
        log = self.server.log.read_text() + json.dumps(self.server.json("cdr", "list"))
        for text in ("Signal", *texts):
            self.assertNotIn(text, log)

    def test_a_key_by_info_is_an_event_on_the_other_wire_and_back(self):
        ann, bob = self.phone("1001", "info"), self.phone("1002")
        self.connect(ann, bob)
        self.assertNotIn("telephone-event", self.answered)
        self.assertIn("telephone-event", self.offered, "the other side is offered what it may have")
        bob.heard(0.2)
        ann.press_info("7391*#")
        ann.speaks(2.2)
        keys, sound = bob.heard()
        self.assertEqual(keys, "7391*#")
        self.assertEqual(tones_in(sound), "")
        bob.press("82")
        ann.hears_info("82")
        self.assertEqual(ann.heard()[0], "", "no event reaches who is to have INFO")
        self.no_key_is_told("7391")

    def test_who_says_nothing_presses_keys_too(self):
        ann, bob = self.phone("1001"), self.phone("1002")
        self.connect(ann, bob)
        bob.heard(0.2)
        ann.press_info("12")
        self.assertEqual(bob.heard()[0], "12")

    def test_a_phone_that_sends_both_presses_once(self):
        ann, bob = self.phone("1001"), self.phone("1002")
        self.connect(ann, bob)
        bob.heard(0.2)
        for key in "123":
            ann.press(key)
            ann.press_info(key)
        self.assertEqual(bob.heard()[0], "123")

    def test_who_has_no_events_hears_tones_and_presses_them(self):
        ann, bob = self.phone("1001"), self.phone("1002", events=False)
        self.connect(ann, bob)
        self.assertIn("telephone-event", self.answered, "Ann has them, so she may press so")
        bob.heard(0.2)
        ann.press_info("57")
        keys, sound = bob.heard()
        self.assertEqual((keys, tones_in(sound)), ("", "57"))
        ann.heard(0.2)
        bob.press_tone("4")
        bob.press_tone("#")
        keys, sound = ann.heard()
        self.assertEqual(keys, "4#")
        self.no_key_is_told()

    def test_a_rule_of_inband_turns_events_into_tones(self):
        ann, bob = self.phone("1001"), self.phone("1002", "inband")
        self.connect(ann, bob)
        self.assertNotIn("telephone-event", self.offered)
        bob.heard(0.2)
        ann.speaks(0.1)
        bob.heard(0.2)
        ann.press("9")
        ann.speaks(0.3)
        keys, sound = bob.heard()
        self.assertEqual((keys, tones_in(sound)), ("", "9"))

    def test_baresip_hears_keys_by_info_as_events_and_as_info(self):
        for rule, encryption in (("auto", None), ("info", None), ("auto", "srtp-mand")):
            with self.subTest(rule=rule, encryption=encryption):
                self.baresip_story(rule, encryption)

    def baresip_story(self, rule, encryption):
        ann = self.phone(f"1{len(self.server.json('extension', 'list')['extensions']) + 100}", "info")
        number = f"2{ann.number[1:]}"
        bob = Baresip(Here(), self.server, number, 700, transport="tls" if encryption else "udp", encryption=encryption)
        self.addCleanup(bob.close)
        self.server.cli("extension", "set", number, "--dtmf", rule)
        if encryption:
            self.server.cli("extension", "set", number, "--media-encryption", "required")
        self.assertTrue(until(lambda: number in str(self.server.json("registration", "list")), 15))
        bob.tell("reginfo")
        ann.invite(number)
        ann.relay = ann.established(ann.hear("SIP/2.0 200"))
        ann.speaks(0.3)
        ann.press_info("58")
        ann.speaks(1)
        heard = ""
        while len(heard) < 2:
            said = json.loads(bob.next_string())
            heard += said["param"] if said.get("type") == "CALL_DTMF_START" else ""
        self.assertEqual(heard, "58")
        bob.press("6")
        ann.hears_info("6")
        ann.hang_up()


class PinByTones(Onward):
    def test_a_pin_is_dialled_in_tones_by_who_has_nothing_else(self):
        self.cli("pin-list", "add", "abroad")
        self.cli("pin", "add", "abroad", "project-7", "--stdin", typed="748159\n")
        self.cli("route", "set", "out", "--pins", "abroad")
        dora = Presser(self.server, "1009", *self.server.add("1009"), events=False)
        self.addCleanup(dora.close)
        self.assertEqual(dora.register(), 200)
        dora.call(NATIONAL)
        dora.hears(prompt("enter-pin")[:8_000])
        for key in "748159#":
            dora.press_tone(key)
        self.line.rings()
        self.assertNotIn("748159", self.server.log.read_text())


if __name__ == "__main__":
    unittest.main()
