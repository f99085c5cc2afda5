"""A telephone on a desk: besides what Phone does, it hears what is said to it, dials within a call, and transfers."""
import re
import socket
import time
from pathlib import Path

from carrier import Carrier
from phone import Phone, rtp_packet
from sound import decode, encode, share, tone

PROMPTS = Path(__file__).parents[2] / "prompts"


def prompt(name, language="en"):
    """The sound of a shipped prompt as it crosses the wire: G.711 µ-law."""
    data = (PROMPTS / language / f"{name}.wav").read_bytes()
    at = data.index(b"data") + 8
    return data[at:at + int.from_bytes(data[at - 4:at], "little")]


class Desk(Phone):
    EVENTS = 101  # the payload type of digits (RFC 4733)

    def __init__(self, *words, **named):
        super().__init__(*words, **named)
        self.socket.settimeout(10)  # some things take five seconds by themselves
        # What is said while the test looks elsewhere waits here.
        self.rtp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.sequence = 0

    def sdp(self, direction="sendrecv", version=1):
        plain = super().sdp(direction, version).replace("RTP/AVP 0", f"RTP/AVP 0 {self.EVENTS}")
        return f"{plain}a=rtpmap:{self.EVENTS} telephone-event/8000\r\na=fmtp:{self.EVENTS} 0-15\r\n"

    def call(self, number):
        """Calls, and has the answer."""
        self.invite(number)
        self.relay = self.established(self.hear("SIP/2.0 200"))

    def rings(self):
        """Rings when it is called; gives the INVITE."""
        invite = self.hear("INVITE ")
        self.take(invite)
        self.relay = relay_of(invite)
        self.reply(invite, "180 Ringing")
        return invite

    def answer(self):
        """Is called, and takes the call; gives its INVITE."""
        return self.pick_up(self.rings())

    def pick_up(self, invite):
        self.reply(invite, "200 OK", self.sdp())
        self.hear("ACK ")
        return invite

    def is_connected(self):
        """Hears in the call that it has where the audio of its new partner comes from."""
        invite = self.hear("INVITE ")
        assert f"To: <sip:{self.number}@" in invite and ";tag=" in re.search(r"\nTo:[^\r]*", invite)[0], invite
        self.relay = relay_of(invite)
        self.reply(invite, "200 OK", self.sdp(version=2))
        self.hear("ACK ")

    def press(self, digits):
        """Each as the packets of one event: three while it is held, and three of its end."""
        for digit in digits:
            event = "0123456789*#".index(digit)
            begun = self.sequence * 160
            for step in range(1, 7):
                self.sequence += 1
                packet = rtp_packet(self.sequence, bytes([event, (0x80 if step > 3 else 0) | 10]) +
                                    (160 * min(step, 4)).to_bytes(2, "big"))
                marked = self.EVENTS | (0x80 if step == 1 else 0)
                self.rtp.sendto(packet[:1] + bytes([marked]) + packet[2:4] + begun.to_bytes(4, "big") + packet[8:],
                                (self.server.address, self.relay))

    def hears(self, sound):
        """Listens until all of that was said, byte by byte. Times out with an error when it is not."""
        heard = b""
        while sound not in heard:
            heard += self.rtp.recv(2048)[12:]

    def hears_tone(self, hertz, seconds):
        """Listens for that long; it is that tone and little else."""
        heard = b"".join(self.rtp.recv(2048)[12:] for _ in range(int(50 * seconds)))
        assert share(decode(heard), hertz) > 0.8, f"no tone of {hertz} Hz"

    def rest(self):
        """What it was sent until now and is sent until nothing comes for a moment."""
        heard = b""
        self.rtp.settimeout(0.1)
        try:
            while True:
                heard += self.rtp.recv(2048)[12:]
        except TimeoutError:
            return heard
        finally:
            self.rtp.settimeout(5)

    def refer(self, target):
        """Asks to connect whom it talks to with `target`; gives the status, and of 202 what became of it."""
        self.request("REFER", self.target, f"Refer-To: <{target}>\r\n", to_tag=self.to_tag)
        status = int(self.hear("SIP/2.0 [2-6]")[8:11])
        return self.outcome() if status == 202 else status

    def outcome(self):
        """What the notifications of a transfer say in the end."""
        while True:
            notify = self.hear("NOTIFY ")
            self.reply(notify, "200 OK")
            said = int(notify.split("\r\n\r\n")[1][8:11])
            if said >= 200:
                return said

    def replacing(self):
        """The address by which another phone of the same person hands somebody over to this one's call."""
        return (f"{self.uri}?Replaces={self.call_id}%3Bto-tag%3D{self.to_tag}%3Bfrom-tag%3D{self.tag}")

    def is_hung_up(self):
        self.reply(self.hear("BYE "), "200 OK")

    def hang_up(self):
        self.ask("BYE")
        self.hear("SIP/2.0 200")


class Far(Desk, Carrier):
    """Somebody outside, behind a carrier that is him alone."""

    answer = Carrier.answer

    def says_tone(self, hertz, until_heard):
        """Says it, a packet every 20 ms, until somebody has heard it; ten seconds at most."""
        sound = encode(tone(hertz, 10))
        due = time.monotonic()
        for at in range(0, len(sound), 160):
            self.sequence += 1
            self.rtp.sendto(rtp_packet(self.sequence, sound[at:at + 160]), (self.server.address, self.relay))
            if at % 8_000 == 0 and until_heard():
                return
            due += 0.02
            time.sleep(max(0, due - time.monotonic()))
        raise AssertionError(f"nobody heard the tone of {hertz} Hz")


def relay_of(message):
    return int(re.search(r"m=audio (\d+)", message)[1])
