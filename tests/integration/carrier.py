"""A carrier for tests: takes what the server brings as it is told to, says that it lives, and brings calls itself."""
import re

from phone import Phone


class Carrier(Phone):
    """At `address`, without an account. Who calls through a `proxy` (host, port) is behind it, as with Phone."""

    def __init__(self, server, address, proxy=None):
        super().__init__(server, "+4940999", "", "", address, proxy)
        self.invites = {}

    @property
    def uri_of_it(self):
        return f"sip:{self.address}:{self.port}"

    def hear(self, want):
        """As Phone; questions whether it lives are answered, repeated INVITEs passed over."""
        while True:
            text = super().hear("")
            if text.startswith("OPTIONS "):
                self.reply(text, "200 OK")
                continue
            if text.startswith("INVITE "):
                branch = re.search(r"branch=([^;\r]+)", text)[1]
                if branch in self.invites:
                    continue
                self.invites[branch] = text
            if re.match(want, text):
                return text

    def asked(self):
        """How many calls it was asked to take, all that was sent until now."""
        self.socket.settimeout(0.05)
        try:
            while True:
                self.hear("INVITE ")
        except TimeoutError:
            return len(self.invites)
        finally:
            self.socket.settimeout(5)

    def answer(self, status="200 OK"):
        """Takes the next call; gives its INVITE and where our audio goes."""
        invite = self.hear("INVITE ")
        self.take(invite)
        self.reply(invite, status, self.sdp())
        self.hear("ACK ")
        return invite, int(re.search(r"m=audio (\d+)", invite)[1])

    def refuse(self, status):
        invite = self.hear("INVITE ")
        self.reply(invite, status)
        self.hear("ACK ")
        return invite

    def bring(self, called, extra=""):
        """A call from outside, without any credentials."""
        host, port = self.proxy or (self.server.address, self.server.sip_port)
        self.call_id = self.tag = self.call_id + "x"
        self.routes, self.uri = [], f"sip:{called}@{host}:{port}"
        self.request("INVITE", self.uri, extra, body=self.sdp())
