"""An authority of ACME for tests: Let's Encrypt's Pebble, its name server, and a liar that stands in between."""
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from authority import Authority
from ringfence import free_port


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Pebble:
    """with Pebble(web_port) as pebble: pebble.directory, pebble.ca, pebble.roots(). It looks for every name on
    loopback, at `web_port`. It is strict: each signature and nonce is checked, and of good nonces it refuses some."""

    def __init__(self, web_port, *blocked):
        self.folder = Path(tempfile.mkdtemp(prefix="pebble-"))
        self.authority = Authority()
        self.ca = self.authority.path
        self.port, self.management, self.names = free_port(), free_port(), free_port()
        self.directory = f"https://localhost:{self.port}/dir"
        chain, key = self.authority.certificate("DNS:localhost")
        (self.folder / "config.json").write_text(json.dumps({"pebble": {
            "listenAddress": f"127.0.0.1:{self.port}", "managementListenAddress": f"127.0.0.1:{self.management}",
            "certificate": str(chain), "privateKey": str(key), "httpPort": free_port(), "tlsPort": web_port,
            "domainBlocklist": list(blocked)}}))
        self.processes = []

    def begin(self, *words, **environment):
        self.processes.append(subprocess.Popen(words, cwd=self.folder, stdout=subprocess.DEVNULL,
                                               stderr=subprocess.DEVNULL, env={**os.environ, **environment}))

    def __enter__(self):
        self.begin("pebble-challtestsrv", "-management", "", "-http01", "", "-https01", "", "-tlsalpn01", "", "-dns01",
                   f"127.0.0.1:{self.names}", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "")
        self.begin("pebble", "-config", "config.json", "-strict", "-dnsserver", f"127.0.0.1:{self.names}",
                   PEBBLE_VA_NOSLEEP="1", PEBBLE_WFE_NONCEREJECT="10")
        deadline = time.monotonic() + 20
        while not answers(self.port):
            if time.monotonic() > deadline or any(each.poll() is not None for each in self.processes):
                raise AssertionError("Pebble did not start")
            time.sleep(0.02)
        return self

    def roots(self):
        """A file with who vouches for the certificates that it gives."""
        trusting = ssl.create_default_context(cafile=self.ca)
        path = self.folder / "root.pem"
        address = f"https://localhost:{self.management}/roots/0"
        with urllib.request.urlopen(address, context=trusting, timeout=20) as said:
            path.write_bytes(said.read())
        return path

    def __exit__(self, kind, value, trace):
        for each in self.processes:
            each.kill()
            each.wait(timeout=10)
        self.authority.__exit__(None, None, None)
        shutil.rmtree(self.folder, ignore_errors=True)


class Liar:
    """with Liar(pebble) as liar: liar.directory. Passes on what is asked and what Pebble answers; `lie(path, status,
    headers, body)` gives another answer, or None to let this one pass."""

    def __init__(self, pebble):
        self.pebble, self.asked = pebble, []
        self.lie = lambda path, status, headers, body: None
        self.hanging = threading.Event()

    def __enter__(self):
        liar = self
        trusting = ssl.create_default_context(cafile=self.pebble.ca)

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *words):
                pass

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                target = f"https://localhost:{liar.pebble.port}{self.path}"
                request = urllib.request.Request(target, method=self.command, data=body or None,
                                                 headers=dict(self.headers))
                try:
                    said = urllib.request.urlopen(request, context=trusting, timeout=20)
                except urllib.error.HTTPError as refusal:
                    said = refusal
                with said:
                    answer = said.status, dict(said.headers), said.read()
                liar.asked.append((self.command, self.path))
                status, headers, body = liar.lie(self.path, *answer) or answer
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_POST = do_HEAD = pass_on

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.pebble.authority.certificate("DNS:localhost"))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.directory = f"https://localhost:{self.server.server_port}/dir"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind, value, trace):
        self.hanging.set()
        self.server.shutdown()
        self.server.server_close()
