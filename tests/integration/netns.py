"""A network of their own for phones that want an interface that is not loopback. Needs root."""
import ctypes
import itertools
import os
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor

NEW_NETWORK = 0x40000000


def enter(name):
    """Moves this thread, and what it starts from now on, into the network of that name."""
    with open(f"/run/netns/{name}") as network:
        if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), NEW_NETWORK) != 0:
            raise OSError(ctypes.get_errno(), "setns")


class Namespace:
    """with Namespace("10.1.2.3") as net: …; one address, a way out that leads nowhere; gone at the end."""

    numbers = itertools.count(1)

    def __init__(self, address):
        self.address, self.name = address, f"rf-test-{os.getpid()}-{next(self.numbers)}"

    def inside(self, *words):
        """The command that runs `words` in this network; the process keeps its id, so that its own id ends it."""
        return ["ip", "netns", "exec", self.name, *words]

    def make(self, what, *words):
        """what(*words), done in this network: sockets that it opens stay there."""
        with ThreadPoolExecutor(1, initializer=enter, initargs=(self.name,)) as thread:
            return thread.submit(what, *words).result()

    def connect(self, where):
        """A TCP connection within; None when nobody listens."""
        try:
            return self.make(socket.create_connection, where, 5)
        except ConnectionRefusedError:
            return None

    def __enter__(self):
        subprocess.run(("ip", "netns", "add", self.name), check=True)
        try:
            for words in (("link", "set", "lo", "up"), ("link", "add", "phones", "type", "veth", "peer", "name", "far"),
                          # An address that comes a second later is a change of networks, which browsers start anew for.
                          ("link", "set", "phones", "addrgenmode", "none"),
                          ("link", "set", "far", "addrgenmode", "none"),
                          ("addr", "add", f"{self.address}/24", "dev", "phones"), ("link", "set", "phones", "up"),
                          # Phones ask for the way to the world to learn their own address.
                          ("link", "set", "far", "up"), ("route", "add", "default", "dev", "phones")):
                subprocess.run(("ip", "-n", self.name, *words), check=True)
        except Exception:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind, value, trace):
        subprocess.run(("ip", "netns", "del", self.name), check=True)


class Home(Namespace):
    """with Home(net, "203.0.113.7") as home: …; a network behind a router that has a line to `net`. Whatever leaves
    has the router's address, and a port of chance for each whom it goes to; what comes in answers it, or stays out."""

    def __init__(self, net, outside):
        super().__init__("192.168.7.20")
        self.net, self.outside, self.router = net, outside, f"{self.name}-router"

    def __enter__(self):
        run = lambda *words: subprocess.run(words, check=True)
        ends = (self.net.name, "line", self.router), (self.router, "home", self.name)
        rules = ("add table ip home; add chain ip home out { type nat hook postrouting priority 100; }; "
                 "add rule ip home out oifname line masquerade fully-random; "
                 "add chain ip home in { type filter hook forward priority 0; }; "
                 "add rule ip home in iifname line ct state new drop")
        try:
            for name in (self.name, self.router):
                run("ip", "netns", "add", name)
            for name, line, other in ends:
                run("ip", "-n", name, "link", "add", line, "type", "veth", "peer", "name", line, "netns", other)
                for end in (name, other):
                    run("ip", "-n", end, "link", "set", line, "addrgenmode", "none", "up")
            for name, line, address in ((self.router, "line", f"{self.outside}/32"),
                                        (self.router, "home", "192.168.7.1/24"),
                                        (self.name, "home", f"{self.address}/24")):
                run("ip", "-n", name, "addr", "add", address, "dev", line)
            for name, *way in ((self.net.name, self.outside, "dev", "line"),
                               (self.router, self.net.address, "dev", "line"),
                               (self.name, "default", "via", "192.168.7.1")):
                run("ip", "-n", name, "route", "add", *way)
            run("ip", "netns", "exec", self.router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
            run("ip", "netns", "exec", self.router, "nft", rules)
        except Exception:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind, value, trace):
        for name in (self.name, self.router):
            subprocess.run(("ip", "netns", "del", name), check=False)


class Street:
    """with Street("198.51.100.1", ["203.0.113.66", …]) as street: …; two networks with a wire between them: `server`
    with its one address, and the street, which has all the others. Whatever enter()s is on the street from then on."""

    def __init__(self, address, others, router=True):
        self.address, self.others, self.router = address, others, router
        number = next(Namespace.numbers)
        self.server, self.outside = (f"rf-test-{os.getpid()}-{number}-{side}" for side in ("server", "street"))

    def __enter__(self):
        run = lambda *words: subprocess.run(("ip", *words), check=True)
        try:
            for name in (self.server, self.outside):
                run("netns", "add", name)
                run("-n", name, "link", "set", "lo", "up")
            run("-n", self.server, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", self.outside)
            for name, address in [(self.server, self.address), *((self.outside, other) for other in self.others)]:
                run("-n", name, "addr", "add", f"{address}/32", "dev", "wire")
            for name, router in ((self.server, self.others[0]), (self.outside, self.address)):
                run("-n", name, "link", "set", "wire", "up")
                run("-n", name, "route", "add", "default", *self.way(router))
        except Exception:
            self.__exit__(None, None, None)
            raise
        return self

    def way(self, router):
        """With `router` each is the other's: nobody asks the wire for the whereabouts of every forged address."""
        return ("via", router, "dev", "wire", "onlink") if self.router else ("dev", "wire")

    def enter(self):
        """Moves this thread, and what it starts from now on, onto the street."""
        enter(self.outside)

    def speak_as(self, address):
        """Whoever on the street names no address of his own has this one."""
        subprocess.run(("ip", "-n", self.outside, "route", "replace", "default", *self.way(self.address), "src",
                        address), check=True)

    def __exit__(self, kind, value, trace):
        for name in (self.server, self.outside):
            subprocess.run(("ip", "netns", "del", name), check=False)
