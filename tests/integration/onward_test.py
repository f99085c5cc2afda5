"""Calls that go on: a PIN asked for by voice, a cut to the second, transfer, forwarding, ring groups, announcements."""
import os
import time
import unittest

from baresip import Baresip
from desk import Desk, Far, prompt, relay_of
from netns import Namespace
from phone import talk
from ringfence import Ringfence, until
from sound import decode, encode, share
from trunk_test import NATIONAL, Outside


class Onward(Outside):
    """Ann, Bob and Carol have telephones that hear; outside is one carrier."""

    kind_of_carrier = Far

    def setUp(self):
        super().setUp()
        self.line = self.carrier("line", "127.0.0.3")
        self.cli("route", "add", "out", "--patterns", "+.", "--trunks", "line")

    def phone(self, number):
        phone = Desk(self.server, number, *self.server.add(number, "--calls", "8"))
        self.addCleanup(phone.close)
        return phone

    def others(self, *numbers):
        phones = [self.phone(n) for n in numbers]
        for phone in phones:
            self.assertEqual(phone.register(), 200)
        return phones

    def second_phone_of(self, phone):
        other = Desk(self.server, phone.number, phone.name, phone.password)
        self.addCleanup(other.close)
        return other

    def talk(self, one, other):
        talk(one, one.relay, other, other.relay)

    def talking(self):
        return [c["state"] for c in self.server.json("call", "list")["calls"]]

    def nothing_is_left(self):
        self.assertTrue(until(lambda: not self.server.json("call", "list")["calls"]))

    def record(self, rows, **facts):
        found = [r for r in rows if all(r[f] == v for f, v in facts.items())]
        self.assertEqual(len(found), 1, f"{facts} in {rows}")
        return found[0]


class EarlyMedia(Onward):
    def test_what_a_carrier_says_before_it_answers_is_heard(self):
        self.ann.invite(NATIONAL)
        ringing = self.line.hear("INVITE ")
        self.line.take(ringing)
        self.line.relay = relay_of(ringing)
        self.line.reply(ringing, "183 Session Progress", self.line.sdp())
        self.assertIn("m=audio", self.ann.hear("SIP/2.0 183"))

        def has_heard():
            heard = self.ann.rest()
            return len(heard) > 4_000 and share(decode(heard), 600) > 0.8

        self.line.says_tone(600, has_heard)
        self.line.pick_up(ringing)
        self.ann.established(self.ann.hear("SIP/2.0 200"))
        self.ann.hang_up()
        self.line.is_hung_up()
        self.assertEqual(self.records()[0]["result"], "answered")


class Pin(Onward):
    PIN = "748159"

    def setUp(self):
        super().setUp()
        self.cli("pin-list", "add", "abroad", "--tries", "3", "--lock", "15m")
        self.cli("pin", "add", "abroad", "project-7", "--stdin", typed=f"{self.PIN}\n")
        self.cli("route", "set", "out", "--pins", "abroad")

    def test_the_caller_is_asked_and_whom_he_calls_hears_neither_prompt_nor_digit(self):
        self.ann.call(NATIONAL)
        self.ann.hears(prompt("enter-pin"))
        self.assertEqual(self.line.asked(), 0, "not before the PIN")
        self.ann.press(f"{self.PIN}#")
        ringing = self.line.rings()
        self.ann.hears_tone(425, 0.4)
        self.line.pick_up(ringing)
        self.ann.is_connected()
        self.ann.rest()
        self.assertEqual(self.line.rest(), b"")
        self.talk(self.ann, self.line)
        self.hang_up(self.line)
        paid = self.record(self.records(2), trunk_out="line")
        self.assertEqual([paid[f] for f in ("result", "caller", "called", "account", "ended_by")],
                         ["answered", "1001", "+49301234567", "project-7", "caller"])
        self.assertNotIn(self.PIN, self.server.log.read_text())
        self.nothing_is_left()

    def test_three_wrong_pins_lock_and_the_next_call_is_refused(self):
        self.ann.call(NATIONAL)
        for wrong in ("111111#", "222222#"):
            self.ann.press(wrong)
            self.ann.hears(prompt("wrong-pin") + prompt("enter-pin"))
        self.ann.press("333333#")
        self.ann.hears(prompt("pin-locked"))
        self.ann.is_hung_up()
        self.refused(NATIONAL, 403)
        self.assertEqual(self.line.asked(), 0)
        asked, refused = sorted(self.records(2), key=lambda r: r["result"])
        self.assertEqual((asked["result"], asked["cost"], asked["account"]), ("answered", "", ""))
        self.assertIn("locked", asked["reason"])
        self.assertEqual(refused["result"], "refused")
        self.assertIn("locked", refused["reason"])

    def test_a_digit_cuts_the_prompt_off(self):
        self.ann.call(NATIONAL)
        half = len(prompt("enter-pin")) // 2
        self.ann.hears(prompt("enter-pin")[:half])
        self.ann.press("7")
        self.assertLess(len(self.ann.rest()), half // 2)

    def test_who_gives_up_while_it_rings_outside_costs_nothing(self):
        self.ann.call(NATIONAL)
        self.ann.hears(prompt("enter-pin")[:1_600])
        self.ann.press(f"{self.PIN}#")
        invite = self.line.hear("INVITE ")
        self.line.reply(invite, "180 Ringing")
        self.ann.hang_up()
        self.line.reply(self.line.hear("CANCEL "), "200 OK")
        self.line.reply(invite, "487 Request Terminated")
        self.assertEqual({r["result"] for r in self.records(2)}, {"answered", "cancelled"})
        self.assertEqual((float(self.today()["spent"]), float(self.today()["reserved"])), (0, 0))


class AccountCode(Onward):
    """Lawyers say whose call it is: a code asked for alone, by the role of whoever calls."""

    def setUp(self):
        super().setUp()
        self.cli("pin-list", "add", "clients", "--asks", "account_code", "--tries", "2")
        self.cli("pin", "add", "clients", "4711")
        self.cli("calling-role", "add", "lawyers", "--pins", "clients")
        self.cli("extension", "set", "1001", "--role", "lawyers")

    def test_a_code_is_asked_for_without_a_pin_and_stands_in_the_record(self):
        self.ann.call(NATIONAL)
        self.ann.hears(prompt("enter-code"))
        self.assertEqual(self.line.asked(), 0, "not before the code")
        self.ann.press("4700#")
        self.ann.hears(prompt("wrong-code") + prompt("enter-code"))
        self.ann.press("4711#")
        ringing = self.line.rings()
        self.ann.hears_tone(425, 0.4)
        self.line.pick_up(ringing)
        self.ann.is_connected()
        self.talk(self.ann, self.line)
        self.hang_up(self.line)
        paid = self.record(self.records(2), trunk_out="line")
        self.assertEqual([paid[f] for f in ("result", "caller", "called", "account")],
                         ["answered", "1001", "+49301234567", "4711"])
        self.nothing_is_left()

    def test_who_tries_codes_is_locked_out(self):
        self.ann.call(NATIONAL)
        self.ann.press("4700#")
        self.ann.hears(prompt("wrong-code") + prompt("enter-code"))
        self.ann.press("4701#")
        self.ann.hears(prompt("code-locked"))
        self.ann.is_hung_up()
        self.refused(NATIONAL, 403)
        self.assertEqual(self.line.asked(), 0)
        self.assertEqual({r["account"] for r in self.records(2)}, {""})


class Cut(Onward):
    SECONDS = 5

    def test_it_comes_to_the_second_and_only_the_caller_hears_why(self):
        self.cli("limit", "set", "extension.1001", "--duration", f"{self.SECONDS}s")
        self.connect(NATIONAL, self.line)
        begun = time.monotonic()
        self.talk(self.ann, self.line)
        self.line.reply(self.line.hear("BYE "), "200 OK")
        self.assertAlmostEqual(time.monotonic() - begun, self.SECONDS, delta=1)
        self.ann.hears(prompt("time-over"))
        self.ann.is_hung_up()
        self.assertNotIn(prompt("time-over")[:160], self.line.rest())
        (row,) = self.records()
        self.assertEqual([row[f] for f in ("result", "cut_reason", "ended_by", "talked_s")],
                         ["answered", "extension", "system", self.SECONDS])
        self.assertLessEqual(float(row["cost"]), 0.06, "what we say costs nothing")
        events = until(lambda: self.server.json("event", "list", "--kinds", "money.cut")["events"])
        self.assertEqual(len(events), 1, events)
        self.nothing_is_left()


class Transfer(Onward):
    def setUp(self):
        super().setUp()
        self.bob, self.carol = self.others("1002", "1003")

    def uri(self, number):
        return f"sip:{number}@{self.server.address}"

    def ann_calls_bob(self):
        self.ann.invite("1002")
        self.bob.answer()
        self.ann.relay = self.ann.established(self.ann.hear("SIP/2.0 200"))
        self.talk(self.ann, self.bob)

    def test_the_two_who_remain_talk_when_the_called_one_transfers(self):
        self.ann_calls_bob()
        self.bob.request("REFER", self.bob.target, f"Refer-To: <{self.uri('1003')}>\r\n", to_tag=self.bob.to_tag)
        self.bob.hear("SIP/2.0 202")
        self.assertIn("1001@", self.carol.answer().split("\nFrom:")[1].split("\r")[0], "who is connected is shown")
        self.assertEqual(self.bob.outcome(), 200)
        self.bob.is_hung_up()
        self.ann.is_connected()
        self.talk(self.ann, self.carol)
        self.ann.hang_up()
        self.carol.is_hung_up()
        rows = self.records(2)
        first = self.record(rows, callee="1002")
        second = self.record(rows, callee="1003")
        self.assertEqual([first["via"], second["via"]], ["", f"transferred by 1002 from {first['id']}"])
        self.nothing_is_left()

    def test_who_pays_is_who_transferred_outside(self):
        self.ann_calls_bob()
        self.bob.request("REFER", self.bob.target, f"Refer-To: <{self.uri(NATIONAL)}>\r\n", to_tag=self.bob.to_tag)
        self.bob.hear("SIP/2.0 202")
        _, self.line.relay = self.line.answer()
        self.assertEqual(self.bob.outcome(), 200)
        self.bob.is_hung_up()
        self.ann.is_connected()
        self.talk(self.ann, self.line)
        self.hang_up(self.line)
        self.assertEqual(self.record(self.records(2), trunk_out="line")["payer"], "1002")

    def test_where_nobody_answers_all_is_as_it_was(self):
        self.ann_calls_bob()
        self.bob.request("REFER", self.bob.target, f"Refer-To: <{self.uri('1003')}>\r\n", to_tag=self.bob.to_tag)
        self.bob.hear("SIP/2.0 202")
        self.carol.reply(self.carol.rings(), "486 Busy Here")
        self.assertEqual(self.bob.outcome(), 486)
        self.talk(self.ann, self.bob)
        self.ann.hang_up()
        self.bob.is_hung_up()

    def test_asked_first_and_then_connected(self):
        self.ann_calls_bob()
        asking = self.second_phone_of(self.bob)
        asking.invite("1003")
        self.carol.answer()
        asking.relay = asking.established(asking.hear("SIP/2.0 200"))
        self.talk(asking, self.carol)
        self.bob.request("REFER", self.bob.target, f"Refer-To: <{asking.replacing()}>\r\n", to_tag=self.bob.to_tag)
        self.bob.hear("SIP/2.0 202")
        self.carol.is_connected()
        self.ann.is_connected()
        self.assertEqual(self.bob.outcome(), 200)
        self.bob.is_hung_up()
        asking.is_hung_up()
        self.talk(self.ann, self.carol)
        self.carol.hang_up()
        self.ann.is_hung_up()
        rows = self.records(2)
        first = self.record(rows, caller="1001")
        self.assertEqual(self.record(rows, caller="1002")["via"], f"transferred by 1002 from {first['id']}")
        self.nothing_is_left()

    def test_nobody_transfers_a_call_that_is_not_his(self):
        self.ann_calls_bob()
        thief = self.second_phone_of(self.carol)
        for fact in ("call_id", "tag", "to_tag", "target", "cseq"):
            setattr(thief, fact, getattr(self.bob, fact))
        self.assertIn(thief.refer(self.uri(NATIONAL)), (401, 403, 481))
        self.assertEqual(self.line.asked(), 0)
        self.talk(self.ann, self.bob)


class Forwarding(Onward):
    def setUp(self):
        super().setUp()
        self.bob, self.carol = self.others("1002", "1003")

    def forward(self, *options):
        self.cli("extension", "set", "1002", *options)

    def carol_has_it(self, via):
        self.carol.answer()
        self.ann.relay = self.ann.established(self.ann.hear("SIP/2.0 200"))
        self.talk(self.ann, self.carol)
        self.ann.hang_up()
        self.carol.is_hung_up()
        row = self.record(self.records(1), caller="1001")
        self.assertEqual((row["dialled"], row["callee"], row["via"]), ("1002", "1003", f"forwarded by 1002 {via}"))

    def test_always(self):
        self.forward("--forward-always", "1003")
        self.ann.invite("1002")
        self.carol_has_it("always")

    def test_when_its_phone_says_busy(self):
        self.forward("--forward-busy", "1003")
        self.ann.invite("1002")
        self.bob.reply(self.bob.rings(), "486 Busy Here")
        self.carol_has_it("when busy")

    def test_when_it_does_not_answer(self):
        self.forward("--forward-no-answer", "1003", "--forward-after", "5s")
        self.ann.invite("1002")
        begun = time.monotonic()
        ringing = self.bob.rings()
        self.ann.socket.settimeout(10)
        self.ann.hear("SIP/2.0 181")
        self.assertAlmostEqual(time.monotonic() - begun, 5, delta=1)
        self.bob.reply(self.bob.hear("CANCEL "), "200 OK")
        self.bob.reply(ringing, "487 Request Terminated")
        self.carol_has_it("without answer")

    def test_when_no_phone_of_it_is_there(self):
        self.forward("--forward-offline", "1003")
        self.assertEqual(self.bob.register(expires=0), 200)
        self.ann.invite("1002")
        self.carol_has_it("when offline")

    def test_outside_it_leads_no_further_than_it_may_and_its_owner_pays(self):
        self.forward("--forward-always", NATIONAL)
        self.refused("1002", 403)
        self.assertEqual(self.line.asked(), 0)
        self.forward("--forward-reach", "national")
        invite = self.connect("1002", self.line)
        self.assertTrue(invite.startswith("INVITE sip:+49301234567@"), invite)
        self.talk(self.ann, self.line)
        self.hang_up(self.line)
        row = self.record(self.records(2), result="answered")
        self.assertEqual((row["caller"], row["payer"], row["via"]), ("1001", "1002", "forwarded by 1002 always"))


class RingGroup(Onward):
    def setUp(self):
        super().setUp()
        self.bob, self.carol = self.others("1002", "1003")

    def group(self, *options):
        self.cli("ring-group", "add", "sales", "--number", "600", "--members", "1002,1003", *options)

    def test_all_ring_and_who_answers_has_the_call(self):
        self.group()
        self.ann.invite("600")
        bob, carol = self.bob.rings(), self.carol.rings()
        self.carol.pick_up(carol)
        self.bob.reply(self.bob.hear("CANCEL "), "200 OK")
        self.bob.reply(bob, "487 Request Terminated")
        self.ann.relay = self.ann.established(self.ann.hear("SIP/2.0 200"))
        self.talk(self.ann, self.carol)
        self.ann.hang_up()
        self.carol.is_hung_up()
        (row,) = self.records()
        self.assertEqual((row["dialled"], row["callee"], row["via"]), ("600", "1003", "ring group sales"))

    def test_one_after_the_other_and_then_somebody_else(self):
        (dora,) = self.others("1004")
        self.group("--order", "in_turn", "--ring", "5s", "--otherwise", "1004")
        self.ann.invite("600")
        for phone in (self.bob, self.carol):
            begun = time.monotonic()
            ringing = phone.rings()
            phone.reply(phone.hear("CANCEL "), "200 OK")
            self.assertAlmostEqual(time.monotonic() - begun, 5, delta=1)
            phone.reply(ringing, "487 Request Terminated")
        dora.answer()
        self.ann.relay = self.ann.established(self.ann.hear("SIP/2.0 200"))
        self.talk(self.ann, dora)
        self.ann.hang_up()
        dora.is_hung_up()
        self.assertEqual(self.records()[0]["callee"], "1004")


class Announcement(Onward):
    def bring(self):
        self.line.bring("+4930123")
        self.line.relay = self.line.established(self.line.hear("SIP/2.0 200"))

    def test_the_caller_hears_it_and_is_hung_up(self):
        self.cli("inbound", "add", "night", "--called", "+4930123", "--target", "announcement", "--announcement",
                 "closed")
        self.bring()
        self.line.hears(prompt("closed"))
        self.line.is_hung_up()
        (row,) = self.records()
        self.assertEqual([row[f] for f in ("result", "trunk_in", "route", "ended_by", "cost")],
                         ["answered", "line", "night", "system", ""])
        self.nothing_is_left()

    def test_it_is_said_in_the_language_of_the_house(self):
        self.cli("telephony", "set", "--language", "de")
        self.cli("inbound", "add", "night", "--called", "+4930123", "--target", "announcement", "--announcement",
                 "closed")
        self.bring()
        self.line.hears(prompt("closed", "de"))
        self.line.is_hung_up()


@unittest.skipUnless(os.geteuid() == 0, "network namespaces need root")
class OtherPeoplesPhones(Onward):
    """baresip dials the PIN and transfers; each plays a tone of its own."""

    def setUp(self):
        self.net = self.enterContext(Namespace("10.213.9.1"))
        self.server = self.enterContext(
            Ringfence(address=self.net.address, netns=self.net.name, sip="sha2_allowed = false"))
        self.cli("telephony", "set", "--home", "DE", "--area-code", "30", "--time-zone", "Europe/Berlin")

    def baresip(self, number, hertz):
        known = len(self.registrations())
        phone = Baresip(self.net, self.server, number, hertz)
        self.addCleanup(phone.close)
        self.assertTrue(until(lambda: len(self.registrations()) > known, 15))
        return phone

    def registrations(self):
        return self.server.json("registration", "list")["registrations"]

    def test_baresip_hears_the_prompt_and_dials_the_pin(self):
        self.line = self.net.make(self.carrier, "line", "127.0.0.3")
        self.cli("pin-list", "add", "abroad")
        self.cli("pin", "add", "abroad", "project-7", "--stdin", typed="748159\n")
        self.cli("route", "add", "out", "--patterns", "+.", "--trunks", "line", "--pins", "abroad")
        ann = self.baresip("1001", 1000)
        ann.tell("dial", NATIONAL)
        self.assertTrue(until(lambda: self.talking() == ["talking"]))
        words = prompt("enter-pin")[8_000:12_000]
        self.assertTrue(until(lambda: any(words in encode(sound) for sound in ann.heard())))
        ann.press("748159#")
        ringing = self.line.rings()
        self.assertTrue(until(lambda: ann.hears(425)), "it hears that it rings there")
        self.line.pick_up(ringing)
        self.line.hears_tone(1000, 1)
        self.line.says_tone(600, lambda: ann.hears(600))
        ann.tell("hangup")
        self.line.is_hung_up()
        self.assertEqual(self.record(self.records(2), trunk_out="line")["account"], "project-7")

    def test_baresip_transfers_and_the_two_who_remain_hear_each_other(self):
        ann, bob, carol = (self.baresip(*who) for who in (("1001", 1000), ("1002", 700), ("1003", 1500)))
        ann.tell("dial", "1002")
        self.assertTrue(until(lambda: ann.hears(700) and bob.hears(1000), 20))
        bob.tell("transfer", "1003")
        self.assertTrue(until(lambda: ann.hears(1500) and carol.hears(1000), 20))
        self.assertEqual(self.talking(), ["talking"])
        ann.tell("hangup")
        rows = self.records(2)
        first = self.record(rows, callee="1002")
        self.assertEqual(self.record(rows, callee="1003")["via"], f"transferred by 1002 from {first['id']}")
        self.nothing_is_left()


if __name__ == "__main__":
    unittest.main()
