"""A certificate authority for one test, made with the openssl command."""
import shutil
import subprocess
import tempfile
from pathlib import Path


class Authority:
    """with Authority() as authority: authority.certificate("DNS:edge.example") gives the paths of PEM chain and key."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="authority-"))
        self.folder.chmod(0o755)
        self.path = self.folder / "ca.pem"
        self.made = 0
        self.openssl("req", "-x509", *self.new_key("ca.key"), "-out", self.path, "-subj", "/CN=test authority", "-days",
                     "2")

    def openssl(self, *words):
        done = subprocess.run(["openssl", *map(str, words)], cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(f"openssl {words}: {done.stderr}")

    def new_key(self, name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.folder / name]

    def certificate(self, *names):
        """For names such as DNS:edge.example or IP:127.0.0.2."""
        self.made += 1
        chain, key, request, extension = (self.folder / f"{self.made}{end}" for end in (".pem", ".key", ".csr", ".ext"))
        self.openssl("req", *self.new_key(key.name), "-out", request, "-subj", "/CN=test")
        extension.write_text("subjectAltName=" + ",".join(names) + "\n")
        self.openssl("x509", "-req", "-in", request, "-CA", self.path, "-CAkey", self.folder / "ca.key",
                     "-CAcreateserial", "-days", "2", "-extfile", extension, "-out", chain)
        for path in (chain, key, self.path):
            path.chmod(0o644)
        return chain, key

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        shutil.rmtree(self.folder, ignore_errors=True)
