"""Administration as its first administrator meets it: from the one-time link to the first call, a refused call, an
attack, and back in with a second factor and with a passkey. The real program, a real browser, phones and a scanner."""
import base64
import hashlib
import os
import socket
import subprocess
import unittest
from pathlib import Path

from browsers import Browsers
from login_test import GOOD, totp
from netns import Street
from phone import Phone
from ringfence import Ringfence, until

SERVER, OFFICE, SCANNER = "198.51.100.1", "192.168.77.5", "203.0.113.66"
NAME = "pbx.example"


class Here:
    """Where the test itself stands."""

    @staticmethod
    def inside(*words):
        return words


def key_of(certificate):
    """The hash by which Chromium is told to trust an authority."""
    words = ("openssl", "x509", "-in", str(certificate), "-noout", "-pubkey")
    pem = subprocess.run(words, check=True, capture_output=True).stdout
    key = subprocess.run(("openssl", "pkey", "-pubin", "-outform", "DER"), input=pem, check=True, capture_output=True)
    return base64.b64encode(hashlib.sha256(key.stdout).digest()).decode()


class Administration(unittest.TestCase):
    def setUp(self):
        self.street = self.enterContext(Street(SERVER, [OFFICE, SCANNER]))
        self.street.enter()
        self.street.speak_as(OFFICE)
        self.server = self.enterContext(Ringfence(address=SERVER, netns=self.street.server))
        self.browsers = self.enterContext(Browsers(Here))
        self.site = f"https://{NAME}:{self.server.web_port}"

    def at_browser(self, name, hertz):
        return self.browsers.person(name, hertz, names={NAME: SERVER},
                                    trusted=key_of(self.server.data / "tls" / "ca.pem"))

    def picture(self, person, name):
        """In light and dark, into the folder that PORTAL_PICTURES names; nothing is at fault in either."""
        for scheme in ("light", "dark"):
            self.assertEqual(person.faults(scheme=scheme), [], f"{name} in {scheme}")
            if "PORTAL_PICTURES" in os.environ:
                person.screenshot(path=str(Path(os.environ["PORTAL_PICTURES"]) / f"story-{name}-{scheme}.png"))

    def by_the_first_link(self, anna):
        link = self.server.json("user", "first")["link"]
        anna.goto(url=f"{self.site}/login#{link.split('#')[1]}")
        anna.fill(label="Name", text="anna")
        self.set_password(anna)

    def set_password(self, person):
        person.fill(label="New password", text=GOOD)
        person.fill(label="New password again", text=GOOD)
        person.click(what="Set password and sign in")

    def through_the_first_steps(self, anna):
        """To an extension with its link; gives the second factor's secret and that link."""
        anna.wait(text="0 of 6 steps are done.")
        anna.click(what="Add a second factor")
        anna.wait(text="Or type this secret")
        self.picture(anna, "second-factor")
        secret = anna.text(selector="code")
        anna.fill(label="Code", text=totp(secret, -1))
        anna.click(what="Turn it on")
        anna.click(what="I have kept them")
        anna.wait(text="1 of 6 steps are done.")
        anna.choose(label="Country", value="DE")
        anna.click(what="Save")
        anna.wait(text="2 of 6 steps are done.")
        anna.fill(label="Number", text="1001")
        anna.click(what="Add an extension")
        anna.wait(text="Enter this into the phone")
        self.assertEqual(anna.text(selector="main dl dd"), "1001")
        self.picture(anna, "extension-made")
        anna.click(what="I have noted it")
        anna.click(what="Make a link")
        anna.wait(text="It works once, until")
        self.picture(anna, "phone-link")
        return secret, anna.text(selector="main code")

    def test_the_first_administrator_reaches_a_call_and_sees_an_attack_and_why_a_call_was_refused(self):
        anna, alice = self.at_browser("anna", 440), self.browsers.person("alice", 1000)
        anna.resize(width=1280, height=900)
        self.by_the_first_link(anna)
        secret, link = self.through_the_first_steps(anna)

        # A browser becomes the phone by that link, and is seen without anybody asking again.
        alice.goto(url=link)
        alice.click(what="Use this browser as a phone")
        alice.wait(text="Ready for calls")
        anna.wait(text="4 of 6 steps are done.")
        anna.wait(text="This is what an emergency call would do now")
        self.picture(anna, "emergency")
        anna.click(what="I have looked at it")

        # The first call, from a desk phone that was added besides.
        bob = Phone(self.server, "1002", *self.server.add("1002"), address=OFFICE)
        self.addCleanup(bob.close)
        self.assertEqual(bob.register(), 200)
        bob.invite("1001")
        alice.click(what="Answer")
        bob.established(bob.hear("SIP/2.0 200"))
        anna.goto(url=f"{self.site}/#/calls")
        anna.wait(text="1002", within="table")
        self.picture(anna, "call")
        bob.ask("BYE")
        bob.hear("SIP/2.0 200")
        anna.wait(text="Nobody is calling now.")

        self.refused(anna, bob)
        self.attacked(anna)
        self.elsewhere(anna)
        self.taken_back(anna)
        self.back_in(anna, secret)
        self.assertEqual([line for line in anna.console() if "Content Security" in line or "Refused to" in line], [])

    def test_two_tenants_side_by_side_see_nothing_of_each_other(self):
        anna = self.at_browser("anna", 440)
        self.by_the_first_link(anna)
        anna.wait(text="of 6 steps are done.")
        people = {}
        for tenant, name in (("acme", "Alice of Acme"), ("umbrella", "Uma of Umbrella")):
            self.server.cli("tenant", "add", tenant, "--domains", f"pbx.{tenant}.example")
            self.server.cli("extension", "add", "1001", "--name", name, "--tenant", tenant)
            link = self.server.json("user", "add", f"admin@{tenant}", "--tenant", tenant, "--role",
                                    "administrator")["link"]
            people[tenant] = self.at_browser(tenant, 1000)
            people[tenant].goto(url=f"{self.site}/login#{link.split('#')[1]}")
            self.set_password(people[tenant])
        for tenant, own, other in (("acme", "Alice of Acme", "Uma of Umbrella"),
                                   ("umbrella", "Uma of Umbrella", "Alice of Acme")):
            person = people[tenant]
            person.wait(text="What happened while you watch")
            person.goto(url=f"{self.site}/#/extensions")
            person.wait(text=own, within="table")
            person.gone(text=other, within="table")
            self.picture(person, f"tenant-{tenant}")
        # Who runs the system chooses, and every page is in that one.
        anna.goto(url=f"{self.site}/#/extensions")
        anna.reload()
        for tenant, own, other in (("umbrella", "Uma of Umbrella", "Alice of Acme"),
                                   ("acme", "Alice of Acme", "Uma of Umbrella")):
            anna.choose(label="Tenant", value=tenant)
            anna.wait(text=own, within="table")
            anna.gone(text=other, within="table")
        self.picture(anna, "tenant-chosen")
        # Side by side: what one adds, the other does not hear of.
        self.server.cli("extension", "add", "1002", "--name", "Ulf of Umbrella", "--tenant", "umbrella")
        people["umbrella"].reload()
        people["umbrella"].wait(text="Ulf of Umbrella", within="table")
        people["acme"].reload()
        people["acme"].wait(text="Alice of Acme", within="table")
        people["acme"].gone(text="Ulf of Umbrella", within="table")

    def refused(self, anna, bob):
        bob.invite("09001234567")
        bob.hear("SIP/2.0 [456]")
        anna.goto(url=f"{self.site}/#/records")
        anna.choose(label="Result", value="refused")
        anna.wait(text="09001234567", within="tbody")
        anna.gone(text="answered", within="tbody")
        anna.click(within="tbody")
        anna.wait(text="Reason", within="[role=dialog]")
        anna.wait(text="stopped:", within="[role=dialog]")
        self.picture(anna, "refused")
        anna.click(role="link", what="How such a call would be decided now")
        anna.wait(text="Every rule on the way")
        self.picture(anna, "decision")
        anna.goto(url=f"{self.site}/#/try")
        anna.fill(label="Extension", text="1002")
        anna.fill(label="Number as dialled", text="1001")
        anna.click(what="Try it")
        anna.wait(text="Every rule on the way")
        self.picture(anna, "try")

    def attacked(self, anna):
        anna.goto(url=f"{self.site}/#/bans")
        anna.wait(text="Nobody is banned")
        # Over TCP nobody else's address can be used, so that the first message is enough.
        with socket.create_connection((SERVER, self.server.sip_port), 5, (SCANNER, 0)) as scanner:
            scanner.sendall((f"OPTIONS sip:100@{SERVER} SIP/2.0\r\nVia: SIP/2.0/TCP {SCANNER};branch=z9hG4bK1\r\n"
                             f"From: <sip:100@{SCANNER}>;tag=1\r\nTo: <sip:100@{SERVER}>\r\nCall-ID: scan\r\n"
                             "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nUser-Agent: friendly-scanner\r\n"
                             "Content-Length: 0\r\n\r\n").encode())
            anna.wait(text=SCANNER, within="table")
        self.picture(anna, "banned")
        anna.goto(url=f"{self.site}/#/attacks")
        anna.wait(text="unknown or inside")
        anna.wait(text=SCANNER, within="table")
        self.picture(anna, "attacked")
        anna.goto(url=f"{self.site}/#/bans")
        anna.click(what="Release", within="tbody")
        anna.click(what="Release", within="[role=dialog]")
        anna.wait(text="Nobody is banned")
        self.assertEqual(self.server.json("guard", "bans")["bans"], [])

    def elsewhere(self, anna):
        """Pages that nothing led to yet."""
        for page, text in (("attacks", "What became of messages"), ("detection", "friendly-scanner"),
                           ("reach", "Nobody reaches a number that costs money"), ("limits", "Worst month")):
            anna.goto(url=f"{self.site}/#/{page}")
            anna.wait(text=text)
            self.picture(anna, page)
        anna.goto(url=f"{self.site}/#/emergency")
        anna.click(what="Try it")
        anna.wait(text="would not leave")
        anna.goto(url=f"{self.site}/#/policy")
        anna.click(what="Begin with what holds")
        anna.click(what="What would change?")
        anna.wait(text="Nothing would change")
        anna.fill(label="Policy", text='[telephony]\nhome = "AT"\n')
        anna.click(what="What would change?")
        anna.wait(text="AT", within="table")
        self.picture(anna, "policy")
        anna.click(what="Make it so")
        anna.click(what="Make it so", within="[role=dialog]")
        held = lambda: {v["key"]: v["value"] for v in self.server.json("telephony", "show")["values"]}
        self.assertTrue(until(lambda: held()["home"] == "AT"))

    def taken_back(self, anna):
        """What was removed by mistake is there again as it was."""
        self.server.cli("schedule", "add", "office", "--hours", "mon-fri 08:00-18:00; yearly 12-25 closed")
        before = self.server.json("schedule", "show", "office")
        anna.goto(url=f"{self.site}/#/schedules/office")
        anna.click(what="Remove", within="[role=dialog]")
        anna.click(what="Remove", within="[role=dialog]:has-text('Remove office?')")
        anna.wait(text="Take it back")
        self.assertNotEqual(self.server.cli("schedule", "show", "office", check=False).returncode, 0)
        anna.click(what="Take it back")
        anna.wait(text="It is as it was.")
        self.assertEqual(self.server.json("schedule", "show", "office"), before)
        anna.goto(url=f"{self.site}/#/bans")

    def back_in(self, anna, secret):
        anna.click(what="Sign out")
        anna.fill(label="Name", text="anna")
        anna.fill(label="Password", text=GOOD)
        anna.click(what="Sign in", exact=True)
        anna.fill(label="Code", text=totp(secret))
        anna.click(what="Sign in", exact=True)
        anna.wait(text="Nobody is banned")
        anna.authenticator()
        anna.goto(url=f"{self.site}/#/account")
        anna.click(what="Add a passkey")
        anna.fill(label="Passkey", text="laptop", within="form:has-text('Make the passkey')")
        anna.fill(label="Present password", text=GOOD, within="form:has-text('Make the passkey')")
        anna.click(what="Make the passkey")
        anna.wait(text="The passkey is kept.")
        self.picture(anna, "account")
        anna.click(what="Sign out")
        anna.click(what="Sign in with a passkey")
        anna.wait(text="laptop", within="table")
        signed = self.server.json("audit-log", "list", "--kind", "login")["entries"]
        self.assertTrue(any("passkey" in entry["action"] for entry in signed), signed)


if __name__ == "__main__":
    unittest.main()
