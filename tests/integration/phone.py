"""A small telephone over UDP for tests: registers with SHA-256, calls, answers, holds, sends and hears RTP."""
import hashlib
import os
import re
import socket


def token():
    return os.urandom(8).hex()


class Phone:
    """At `address`; with a `proxy` (host, port) it sends everything there and takes nothing from anywhere else."""

    def __init__(self, server, number, name, password, address="127.0.0.1", proxy=None):
        self.server, self.number, self.name, self.password = server, number, name, password
        self.address, self.proxy = address, proxy
        self.routes, self.strays = [], []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.socket.settimeout(5)
        self.port = self.socket.getsockname()[1]
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp.bind((address, 0))
        self.rtp.settimeout(5)
        self.call_id, self.tag, self.cseq = token(), token(), 0

    def close(self):
        self.socket.close()
        self.rtp.close()

    def sdp(self, direction="sendrecv", version=1):
        port = self.rtp.getsockname()[1]
        return (f"v=0\r\no=t 1 {version} IN IP4 {self.address}\r\ns=-\r\nc=IN IP4 {self.address}\r\nt=0 0\r\n"
                f"m=audio {port} RTP/AVP 0\r\na={direction}\r\n")

    def send(self, text):
        self.socket.sendto(text.encode(), self.proxy or (self.server.address, self.server.sip_port))

    def hear(self, want):
        """The next message whose first line matches; others are passed over. Times out with an error."""
        while True:
            data, source = self.socket.recvfrom(65535)
            text = data.decode()
            if self.proxy and source != self.proxy:
                self.strays.append(text)
            elif re.match(want, text):
                return text

    def authorization(self, challenge, method, uri):
        offered = {word: l for l in challenge.split("\r\n") for word in ("SHA-256", "MD5") if f"algorithm={word}" in l}
        word, line = max(offered.items())
        realm, nonce = re.search(r'realm="([^"]+)"', line)[1], re.search(r'nonce="([^"]+)"', line)[1]
        h = lambda s: hashlib.new(word.replace("-", ""), s.encode()).hexdigest()
        response = h(f"{h(f'{self.name}:{realm}:{self.password}')}:{nonce}:00000001:abc:auth:{h(f'{method}:{uri}')}")
        return (f'Authorization: Digest username="{self.name}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
                f'response="{response}", algorithm={word}, qop=auth, nc=00000001, cnonce="abc"\r\n')

    def request(self, method, uri, extra="", body="", to_tag="", branch=None, cseq=None):
        if cseq is None:
            self.cseq += 1
        kind = "Content-Type: application/sdp\r\n" if body else ""
        to = f";tag={to_tag}" if to_tag else ""
        host = f"{self.server.address}"
        target = self.number if method == "REGISTER" else re.sub(r"^sip:|@.*", "", uri)
        self.branch = branch or "z9hG4bK" + token()
        route = "".join(f"Route: {r}\r\n" for r in self.routes) if to_tag else ""
        self.send(f"{method} {uri} SIP/2.0\r\n"
                  f"Via: SIP/2.0/UDP {self.address}:{self.port};branch={self.branch};rport\r\n{route}"
                  f"Max-Forwards: 70\r\nFrom: <sip:{self.number}@{host}>;tag={self.tag}\r\n"
                  f"To: <sip:{target}@{host}>{to}\r\nCall-ID: {self.call_id}\r\nCSeq: {cseq or self.cseq} {method}\r\n"
                  f"Contact: <sip:{self.number}@{self.address}:{self.port}>\r\n{extra}{kind}"
                  f"Content-Length: {len(body)}\r\n\r\n{body}")

    def register(self, expires=600, extra=""):
        uri = f"sip:{self.server.address}"
        self.call_id, self.tag = token(), token()
        extra = f"Expires: {expires}\r\n{extra}"
        self.request("REGISTER", uri, extra)
        self.registered = self.hear("SIP/2.0 ")
        if self.registered.startswith("SIP/2.0 401"):
            self.request("REGISTER", uri, extra + self.authorization(self.registered, "REGISTER", uri))
            self.registered = self.hear("SIP/2.0 ")
        return int(self.registered[8:11])

    def invite(self, number):
        """Calls: INVITE, challenge, INVITE. What comes back is heard with hear()."""
        self.call_id, self.tag, self.routes = token(), token(), []
        self.uri = f"sip:{number}@{self.server.address}"
        self.request("INVITE", self.uri, body=self.sdp())
        challenge = self.hear("SIP/2.0 401")
        to_tag = re.search(r"\nTo:.*tag=([^\r;]+)", challenge)[1]
        self.request("ACK", self.uri, to_tag=to_tag, branch=self.branch, cseq=self.cseq)
        self.request("INVITE", self.uri, self.authorization(challenge, "INVITE", self.uri), body=self.sdp())

    def established(self, ok):
        """Takes a 200 to our INVITE: remembers the dialog, acknowledges, gives the relay's port for us."""
        self.to_tag = re.search(r"\nTo:.*tag=([^\r;]+)", ok)[1]
        self.target = re.search(r"\nContact: <([^>]+)>", ok)[1]
        self.routes = record_routes(ok)[::-1]
        self.request("ACK", self.target, to_tag=self.to_tag, cseq=self.cseq)
        return int(re.search(r"m=audio (\d+)", ok)[1])

    def take(self, invite):
        """Enters the dialog of an INVITE to us, so that we can send requests in it, too."""
        self.call_id = re.search(r"\nCall-ID: ([^\r]+)", invite)[1]
        self.to_tag = re.search(r"\nFrom:.*tag=([^\r;]+)", invite)[1]
        self.target = re.search(r"\nContact: <([^>]+)>", invite)[1]
        self.routes = record_routes(invite)

    def ask(self, method, body="", cseq=None):
        """A request in the dialog."""
        self.request(method, self.target, body=body, to_tag=self.to_tag, cseq=cseq)

    def reply(self, request, status, body="", extra=""):
        head = "".join(l + "\r\n" for l in request.split("\r\n\r\n")[0].split("\r\n")[1:]
                       if re.match(r"(Via|From|Call-ID|CSeq|To|Record-Route):", l))
        if ";tag=" not in re.search(r"\r?\n?(To:[^\r]*)", head)[1]:
            head = re.sub(r"(To:[^\r]*)", r"\1;tag=" + self.tag, head)
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self.send(f"SIP/2.0 {status}\r\n{head}Contact: <sip:{self.number}@{self.address}:{self.port}>\r\n{extra}{kind}"
                  f"Content-Length: {len(body)}\r\n\r\n{body}")


def record_routes(message):
    return [r.strip() for line in re.findall(r"\nRecord-Route: ([^\r]+)", message) for r in line.split(",")]


VOICE = b"\x55" * 160


def talk(alice, alice_relay, bob, bob_relay, packets=19):
    """Both say that many packets of voice and hear all of the other's. The relay's own thread opens the way a moment
    after the phones know of it, so each first says something else until the other hears it."""
    sequence = 0
    for sender, relay, hearer in ((alice, alice_relay, bob), (bob, bob_relay, alice)):
        hearer.rtp.settimeout(0.1)
        for _ in range(100):
            sequence += 1
            sender.rtp.sendto(rtp_packet(sequence, b"\x11" * 160), (sender.server.address, relay))
            try:
                hearer.rtp.recv(2048)
                break
            except TimeoutError:
                continue
        else:
            raise AssertionError(f"{hearer.number} never heard {sender.number}")
        hearer.rtp.settimeout(5)
    for _ in range(packets):
        sequence += 1
        alice.rtp.sendto(rtp_packet(sequence), (alice.server.address, alice_relay))
        bob.rtp.sendto(rtp_packet(sequence), (bob.server.address, bob_relay))
    for phone in (alice, bob):
        heard = 0
        while heard < packets:
            payload = phone.rtp.recv(2048)[12:]
            if payload not in (VOICE, b"\x11" * 160):
                raise AssertionError(f"{phone.number} heard a stranger")
            heard += payload == VOICE


def rtp_packet(sequence, payload=VOICE):
    return bytes([0x80, 0]) + sequence.to_bytes(2, "big") + (sequence * 160).to_bytes(4, "big") + b"TEST" + payload
