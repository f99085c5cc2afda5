"""An rtpengine daemon in user space, in a network of its own, and what is asked of it (NG)."""
import os
import socket
import subprocess

from ringfence import free_port, free_range, until


def bencoded(value):
    if isinstance(value, dict):
        return b"d" + b"".join(bencoded(k) + bencoded(v) for k, v in value.items()) + b"e"
    if isinstance(value, list):
        return b"l" + b"".join(map(bencoded, value)) + b"e"
    text = value.encode()
    return b"%d:%s" % (len(text), text)


def text_of(answer, key):
    """The text behind a key of a bencoded dictionary."""
    at = answer.index(bencoded(key)) + len(bencoded(key))
    size, _, rest = answer[at:].partition(b":")
    return rest[:int(size)].decode()


class Rtpengine:
    """A daemon at the address of `net`; start() and kill() may follow each other."""

    def __init__(self, net):
        self.net, self.control, self.process = net, (net.address, free_port()), None
        self.first = free_range(400)
        self.start()

    @property
    def name(self):
        return f"{self.control[0]}:{self.control[1]}"

    def start(self):
        self.process = subprocess.Popen(
            self.net.inside("rtpengine", "--config-file=none", "--foreground", "--log-stderr", "--log-level=2", "--table=-1",
                            f"--interface={self.net.address}", f"--listen-ng={self.name}",
                            f"--listen-cli=127.0.0.1:{free_port()}",
                            f"--port-min={self.first}", f"--port-max={self.first + 399}"),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not until(lambda: b"pong" in (self.ask({"command": "ping"}) or b"")):
            self.kill()
            raise AssertionError("rtpengine never answered")

    def ask(self, question):
        """Its answer; None when there is none in time."""
        with self.net.make(socket.socket, socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.settimeout(1)
            cookie = os.urandom(8).hex().encode()
            try:
                out.sendto(cookie + b" " + bencoded(question), self.control)
                return out.recv(65_535).removeprefix(cookie + b" ")
            except OSError:
                return None

    def described(self, command, call, description, **more):
        """What the other side is told instead of `description`."""
        answer = self.ask({"command": command, "call-id": call, "from-tag": "phone", "sdp": description,
                           "ICE": "remove", "DTLS": "off", "replace": ["origin", "session connection"], **more})
        return text_of(answer, "sdp")

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None
