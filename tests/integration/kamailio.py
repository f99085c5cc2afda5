"""A running Kamailio for one test: own folder, own address on loopback, ended by its own process id."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from ringfence import until


class Kamailio:
    """with Kamailio("proxy.cfg", port, "NAME=value", …) as proxy: …"""

    address = "127.0.0.2"

    def __init__(self, settings, port, *definitions, tls_port=None):
        self.port, self.folder = port, Path(tempfile.mkdtemp(prefix="kamailio-"))
        # What a child writes goes to the file, never to a console.
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(
            ["kamailio", "-DD", "-E", "-f", str(Path(__file__).parent / settings), "-Y", str(self.folder), "-m", "32",
             "-M", "4", "-l", f"udp:{self.address}:{self.port}", "-l", f"tcp:{self.address}:{self.port}",
             *(["-l", f"tls:{self.address}:{tls_port}"] if tls_port else []),
             *(word for definition in definitions for word in ("-A", definition))],
            cwd=self.folder, stdout=self.log, stderr=self.log, start_new_session=True)

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"Kamailio ended at once:\n{(self.folder / 'log').read_text()}")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.3", 0))
            probe.settimeout(0.2)
            host, port = probe.getsockname()
            probe.sendto((f"OPTIONS sip:{self.address}:{self.port} SIP/2.0\r\n"
                          f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bKp\r\nFrom: <sip:a@{host}>;tag=1\r\n"
                          f"To: <sip:{self.address}>\r\nCall-ID: {port}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 5\r\n"
                          "Content-Length: 0\r\n\r\n").encode(), (self.address, self.port))
            try:
                return probe.recv(2048).startswith(b"SIP/2.0 200")
            except OSError:
                return False

    def __enter__(self):
        try:
            if not until(self.answers, 20):
                raise AssertionError("Kamailio never became ready")
        except AssertionError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind, value, trace):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            # Now and then it hangs at its end; its children would outlive it.
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.log.close()
        if kind is not None:
            print((self.folder / "log").read_text()[-4000:])
        shutil.rmtree(self.folder, ignore_errors=True)
