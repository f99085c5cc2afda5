"""A browser for tests as far as the server can tell: HTTPS requests byte by byte, and SIP over WSS."""
import base64
import json
import os
import re
import socket
import ssl

from phone import Phone


def trusting(server):
    return ssl.create_default_context(cafile=str(server.data / "tls" / "ca.pem"))


def connect(server, port, seconds=10):
    """A TLS connection whose every wait is bounded, the certificate checked."""
    plain = socket.create_connection((server.address, port), timeout=seconds)
    return trusting(server).wrap_socket(plain, server_hostname=server.address)


def read_head(stream):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = stream.recv(1)
        if not byte:
            return None, {}
        head += byte
    lines = head.decode().split("\r\n")
    return int(lines[0].split()[1]), {k.lower(): v for k, v in (l.split(": ", 1) for l in lines[1:] if ": " in l)}


def fetch(server, raw):
    """Sends these bytes on a connection of their own; status, headers and body of the first answer. 0: it was closed."""
    with connect(server, server.web_port) as stream:
        try:
            stream.sendall(raw.encode() if isinstance(raw, str) else raw)
            status, headers = read_head(stream)
            body = b""
            while len(body) < int(headers.get("content-length", 0)):
                more = stream.recv(65536)
                if not more:
                    break
                body += more
        except (ConnectionError, ssl.SSLError):
            return 0, {}, b""
        return status or 0, headers, body


def get(server, target, *headers, method="GET", body="", host=None):
    lines = "".join(f"{h}\r\n" for h in headers)
    host = host or f"{server.address}:{server.web_port}"
    return fetch(server, f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n{body}")


def post(server, target, body, *headers, host=None):
    text = json.dumps(body)
    host = host or f"{server.address}:{server.web_port}"
    lines = "".join(f"{h}\r\n" for h in ("Content-Type: application/json", f"Content-Length: {len(text)}", *headers))
    return fetch(server, f"POST {target} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n{text}")


def upgrade(server, *headers, origin=None):
    """The request for a WebSocket as a browser sends it; with no `origin` as a softphone does."""
    lines = [f"Host: {server.address}:{server.wss_port}", "Upgrade: websocket", "Connection: Upgrade",
             "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode(),
             "Sec-WebSocket-Protocol: sip", *headers]
    if origin:
        lines.append("Origin: " + origin)
    return ("GET / HTTP/1.1\r\n" + "".join(f"{l}\r\n" for l in lines) + "\r\n").encode()


def frame(opcode, payload, final=True):
    mask = os.urandom(4)
    head = bytes([(0x80 if final else 0) | opcode])
    size = len(payload)
    head += bytes([0x80 | size]) if size < 126 else bytes([0xfe]) + size.to_bytes(2, "big")
    return head + mask + bytes(c ^ mask[i % 4] for i, c in enumerate(payload))


class WebSocket:
    def __init__(self, server, origin=None):
        self.stream = connect(server, server.wss_port)
        self.stream.sendall(upgrade(server, origin=origin))
        status, headers = read_head(self.stream)
        if status != 101 or headers["sec-websocket-protocol"] != "sip":
            raise AssertionError(f"no WebSocket: {status}")

    def send(self, text, opcode=1):
        self.stream.sendall(frame(opcode, text.encode()))

    def exactly(self, size):
        out = b""
        while len(out) < size:
            more = self.stream.recv(size - len(out))
            if not more:
                raise ConnectionError("closed")
            out += more
        return out

    def receive(self):
        """One frame: opcode and payload."""
        first, size = self.exactly(2)
        if size == 126:
            size = int.from_bytes(self.exactly(2), "big")
        return first & 15, self.exactly(size)

    def close(self):
        self.stream.close()


class BrowserPhone(Phone):
    """A telephone over WSS, as JsSIP is: no address of its own in its messages."""

    def __init__(self, server, number, name, password, instance="00000000-0000-4000-8000-000000000001"):
        super().__init__(server, number, name, password)
        self.host, self.instance = os.urandom(6).hex() + ".invalid", instance
        self.web = WebSocket(server, origin=f"https://{server.address}:{server.web_port}")

    def close(self):
        super().close()
        self.web.close()

    def sdp(self, direction="sendrecv", version=1, setup="actpass"):
        """As a browser describes itself. Nobody here shakes hands: what is heard is browser_test.py's."""
        return super().sdp(direction, version).replace("RTP/AVP 0", "UDP/TLS/RTP/SAVPF 0") + (
            f"a=fingerprint:sha-256 {':'.join(['AB'] * 32)}\r\na=setup:{setup}\r\n"
            "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef01234567\r\na=rtcp-mux\r\n")

    def disguise(self, text):
        """The same message with what a browser writes of itself in place of addresses and ports."""
        here = f"{self.address}:{self.port}"
        text = text.replace(f"Via: SIP/2.0/UDP {here}", f"Via: SIP/2.0/WSS {self.host}")
        contact = f"Contact: <sip:{self.number}@{self.host};transport=ws>"
        if text.startswith("REGISTER"):
            contact += f';reg-id=1;+sip.instance="<urn:uuid:{self.instance}>";+sip.ice'
        return re.sub(r"Contact: <[^>]*>", contact, text)

    def send(self, text):
        self.web.send(self.disguise(text))

    def hear(self, want):
        while True:
            opcode, payload = self.web.receive()
            if opcode == 9:
                self.web.stream.sendall(frame(10, payload))
            elif opcode in (1, 2) and re.match(want, payload.decode()):
                return payload.decode()
