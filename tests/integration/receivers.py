"""Who is told of events in tests: a mail server, a webhook and a receiver of syslog, on free ports of loopback."""
import hashlib
import hmac
import http.server
import json
import os
import queue
import socket
import ssl
import subprocess
import threading
import time
from email import message_from_string
from email.header import decode_header, make_header
from pathlib import Path

HERE = Path(__file__).parent
MODULES = Path(os.environ.get("PORTAL", HERE)) / "stage" / "package.json"


class Mail:
    """with Mail(cert=…, key=…) as mail: mail.port, mail.next() is the next line that it says."""

    def __init__(self, **wish):
        self.wish = {name: str(value) if isinstance(value, Path) else value for name, value in wish.items()}
        self.said = queue.Queue()

    def __enter__(self):
        self.process = subprocess.Popen(["node", str(HERE / "mail.mjs"), json.dumps(self.wish)], text=True,
                                        stdout=subprocess.PIPE, env={**os.environ, "MODULES": str(MODULES)})
        threading.Thread(target=self.read, daemon=True).start()
        self.port = self.next()["port"]
        return self

    def read(self):
        for line in self.process.stdout:
            self.said.put(json.loads(line))

    def next(self, seconds=30):
        return self.said.get(timeout=seconds)

    def silent(self):
        return self.said.empty()

    def __exit__(self, kind, value, trace):
        self.process.kill()
        self.process.wait(timeout=10)
        self.process.stdout.close()


def letter_of(said):
    """Subject, text and headers of a letter."""
    message = message_from_string(said["letter"])
    return str(make_header(decode_header(message["Subject"]))), message.get_payload(decode=True).decode(), message


class Webhook:
    """with Webhook(chain, key) as hook: hook.url; hook.next() is (path, headers, body). `answers`: statuses, the last
    one for good."""

    def __init__(self, chain, key, answers=(200,), location=None):
        self.asked, self.answers, self.location = queue.Queue(), list(answers), location
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                outer.asked.put((self.path, dict(self.headers), body))
                self.send_response(status)
                if outer.location:
                    self.send_header("Location", outer.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_address[1]}/hook"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def next(self, seconds=30):
        return self.asked.get(timeout=seconds)

    def __exit__(self, kind, value, trace):
        self.server.shutdown()
        self.server.server_close()


def is_signed(secret, headers, body, now=None):
    """As a receiver should check it."""
    parts = dict(part.split("=", 1) for part in headers["Ringfence-Signature"].split(","))
    wanted = hmac.new(secret.encode(), f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest()
    fresh = abs((now or time.time()) - int(parts["t"])) < 300
    return fresh and hmac.compare_digest(wanted, parts["v1"])


class Syslog:
    """with Syslog(chain, key) as logs: logs.port; logs.next() is one message, cut as RFC 5425 says. No chain: UDP."""

    def __init__(self, chain=None, key=None):
        self.heard = queue.Queue()
        self.tls = chain is not None
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM if self.tls else socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        if self.tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(chain, key)
            self.socket.listen()

    def __enter__(self):
        threading.Thread(target=self.read_streams if self.tls else self.read_datagrams, daemon=True).start()
        return self

    def read_datagrams(self):
        try:
            while True:
                self.heard.put(self.socket.recv(65536).decode())
        except OSError:
            pass

    def read_streams(self):
        while True:
            try:
                plain, _ = self.socket.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(plain, server_side=True) as stream:
                    held = b""
                    while more := stream.recv(65536):
                        held = self.cut(held + more)
            except OSError:
                pass

    def cut(self, held):
        """Takes whole messages out of what came; gives what is left."""
        while b" " in held:
            size, rest = held.split(b" ", 1)
            if len(rest) < int(size):
                break
            self.heard.put(rest[:int(size)].decode())
            held = rest[int(size):]
        return held

    def next(self, seconds=30):
        return self.heard.get(timeout=seconds)

    def __exit__(self, kind, value, trace):
        self.socket.close()
