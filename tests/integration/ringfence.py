"""A running Ringfence for one test: own data folder, free ports on loopback, ended by its own process id."""
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAM = os.environ["RINGFENCE"]


def is_free(port, kind, address="127.0.0.1"):
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind((address, port))
            return True
        except OSError:
            return False


handed_out = set()


def free_port(address="127.0.0.1"):
    """An even port that nobody has now, neither UDP nor TCP, and which this test was not given before; nor does anyone
    have the port above it, a phone's for RTCP. It lies above those that the system hands out by itself, so that no
    other program gets it by chance before it is used."""
    while True:
        port = random.randrange(61_000, 65_536, 2)
        if port not in handed_out and all(is_free(p, kind, address) for p in (port, port + 1)
                                          for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)):
            handed_out.add(port)
            return port


def free_range(size):
    """The even start of that many UDP ports that nobody has now, below those that the system hands out by itself."""
    while True:
        first = 10_000 + 2 * random.randrange((32_000 - 10_000 - size) // 2)
        if all(is_free(port, socket.SOCK_DGRAM) for port in range(first, first + size)):
            return first


class Ringfence:
    """with Ringfence() as server: …; `extra` is appended to the configuration file, `sip` and `media` go into their
    sections. Four media ports a call: few, because other servers on this machine want some, too."""

    def __init__(self, extra="", sip="", media="", address="127.0.0.1", netns=None, media_ports=64):
        self.address, self.netns = address, netns
        self.data = Path(tempfile.mkdtemp(prefix="ringfence-test-"))
        self.sip_port, self.tls_port = free_port(), free_port()
        self.wss_port, self.web_port = free_port(), free_port()
        self.metrics_port, self.media = free_port(), free_range(media_ports)
        self.log = self.data / "server.log"
        self.process = None
        (self.data / "ringfence.toml").write_text(f"""
[server]
data_dir = "{self.data}"
[[listener]]
transport = "udp"
address = "{address}"
port = {self.sip_port}
[[listener]]
transport = "tcp"
address = "{address}"
port = {self.sip_port}
[[listener]]
transport = "tls"
address = "{address}"
port = {self.tls_port}
[[listener]]
transport = "wss"
address = "{address}"
port = {self.wss_port}
[web]
address = "{address}"
port = {self.web_port}
[media]
ports = "{self.media}-{self.media + media_ports - 1}"
{media}
[metrics]
port = {self.metrics_port}
[sip]
{sip}
{extra}
""")

    def command(self, *words, stdin=None):
        prefix = ["ip", "netns", "exec", self.netns] if self.netns else []
        return prefix + [PROGRAM, "--config", str(self.data / "ringfence.toml"), *words]

    def cli(self, *words, stdin=None, check=True):
        done = subprocess.run(self.command(*words), input=stdin, capture_output=True, text=True, timeout=30)
        if check and done.returncode != 0:
            raise AssertionError(f"ringfence {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def json(self, *words):
        return json.loads(self.cli(*words, "--json").stdout)

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command("serve"), stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended at once:\n{self.log.read_text()}")
            if self.cli("status", "--json", check=False).returncode == 0:
                return self
            time.sleep(0.05)
        raise AssertionError(f"the server never became ready:\n{self.log.read_text()}")

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=60)
        return self.process.returncode if self.process else None

    def add(self, number, *options):
        """A new extension: its registration name and password."""
        row = self.json("extension", "add", number, *options)
        return row["auth_name"], row["password"]

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, value, trace):
        try:
            if kind is not None:
                print(self.log.read_text()[-4000:])
        finally:
            if self.stop() is None or self.process.poll() is None:
                self.process.kill()
            shutil.rmtree(self.data, ignore_errors=True)


def until(what, seconds=10):
    """Waits for `what()` to be true, looking every few milliseconds; gives its value."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = what()
        if value:
            return value
        time.sleep(0.02)
    return what()
