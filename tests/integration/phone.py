"""A small telephone over UDP for tests: registers with SHA-256, calls, answers, sends and hears RTP."""
import hashlib
import os
import re
import socket


def token():
    return os.urandom(8).hex()


class Phone:
    def __init__(self, server, number, name, password):
        self.server, self.number, self.name, self.password = server, number, name, password
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(5)
        self.port = self.socket.getsockname()[1]
        self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.rtp.bind(("127.0.0.1", 0))
        self.rtp.settimeout(5)
        self.call_id, self.tag, self.cseq = token(), token(), 0

    def close(self):
        self.socket.close()
        self.rtp.close()

    def sdp(self):
        port = self.rtp.getsockname()[1]
        return f"v=0\r\no=t 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\n"

    def send(self, text):
        self.socket.sendto(text.encode(), (self.server.address, self.server.sip_port))

    def hear(self, want):
        """The next message whose first line matches; others are passed over. Times out with an error."""
        while True:
            text = self.socket.recv(65535).decode()
            if re.match(want, text):
                return text

    def authorization(self, challenge, method, uri):
        line = next(l for l in challenge.split("\r\n") if "algorithm=SHA-256" in l)
        realm, nonce = re.search(r'realm="([^"]+)"', line)[1], re.search(r'nonce="([^"]+)"', line)[1]
        h = lambda s: hashlib.sha256(s.encode()).hexdigest()
        response = h(f"{h(f'{self.name}:{realm}:{self.password}')}:{nonce}:00000001:abc:auth:{h(f'{method}:{uri}')}")
        return (f'Authorization: Digest username="{self.name}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
                f'response="{response}", algorithm=SHA-256, qop=auth, nc=00000001, cnonce="abc"\r\n')

    def request(self, method, uri, extra="", body="", to_tag="", branch=None, cseq=None):
        if cseq is None:
            self.cseq += 1
        kind = "Content-Type: application/sdp\r\n" if body else ""
        to = f";tag={to_tag}" if to_tag else ""
        host = f"{self.server.address}"
        target = self.number if method == "REGISTER" else re.sub(r"^sip:|@.*", "", uri)
        self.branch = branch or "z9hG4bK" + token()
        self.send(f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{self.port};branch={self.branch};rport\r\n"
                  f"Max-Forwards: 70\r\nFrom: <sip:{self.number}@{host}>;tag={self.tag}\r\nTo: <sip:{target}@{host}>{to}\r\n"
                  f"Call-ID: {self.call_id}\r\nCSeq: {cseq or self.cseq} {method}\r\n"
                  f"Contact: <sip:{self.number}@127.0.0.1:{self.port}>\r\n{extra}{kind}Content-Length: {len(body)}\r\n\r\n{body}")

    def register(self, expires=600):
        uri = f"sip:{self.server.address}"
        self.call_id, self.tag = token(), token()
        self.request("REGISTER", uri, f"Expires: {expires}\r\n")
        answer = self.hear("SIP/2.0 ")
        if answer.startswith("SIP/2.0 401"):
            self.request("REGISTER", uri, f"Expires: {expires}\r\n" + self.authorization(answer, "REGISTER", uri))
            answer = self.hear("SIP/2.0 ")
        return int(answer[8:11])

    def invite(self, number):
        """Calls: INVITE, challenge, INVITE. What comes back is heard with hear()."""
        self.call_id, self.tag = token(), token()
        self.uri = f"sip:{number}@{self.server.address}"
        self.request("INVITE", self.uri, body=self.sdp())
        challenge = self.hear("SIP/2.0 401")
        self.request("ACK", self.uri, to_tag=re.search(r"\nTo:.*tag=([^\r;]+)", challenge)[1], branch=self.branch, cseq=self.cseq)
        self.request("INVITE", self.uri, self.authorization(challenge, "INVITE", self.uri), body=self.sdp())

    def established(self, ok):
        """Takes a 200 to our INVITE: remembers the dialog, acknowledges, gives the relay's port for us."""
        self.to_tag = re.search(r"\nTo:.*tag=([^\r;]+)", ok)[1]
        self.target = re.search(r"\nContact: <([^>]+)>", ok)[1]
        self.request("ACK", self.target, to_tag=self.to_tag, cseq=self.cseq)
        return int(re.search(r"m=audio (\d+)", ok)[1])

    def reply(self, request, status, body="", extra=""):
        head = "".join(l + "\r\n" for l in request.split("\r\n\r\n")[0].split("\r\n")[1:]
                       if re.match(r"(Via|From|Call-ID|CSeq|To):", l))
        if ";tag=" not in re.search(r"\r?\n?(To:[^\r]*)", head)[1]:
            head = re.sub(r"(To:[^\r]*)", r"\1;tag=" + self.tag, head)
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self.send(f"SIP/2.0 {status}\r\n{head}Contact: <sip:{self.number}@127.0.0.1:{self.port}>\r\n{extra}{kind}"
                  f"Content-Length: {len(body)}\r\n\r\n{body}")


def rtp_packet(sequence, payload=b"\x55" * 160):
    return bytes([0x80, 0]) + sequence.to_bytes(2, "big") + (sequence * 160).to_bytes(4, "big") + b"TEST" + payload
