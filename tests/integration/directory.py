"""Debian's slapd with a company in it, on free ports of its own; ended by its own process id."""
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from ringfence import free_port

BASE = "dc=example,dc=com"
READER, READER_PASSWORD = f"cn=ringfence,{BASE}", "reads what it has to"

CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
pidfile {folder}/slapd.pid
TLSCACertificateFile {ca}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
disallow bind_anon
# Nothing but what is encrypted.
security ssf=112
database mdb
suffix "{base}"
rootdn "cn=root,{base}"
directory {folder}/data
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by * none
"""


def person(name, password, *groups):
    lines = [f"dn: uid={name},ou=people,{BASE}", "objectClass: inetOrgPerson", f"uid: {name}", f"cn: {name.title()}",
             "sn: Test", f"mail: {name}@example.com", f"userPassword: {password}"]
    return "\n".join(lines + [f"memberOf: cn={group},ou=groups,{BASE}" for group in groups])


class Directory:
    """with Directory(authority) as directory: people are {name: (password, [groups])}; `tell` changes them."""

    def __init__(self, authority):
        self.folder = Path(tempfile.mkdtemp(prefix="directory-"))
        self.tls_port, self.plain_port = free_port(), free_port()
        self.process, self.log = None, open(self.folder / "log", "ab")
        certificate, key = authority.certificate("DNS:localhost")
        (self.folder / "slapd.conf").write_text(CONFIG.format(folder=self.folder, ca=authority.path, key=key,
                                                              certificate=certificate, base=BASE, reader=READER))

    def ldif(self, people):
        groups = sorted({group for _, each in people.values() for group in each})
        blocks = [f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example"]
        blocks += [f"dn: ou={each},{BASE}\nobjectClass: organizationalUnit\nou: {each}" for each in ("people", "groups")]
        blocks.append(f"dn: {READER}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\n"
                      f"cn: ringfence\nuserPassword: {READER_PASSWORD}")
        blocks += [person(name, password, *each) for name, (password, each) in people.items()]
        for group in groups:
            members = "\n".join(f"member: uid={name},ou=people,{BASE}" for name, (_, each) in people.items()
                                if group in each)
            blocks.append(f"dn: cn={group},ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: {group}\n{members}")
        return "\n\n".join(blocks) + "\n"

    def tell(self, people):
        """Ends what runs and begins anew, with these people."""
        self.stop()
        data = self.folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir()
        added = subprocess.run(("/usr/sbin/slapadd", "-f", str(self.folder / "slapd.conf")), input=self.ldif(people),
                               capture_output=True, text=True)
        if added.returncode != 0:
            raise AssertionError(added.stderr)
        self.process = subprocess.Popen(("/usr/sbin/slapd", "-d", "0", "-f", str(self.folder / "slapd.conf"), "-h",
                                         f"ldaps://localhost:{self.tls_port} ldap://localhost:{self.plain_port}"),
                                        stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("localhost", self.tls_port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text())

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.stop()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
