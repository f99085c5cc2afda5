"""baresip in a network of its own: it plays a tone, records what it hears, and does what it is told."""
import json
import shutil
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from ringfence import free_port, until
from sound import share, write_tone


# What it calls them, the module, samples a second, channels.
CODECS = {"PCMU": ("PCMU", "g711.so", 8000, 1), "PCMA": ("PCMA", "g711.so", 8000, 1),
          "G722": ("G722/16000/1", "g722.so", 16000, 1), "opus": ("opus/48000/2", "opus.so", 48000, 2)}


class Baresip:
    """The phone of a new extension in `net`, with one codec. It takes every call."""

    def __init__(self, net, server, number, hertz, *commands, codec="PCMU", transport="udp", encryption=None,
                 settings="", address=None):
        """`encryption` as baresip calls it: srtp (RFC 8643), srtp-mand, dtls_srtp; `settings` are lines of its file.
        With an `address` of its own it is no extension: it registers nowhere, and is reached at its sip_port, over TLS
        at the one above."""
        if address:
            account = "regint=0"
        else:
            name, password = server.add(number)
            account = f"auth_user={name};auth_pass={password};regint=600"
        port = server.tls_port if transport == "tls" else server.sip_port
        protected = f"mediaenc={encryption};" if encryption else ""
        way = "" if transport == "udp" else f";transport={transport}"
        codec, module, self.rate, self.channels = CODECS[codec]
        self.net, self.number, self.sip_port, self.control_port = net, number, free_port(), free_port()
        self.forgotten = {}
        self.home = Path(tempfile.mkdtemp(prefix=f"baresip-{number}-"))
        write_tone(self.home / "tone.wav", hertz, 40, self.rate)
        (self.home / "accounts").write_text(
            f"<sip:{number}@{net.address}:{port}{way}>;{account};{protected}answermode=auto;audio_codecs={codec}\n")
        (self.home / "config").write_text(
            f"sip_listen {address or net.address}:{self.sip_port}\nmodule_path /usr/lib/baresip/modules\n"
            f"audio_source aufile,{self.home}/tone.wav\nsnd_path {self.home}\nmodule {module}\nmodule aufile.so\n"
            "ausrc_channels 1\nauplay_channels 1\n"
            "module sndfile.so\nmodule srtp.so\nmodule dtls_srtp.so\n"
            "module_app account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\n"
            f"ctrl_tcp_listen {net.address}:{self.control_port}\n{settings}")
        (self.home / "contacts").write_text("")
        self.log = open(self.home / "log", "wb")
        words = [w for c in commands for w in ("-e", c)]
        self.process = subprocess.Popen(net.inside("baresip", "-f", str(self.home), *words),
                                        stdin=subprocess.PIPE, stdout=self.log, stderr=self.log)
        self.control = None

    def tell(self, command, words=""):
        """One of its commands, as its control socket takes them; gives what it says to it."""
        if not self.control:
            self.control = until(lambda: self.net.connect((self.net.address, self.control_port)))
        told = json.dumps({"command": command, "params": words, "token": command})
        self.control.sendall(f"{len(told)}:{told},".encode())
        while True:
            said = json.loads(self.next_string())
            if said.get("response"):
                assert said["ok"], said
                return said["data"]

    def next_string(self):
        length = b""
        while not length.endswith(b":"):
            length += self.control.recv(1)
        text = b""
        while len(text) <= int(length[:-1]):  # and a comma
            text += self.control.recv(int(length[:-1]) + 1 - len(text))
        return text[:-1]

    def press(self, digits):
        """It drops a key that is pressed before it has told of the one before: five a second, as fast as fingers."""
        for digit in digits:
            self.tell("sndcode", digit)
            time.sleep(0.2)

    def recordings(self):
        """Of each call or part of a call so far, in the order of their beginning."""
        return sorted(self.home.glob("*dec.wav"))

    def samples(self, recording):
        """The heads of these files are written at the end."""
        sound = recording.read_bytes()[44:]
        return struct.unpack(f"<{len(sound) // 2}h", sound[:len(sound) & ~1])[::self.channels]

    def heard(self):
        """The samples of each recording."""
        return [self.samples(recording) for recording in self.recordings()]

    def forget(self):
        """What it heard until now is not judged any more: of the next call, or of what follows an attack, it has to
        hear something new."""
        self.forgotten = {recording: len(self.samples(recording)) for recording in self.recordings()}

    def fresh(self):
        """What it heard of the newest call or part of one, without what is forgotten."""
        if not self.recordings():
            return ()
        newest = self.recordings()[-1]
        return self.samples(newest)[self.forgotten.get(newest, 0):]

    def hears(self, hertz):
        """Whether the last half second of that is that tone."""
        half, sound = self.rate // 2, self.fresh()
        return len(sound) >= half and share(sound[-half:], hertz, self.rate) > 0.8

    def has_heard(self, hertz):
        """Whether that tone was a part of a single fiftieth of a second of that: of one packet."""
        size, sound = self.rate // 50, self.fresh()
        return any(share(sound[at:at + size], hertz, self.rate) > 0.2 for at in range(0, len(sound) - size, size))

    def close(self):
        try:
            if self.control:
                self.control.close()
            self.process.terminate()
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        finally:
            self.process.stdin.close()
            self.log.close()
            shutil.rmtree(self.home, ignore_errors=True)
