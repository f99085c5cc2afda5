"""A network of their own for phones that want an interface that is not loopback. Needs root."""
import itertools
import os
import subprocess


class Namespace:
    """with Namespace("10.1.2.3") as net: …; one address, a way out that leads nowhere; gone at the end."""

    numbers = itertools.count(1)

    def __init__(self, address):
        self.address, self.name = address, f"rf-test-{os.getpid()}-{next(self.numbers)}"

    def inside(self, *words):
        """The command that runs `words` in this network; the process keeps its id, so that its own id ends it."""
        return ["ip", "netns", "exec", self.name, *words]

    def __enter__(self):
        subprocess.run(("ip", "netns", "add", self.name), check=True)
        try:
            for words in (("link", "set", "lo", "up"), ("link", "add", "phones", "type", "veth", "peer", "name", "far"),
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
