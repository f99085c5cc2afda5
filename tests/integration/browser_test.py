"""The browser phone as people use it: Chromium with voices of tones, the real server, and what each hears."""
import unittest

from authority import Authority
from baresip import Baresip
from between import Box
from browsers import Browsers
from desk import Far
from netns import Home, Namespace
from ringfence import Ringfence, until
from trunk_test import NATIONAL, Outside


class People(unittest.TestCase):
    sip = ""

    def setUp(self):
        self.net = self.enterContext(Namespace("10.213.11.1"))
        self.server = self.enterContext(Ringfence(address=self.net.address, netns=self.net.name, sip=self.sip))
        self.browsers = self.enterContext(Browsers(self.net))
        self.page = f"https://{self.net.address}:{self.server.web_port}/phone"

    def person(self, number, hertz, *options):
        """Somebody with an extension of that number, who has signed in."""
        person = self.browsers.person(f"person {number}", hertz)
        person.sign_in(self.page, *self.server.add(number, *options), number)
        return person

    def baresip(self, number, hertz, **how):
        phone = Baresip(self.net, self.server, number, hertz, **how)
        self.addCleanup(phone.close)
        rows = lambda: self.server.json("registration", "list")["registrations"]
        self.assertTrue(until(lambda: any(row["number"] == number for row in rows())))
        return phone

    def talk(self, one, hertz, other, other_hertz):
        self.assertTrue(one.hears(other_hertz), one.loudest())
        self.assertTrue(other.hears(hertz), other.loudest())


class BrowserPhone(People):
    def test_two_browsers_hear_each_other_over_legs_that_both_know_to_be_encrypted(self):
        alice, bob = self.person("1001", 440), self.person("1002", 1000)
        alice.dial("1002")
        bob.click(what="Answer")
        for person in (alice, bob):
            person.sees("Encrypted on both sides")
        self.talk(alice, 440, bob, 1000)
        alice.click(what="Encrypted on both sides")
        self.assertRegex(alice.text(selector="dl"), r"AES(.|\n)*Certificate checked")
        alice.click(what="Mute")
        alice.sees("Your microphone is muted")
        self.assertTrue(bob.hears_nothing(), bob.loudest())
        self.assertTrue(alice.hears(1000), alice.loudest())
        alice.click(what="Unmute")
        self.talk(alice, 440, bob, 1000)
        alice.click(what="Hold")
        bob.sees("The other side has put you on hold")
        for person in (alice, bob):
            self.assertTrue(person.hears_nothing(), person.loudest())
        alice.click(what="Resume")
        bob.sees("In conversation")
        self.talk(alice, 440, bob, 1000)
        bob.click(what="End call")
        alice.sees("The other side ended the call.")
        row = until(lambda: [r for r in self.server.json("cdr", "list")["cdrs"] if r["result"] == "answered"])[0]
        self.assertEqual(row["dialled"], "1002")

    def test_a_certificate_that_is_not_the_one_from_the_https_server_ends_the_call_before_a_sound(self):
        alice, bob = self.browsers.person("person 1001", 440), self.person("1002", 1000)
        alice.fake(path="/api/v1/phone/config", json={
            "wss": f"wss://{self.net.address}:{self.server.wss_port}", "domain": self.net.address, "realm": "ringfence",
            "fingerprints": ["sha-256 " + ":".join([each] * 32) for each in ("EE", "FF")], "languages": ["en"]})
        alice.sign_in(self.page, *self.server.add("1001"), "1001")
        alice.dial("1002")
        bob.click(what="Answer")
        alice.sees("Call stopped")
        bob.sees("The other side ended the call.")
        self.assertIsNone(alice.loudest())
        bob.dial("1001")
        bob.wait(text="share no way to carry sound", within="article")

    def test_a_box_between_that_ends_the_signallings_tls_and_names_its_own_certificate_ends_the_call(self):
        authority = self.enterContext(Authority())
        box = self.enterContext(Box(self.net, self.server.wss_port, authority.certificate(f"IP:{self.net.address}"),
                                    to_phone=True))
        bob = self.person("1002", 1000)
        box.divert()
        alice = self.person("1001", 440)
        alice.dial("1002")
        bob.click(what="Answer")
        alice.sees("Call stopped")
        bob.sees("The other side ended the call.")
        self.assertIsNone(alice.loudest())
        self.assertGreater(box.rewritten, 0)

    def test_a_link_signs_in_once_and_a_reload_keeps_the_phone_reachable(self):
        self.server.add("1001")
        link = self.server.json("extension", "link", "1001")["link"]
        alice, bob = self.browsers.person("person 1001", 440), self.person("1002", 1000)
        alice.goto(url=link)
        self.assertEqual(alice.url(), self.page)
        alice.check(label="Keep this device signed in")
        alice.click(what="Use this browser as a phone")
        alice.wait(text="Ready for calls")
        alice.reload()
        alice.wait(text="Ready for calls")
        bob.dial("1001")
        alice.click(what="Answer")
        self.talk(alice, 440, bob, 1000)
        mallory = self.browsers.person("mallory", 300)
        mallory.goto(url=link)
        mallory.click(what="Use this browser as a phone")
        mallory.wait(text="was used already or has expired")

    def test_whom_somebody_connected_hear_each_other(self):
        alice, bob, carol = self.person("1001", 440), self.person("1002", 1000), self.person("1003", 1600)
        alice.dial("1002")
        bob.click(what="Answer")
        alice.sees("Encrypted on both sides")
        alice.dial("1003")
        carol.click(what="Answer")
        self.talk(alice, 440, carol, 1600)
        alice.press(key="t")
        alice.click(what="Connect with 1002")
        alice.sees("The call was transferred.")
        self.talk(bob, 1000, carol, 1600)
        for person in (bob, carol):
            person.sees("Encrypted on both sides")

    def test_a_server_that_starts_anew_finds_its_browsers_again(self):
        alice, bob = self.person("1001", 440), self.person("1002", 1000)
        self.server.stop()
        alice.gone(text="Ready for calls")
        self.server.start()
        for person in (alice, bob):
            person.wait(text="Ready for calls")
        alice.dial("1002")
        bob.click(what="Answer")
        self.talk(alice, 440, bob, 1000)

    def test_what_is_refused_is_explained_and_the_page_is_clean_for_screen_readers(self):
        alice = self.person("1001", 440)
        alice.dial("4711")
        alice.sees("This number does not exist here.")
        for scheme in ("light", "dark"):
            self.assertEqual(alice.faults(scheme=scheme), [])
        self.assertEqual([text for text in alice.console() if "Content Security Policy" in text], [])


class BrowserAndDeskPhone(People):
    sip = "sha2_allowed = false"  # baresip knows MD5 alone

    def test_a_browser_and_a_phone_with_plain_rtp_hear_each_other_and_the_browser_is_told(self):
        alice, phone = self.person("1001", 440), self.baresip("1003", 700)
        alice.dial("1003")
        alice.sees("Encrypted to the server")
        self.assertTrue(alice.hears(700), alice.loudest())
        self.assertTrue(until(lambda: phone.hears(440), 40))
        alice.click(what="End call")
        alice.sees("You ended the call.")
        phone.forget()
        phone.tell("dial", f"sip:1001@{self.net.address}:{self.server.sip_port}")
        alice.click(what="Answer")
        self.assertTrue(alice.hears(700), alice.loudest())
        self.assertTrue(until(lambda: phone.hears(440), 40))

    def test_a_browser_and_a_phone_with_keys_hear_each_other_whoever_calls(self):
        alice = self.person("1001", 440)
        phone = self.baresip("1003", 700, transport="tls", encryption="srtp-mand")
        self.server.cli("extension", "set", "1003", "--media-encryption", "required")
        alice.dial("1003")
        alice.sees("Encrypted on both sides")
        self.assertTrue(alice.hears(700), alice.loudest())
        self.assertTrue(until(lambda: phone.hears(440), 40))
        alice.click(what="End call")
        alice.sees("You ended the call.")
        phone.forget()
        phone.tell("dial", "1001")
        alice.click(what="Answer")
        alice.sees("Encrypted on both sides")
        self.assertTrue(alice.hears(700), alice.loudest())
        self.assertTrue(until(lambda: phone.hears(440), 40))
        alice.click(what="End call")
        rows = until(lambda: [r for r in self.server.json("cdr", "list")["cdrs"] if r["ended"]][1:] and
                     self.server.json("cdr", "list")["cdrs"])
        self.assertEqual(sorted(leg["encryption"] for row in rows for leg in row["media"]),
                         ["dtls", "dtls", "sdes", "sdes"])

    def test_a_call_is_handed_to_a_number_and_the_browser_is_told_so(self):
        alice, bob, phone = self.person("1001", 440), self.person("1002", 1000), self.baresip("1003", 700)
        bob.dial("1001")
        alice.click(what="Answer")
        bob.sees("Encrypted on both sides")
        alice.click(what="Transfer")
        alice.fill(label="Transfer to", text="1003")
        alice.click(what="Transfer now")
        alice.sees("The call was transferred.")
        self.assertTrue(bob.hears(700), bob.loudest())
        self.assertTrue(until(lambda: phone.hears(1000), 40))
        bob.sees("Encrypted to the server")

    def test_a_browser_behind_a_router_with_nat_and_a_phone_hear_each_other_whoever_calls(self):
        home = self.enterContext(Home(self.net, "203.0.113.7"))
        self.browsers = self.enterContext(Browsers(home))
        alice, phone = self.person("1001", 440, "--remote"), self.baresip("1003", 700)
        remotes = {row["number"]: row["remote"] for row in self.server.json("registration", "list")["registrations"]}
        self.assertTrue(remotes["1001"].startswith(f"{home.outside}:"), remotes)
        alice.dial("1003")
        self.assertTrue(alice.hears(700), alice.loudest())
        self.assertTrue(until(lambda: phone.hears(440), 40))
        alice.click(what="End call")
        alice.sees("You ended the call.")
        phone.forget()
        phone.tell("dial", f"sip:1001@{self.net.address}:{self.server.sip_port}")
        alice.click(what="Answer")
        self.assertTrue(alice.hears(700), alice.loudest())
        self.assertTrue(until(lambda: phone.hears(440), 40))


class BrowserAndPin(People, Outside):
    kind_of_carrier = Far

    def test_who_enters_the_right_pin_hears_whom_he_calls_and_is_heard(self):
        self.cli("telephony", "set", "--home", "DE", "--area-code", "30", "--time-zone", "Europe/Berlin")
        line = self.net.make(self.carrier, "line", "127.0.0.3")
        self.cli("pin-list", "add", "abroad")
        self.cli("pin", "add", "abroad", "project-7", "--stdin", typed="748159\n")
        self.cli("route", "add", "out", "--patterns", "+.", "--trunks", "line", "--pins", "abroad")
        alice = self.person("1001", 440)
        alice.dial(NATIONAL)
        self.assertTrue(until(lambda: (sound := alice.loudest()) and sound[1] > -60, 20))
        for key in "748159#":
            alice.press(key=key)
        ringing = line.rings()
        self.assertTrue(alice.hears(425), alice.loudest())
        line.pick_up(ringing)
        line.hears_tone(440, 1)
        line.says_tone(600, lambda: alice.hears(600, 0))
        alice.click(what="End call")
        line.is_hung_up()
        self.assertEqual([row["account"] for row in self.records(2) if row["trunk_out"] == "line"], ["project-7"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
