"""Stands in for Homer: takes HEP3 packets over UDP or TCP and reads their chunks."""
import socket
import ssl
import struct
import threading


def chunks_of(packet):
    """{type: bytes} of one HEP3 packet; raises when it is none."""
    assert packet[:4] == b"HEP3" and struct.unpack(">H", packet[4:6])[0] == len(packet), packet[:16]
    out, at = {}, 6
    while at < len(packet):
        vendor, kind, size = struct.unpack(">HHH", packet[at:at + 6])
        assert vendor == 0 and size >= 6
        out[kind] = packet[at + 6:at + size]
        at += size
    return out


class Homer:
    """with Homer() as homer: …; homer.packets() gives the chunks of all that came."""

    def __init__(self, kind="udp", certificate=None):
        self.peers = []
        self.kind, self.heard, self.lock, self.tls = kind, [], threading.Lock(), None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*certificate)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        if self.kind != "udp":
            self.socket.listen()
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.thread.join(5)
        for each in (*self.peers, self.socket):
            each.close()

    def listen(self):
        try:
            if self.kind == "udp":
                while packet := self.socket.recv(65535):
                    self.take(packet)
                return
            while True:
                peer = self.socket.accept()[0]
                if self.tls:
                    try:
                        peer = self.tls.wrap_socket(peer, server_side=True)
                    except ssl.SSLError:
                        continue
                self.peers.append(peer)
                data = b""
                while part := peer.recv(65535):
                    data += part
                    while len(data) >= 6 and len(data) >= (size := struct.unpack(">H", data[4:6])[0]):
                        self.take(data[:size])
                        data = data[size:]
        except OSError:
            return

    def take(self, packet):
        chunks = chunks_of(packet)
        with self.lock:
            self.heard.append(chunks)

    def packets(self):
        with self.lock:
            return list(self.heard)
