"""The street of the item `guard`: two network namespaces, hostile senders beside honest ones, and what a server spends."""
import ctypes
import json
import os
import re
import select
import socket
import subprocess
import sys
import time
from pathlib import Path

from servers import LOAD_CPU, SERVER_CPU, Kamailio, placed, say

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/integration"))
from netns import Street  # noqa: E402

SERVER = "198.51.100.1"
HONEST = [f"203.0.113.{n}" for n in range(1, 129)]  # half of them call, half are called
SCANNER, GUESSER = "203.0.113.200", "203.0.113.201"


class Town:
    """with Town() as town: …; whoever is started meanwhile is on the street, but for servers, which name `town.server`."""

    def __enter__(self):
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.street = Street(SERVER, [*HONEST, SCANNER, GUESSER]).__enter__()
        self.street.enter()
        self.server = self.street.server
        links = subprocess.run(["ip", "-n", self.server, "link", "show", "wire"], capture_output=True, text=True, check=True)
        self.mac = re.search(r"ether (\S+)", links.stdout)[1]
        return self

    def __exit__(self, *_):
        if ctypes.CDLL(None, use_errno=True).setns(self.home, Street.NEW_NETWORK) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        os.close(self.home)
        self.street.__exit__(None, None, None)


class Flood:
    """with Flood(build, town, server, rate=…) as flood: …; REGISTERs of `sources` senders; `result` once it is over."""

    def __init__(self, build, town, server, rate, seconds, sources=256, first="11.0.0.0", packets=0):
        self.command = [build / "bench/load/rf_hostile", "--to", town.mac, "--target", SERVER, "--port", str(server.port),
                        "--rate", str(rate), "--seconds", str(seconds), "--sources", str(sources), "--first", first,
                        "--packets", str(packets)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True, preexec_fn=placed(LOAD_CPU))
        return self

    def wait(self):
        out, _ = self.process.communicate()
        self.result = json.loads(out)
        return self.result

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.communicate()


class KamailioPike(Kamailio):
    name = "kamailio-pike"

    def command(self):
        return [*super().command(), "-A", "WITH_PIKE", "-A", "PIKE_DROPS"]

    def trees(self):
        return [self.pid]


class KamailioFail2ban(Kamailio):
    """What is refused is written to a file, and fail2ban, which reads it, has the kernel drop its sender. pike counts."""
    name = "kamailio-fail2ban"
    packages = {"kamailio": "kamailio", "fail2ban-server": "fail2ban", "nft": "nftables"}

    def command(self):
        return [*super().command(), "-A", "WITH_PIKE", "-A", "PIKE_TELLS"]

    def trees(self):
        return [self.pid, self.reader.pid]

    def start(self):
        super().start()
        folder = self.work / "fail2ban"
        (folder / "filter.d").mkdir(parents=True)
        (folder / "action.d").symlink_to("/etc/fail2ban/action.d")
        (folder / "filter.d/kamailio.conf").write_text(
            "[Definition]\nfailregex = refused <HOST>$\ndatepattern = %%Y-%%m-%%d %%H:%%M:%%S\n")
        (folder / "jail.conf").write_text(
            f"[kamailio]\nenabled = true\nfilter = kamailio\nlogpath = {self.work}/log\nbackend = auto\nmaxretry = 5\n"
            # It would ask the DNS for its own name first, which has no answer here.
            "findtime = 600\nbantime = 600\nusedns = no\nignoreself = false\n"
            "action = nftables[type=allports, name=kamailio, protocol=udp, blocktype=drop]\n")
        (folder / "fail2ban.conf").write_text(
            f"[Definition]\nloglevel = NOTICE\nlogtarget = {folder}/log\nsyslogsocket = auto\nsocket = {folder}/socket\n"
            f"pidfile = {folder}/pid\ndbfile = None\ndbpurgeage = 1d\ndbmaxmatches = 0\n")
        with open(folder / "out", "wb") as out:
            self.reader = subprocess.Popen([*self.prefix, "fail2ban-server", "-f", "-c", folder, "start"], stdout=out,
                                           stderr=out, stdin=subprocess.DEVNULL, preexec_fn=placed(SERVER_CPU))
        client = ["fail2ban-client", "-c", folder, "status", "kamailio"]
        deadline = time.monotonic() + 30
        while subprocess.run(client, capture_output=True).returncode != 0:
            if self.reader.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"fail2ban did not start:\n{(folder / 'out').read_text()}")
            time.sleep(0.1)
        return self

    def stop(self):
        reader = getattr(self, "reader", None)
        if reader and reader.poll() is None:
            reader.terminate()
            try:
                reader.wait(20)
            except subprocess.TimeoutExpired:
                reader.kill()
                reader.wait()
        super().stop()


def processes(root):
    """That process and its descendants."""
    children = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def spent_us(server):
    """User and system time of all processes of a server so far, of those that have ended as well."""
    ticks = 0
    for pid in (p for root in server.trees() for p in processes(root)):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # in the meantime its time is its parent's
        ticks += sum(int(field) for field in fields[11:15])
    return ticks * 1e6 / os.sysconf("SC_CLK_TCK")


def memory_kib(server):
    """Resident memory without files; what processes share counts once."""
    total = 0
    for pid in (p for root in server.trees() for p in processes(root)):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            if line.startswith(("Pss_Anon:", "Pss_Shmem:")):
                total += int(line.split()[1])
    return total


def datagrams(server):
    """What the kernel handed to programs of the server's network, and what it had to drop for want of room."""
    lines = [line.split() for line in Path(f"/proc/{server.pid}/net/snmp").read_text().splitlines() if line[:4] == "Udp:"]
    counts = dict(zip(lines[0], lines[1]))
    return int(counts["InDatagrams"]), int(counts["RcvbufErrors"])


def request(number, address, port, call, extra=""):
    return (f"REGISTER sip:{SERVER} SIP/2.0\r\nVia: SIP/2.0/UDP {address}:{port};rport;branch=z9hG4bKs{call}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{number}@{SERVER}>;tag=s{call}\r\nTo: <sip:{number}@{SERVER}>\r\n"
            f"Call-ID: s{call}\r\nCSeq: 1 REGISTER\r\nContact: <sip:{number}@{address}:{port}>\r\n"
            f"User-Agent: Zoiper 5.6\r\n{extra}Content-Length: 0\r\n\r\n").encode()


def scan(server, per_s=500, patience_s=20):
    """Asks for one extension after the other. Milliseconds from the first request to the first that is never answered,
    and how many were answered until the server was silent for so long as it takes to be sure; None: it never was."""
    sent, answered = [], set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.bind((SCANNER, 0))
        out.connect((SERVER, server.port))
        port, began = out.getsockname()[1], time.monotonic()
        while (now := time.monotonic()) - began < patience_s:
            if len(sent) < (now - began) * per_s:
                out.send(request(7000 + len(sent), SCANNER, port, len(sent)))
                sent.append(now)
            while select.select([out], [], [], 0.0005)[0]:
                answered.add(int(re.search(rb"\nCall-ID: s(\d+)", out.recv(65535))[1]))
            # A second's worth of requests without an answer is no accident.
            first = next((n for n in range(len(sent)) if n not in answered), len(sent))
            if len(sent) - first > per_s and sum(n in answered for n in range(first, len(sent))) < per_s / 20:
                return (sent[first] - began) * 1000, len(answered)
    return None, len(answered)


def guess(server, tries=2_000):
    """A wrong password for one account after the other, as fast as they are refused. Milliseconds from the first
    request to the first that is not answered, and how many passwords were looked at."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.bind((GUESSER, 0))
        out.connect((SERVER, server.port))
        out.settimeout(1)
        port, began, call = out.getsockname()[1], time.monotonic(), 0
        for tried in range(tries):
            asked = time.monotonic()
            extra = ""
            try:
                for _ in range(2):
                    call += 1
                    out.send(request(100_000 + tried, GUESSER, port, call, extra))
                    answer = out.recv(65535).decode()
                    realm, nonce = (re.search(rf'{w}="([^"]+)"', answer)[1] for w in ("realm", "nonce"))
                    extra = (f'Authorization: Digest username="u-{100_000 + tried}", realm="{realm}", nonce="{nonce}", '
                             f'uri="sip:{SERVER}", response="{0:032x}", algorithm=MD5, qop=auth, nc=00000001, '
                             'cnonce="abc"\r\n')
                    asked = time.monotonic()
            except OSError:
                return (asked - began) * 1000, tried
            time.sleep(0.02)
    say(f"warning: {server.name} answered {tries} guesses")
    return None, tries
