"""The servers under test: how each is installed, configured, started on its own processor, and stopped by its own id."""
import os
import resource
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CPUS = sorted(os.sched_getaffinity(0))
SERVER_CPU = CPUS[0]
LOAD_CPU = CPUS[1 % len(CPUS)]
ACCOUNTS = 100_000


def say(text):
    print(text, file=sys.stderr, flush=True)


def placed(cpu):
    """What a child does before it becomes a server or the generator: a session of its own on one processor, with
    priority over whatever else the machine does, and descriptors enough for thousands of relayed calls."""
    def prepare():
        os.setsid()
        os.sched_setaffinity(0, {cpu})
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 200_000), max(hard, 200_000)))
        except (ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        try:
            Path("/proc/self/autogroup").write_text("-20")
            os.setpriority(os.PRIO_PROCESS, 0, -20)
        except OSError:
            pass  # without the privilege the numbers are only as calm as the machine
    return prepare


def free_port():
    """A UDP port below the range of ports that clients take, where nobody listens."""
    for port in range(6100, 9000):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise SystemExit("no free UDP port between 6100 and 9000")


def answers(port, server="127.0.0.1"):
    """Whether a SIP server answers there; any final response will do."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.3)
        probe.connect((server, port))
        host, own = probe.getsockname()
        probe.send((f"REGISTER sip:{server}:{port} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{own};rport;branch=z9hG4bKprobe\r\n"
                    f"Max-Forwards: 70\r\nFrom: <sip:probe@{server}>;tag=p\r\nTo: <sip:probe@{server}>\r\n"
                    f"Call-ID: probe{own}\r\nCSeq: 1 REGISTER\r\nContact: <sip:probe@{host}:{own}>\r\n"
                    "Content-Length: 0\r\n\r\n").encode())
        try:
            return probe.recv(2048).startswith(b"SIP/2.0 ")
        except OSError:
            return False


class Server:
    """A server that was started with start() runs until stop(); `pid` is the process whose tree is measured. It listens
    on loopback, or at `host` in the network namespace `netns`."""
    name = ""
    start_s = 60  # that it may take until it answers

    def __init__(self, build, work, host="127.0.0.1", netns=None):
        self.build, self.work = Path(build), Path(work) / self.name
        self.process, self.port = None, 0
        self.host, self.prefix = host, ["ip", "netns", "exec", netns] if netns else []

    def command(self):
        raise NotImplementedError

    def start(self):
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        self.port = free_port()
        command = [*self.prefix, *self.command()]
        with open(self.work / "log", "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            preexec_fn=placed(SERVER_CPU))
        deadline = time.monotonic() + self.start_s
        while not answers(self.port, self.host):
            if self.process.poll() is not None or time.monotonic() > deadline:
                tail = (self.work / "log").read_text(errors="replace")[-2000:]
                self.stop()
                raise SystemExit(f"{self.name} did not start: {' '.join(map(str, command))}\n{tail}")
            time.sleep(0.1)
        return self

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class Kamailio(Server):
    """5.6 of Debian 12, as fast as its settings make it: fast allocator, four UDP workers, no database, no DNS."""
    name = "kamailio"

    packages = {"kamailio": "kamailio"}
    megabytes, own_megabytes = 2_048, 16  # of memory: shared, of each process

    @classmethod
    def is_installed(cls, program):
        return shutil.which(program) is not None

    @classmethod
    def install(cls):
        missing = [package for program, package in cls.packages.items() if not cls.is_installed(program)]
        if not missing:
            return
        say(f"installing {' '.join(missing)}, for this bench")
        prefix = [] if os.geteuid() == 0 else ["sudo"]
        # Installed, not started: the package would open port 5060.
        policy = Path("/usr/sbin/policy-rc.d")
        if not policy.exists():
            subprocess.run([*prefix, "sh", "-c", f"printf '#!/bin/sh\\nexit 101\\n' > {policy}; chmod 755 {policy}"])
            try:
                cls._apt(prefix, missing)
            finally:
                subprocess.run([*prefix, "rm", "-f", str(policy)])
        else:
            cls._apt(prefix, missing)

    @staticmethod
    def _apt(prefix, packages):
        subprocess.run([*prefix, "apt-get", "install", "-y", "-q", "--no-install-recommends", *packages], check=True,
                       stdout=sys.stderr, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})

    def command(self):
        return ["kamailio", "-f", HERE / "kamailio.cfg", "-l", f"udp:{self.host}:{self.port}", "-x", "fm", "-X", "fm",
                "-m", str(self.megabytes), "-M", str(self.own_megabytes), "-DD", "-E", "-w", self.work, "-Y", self.work,
                "-P", self.work / "pid"]


class Ringfence(Server):
    """Our server as it is installed: CDRs and registrations fsynced, every call relayed, log to a file.

    `calls` at once is what its media ports are sized for, four each. An extension may register as often as the generator
    makes it, when few share the whole rate. `more` is appended to the configuration."""
    name = "ringfence"

    def __init__(self, build, work, calls=1_250, more="", **where):
        super().__init__(build, work, **where)
        self.calls, self.more = calls, more

    @property
    def template(self):
        return self.work.parent / "accounts"

    def fill(self):
        """Makes the database with all accounts once; each start gets a copy."""
        if self.template.exists():
            return
        unfinished = self.template.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        subprocess.run([self.build / "bench/peers/rf_bench_fill", "--data-dir", unfinished, "--accounts", str(ACCOUNTS)],
                       check=True, stdout=sys.stderr)
        unfinished.rename(self.template)

    def command(self):
        self.fill()
        data = self.work / "data"
        shutil.copytree(self.template, data)
        data.chmod(0o700)
        config = self.work / "ringfence.toml"
        config.write_text(f"""
[server]
data_dir = "{data}"
[media]
ports = "10000-{9_999 + 4 * self.calls}"
[limits]
registers_per_s = 1000
[log]
file = "{self.work}/ringfence.log"
[metrics]
enabled = false
[[listener]]
transport = "udp"
address = "{self.host}"
port = {self.port}
{self.more}
""")
        return [self.build / "app/ringfence", "serve", "--config", config]
