"""A box on the way: it ends the TLS of phones, goes on to the server with TLS of its own, and writes into descriptions."""
import re
import select
import socket
import ssl
import subprocess
import threading

FINGERPRINT = re.compile(rb"(?i)(a=fingerprint:sha-256 )((?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2})")
ITS_OWN = b":".join([b"EE"] * 32)
MARK = 7  # of the box's own packets


class Box:
    """with Box(net, server.tls_port, certificate) as box: phones connect to box.port. `to_server` and `to_phone` say in
    which direction it names its own certificate for media. The new fingerprint is as long as the old one."""

    def __init__(self, net, server_port, certificate, to_server=False, to_phone=False):
        self.net, self.server = net, (net.address, server_port)
        self.rewrites = {"server": to_server, "phone": to_phone}
        self.rewritten = 0
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificate)
        self.onward = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.onward.check_hostname, self.onward.verify_mode = False, ssl.CERT_NONE

    def __enter__(self):
        self.listener = self.net.make(socket.create_server, (self.net.address, 0))
        self.port = self.listener.getsockname()[1]
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.accept)]
        self.threads[0].start()
        return self

    def divert(self):
        """Whoever connects to the server's port from now on speaks to the box instead: it is on the way. Connections that
        are there stay what they are, whichever side says the next word on them."""
        rule = (f"add table ip between; add chain ip between out {{ type nat hook output priority -100; }}; "
                f"add rule ip between out tcp dport {self.server[1]} tcp flags & (syn | ack) == syn meta mark != {MARK} "
                f"dnat to {self.net.address}:{self.port}")
        subprocess.run(self.net.inside("nft", rule), check=True)

    def connect(self):
        onward = socket.socket()
        onward.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, MARK)
        onward.connect(self.server)
        return onward

    def __exit__(self, kind, value, trace):
        self.over.set()
        for thread in self.threads:
            thread.join()
        self.listener.close()

    def accept(self):
        while not self.over.is_set():
            if select.select([self.listener], [], [], 0.1)[0]:
                thread = threading.Thread(target=self.carry, args=(self.listener.accept()[0],))
                thread.start()
                self.threads.append(thread)

    def carry(self, accepted):
        try:
            with self.context.wrap_socket(accepted, server_side=True) as phone, \
                    self.net.make(self.connect) as raw, self.onward.wrap_socket(raw) as server:
                while not self.over.is_set():
                    for source, target, to in ((phone, server, "server"), (server, phone, "phone")):
                        if source.pending() or select.select([source], [], [], 0.02)[0]:
                            data = self.read(source)
                            if data is None:
                                continue
                            if not data:
                                return
                            target.sendall(self.written_over(data, to))
        except OSError:
            accepted.close()

    @staticmethod
    def read(source):
        """Nothing: what came is TLS's own, such as a ticket, and no reason to wait for more."""
        source.setblocking(False)
        try:
            return source.recv(65536)
        except ssl.SSLWantReadError:
            return None
        finally:
            source.setblocking(True)

    def written_over(self, data, to):
        if not self.rewrites[to]:
            return data
        data, times = FINGERPRINT.subn(lambda found: found[1] + ITS_OWN, data)
        self.rewritten += times
        return data


class Through:
    """A server as whoever comes by the box sees it."""

    def __init__(self, server, box):
        self.add, self.sip_port, self.tls_port = server.add, server.sip_port, box.port
