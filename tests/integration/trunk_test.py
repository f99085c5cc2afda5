"""Calls that leave by trunks and come in by them: a real Kamailio as provider, small carriers with failures, money."""
import re
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from authority import Authority
from carrier import Carrier
from kamailio import Kamailio
from name_server import A, NAPTR, SRV, NameServer
from phone import Phone, talk
from ringfence import Ringfence, free_port, until

NATIONAL, ABROAD = "0301234567", "00442079460000"


class Outside(unittest.TestCase):
    """An extension in Berlin, and carriers that have addresses of their own."""

    kind_of_carrier = Carrier

    def configuration(self):
        """What stands in the server's file besides."""
        return ""

    def setUp(self):
        self.server = self.enterContext(Ringfence(extra=self.configuration()))
        self.cli("telephony", "set", "--home", "DE", "--area-code", "30", "--time-zone", "Europe/Berlin")
        self.ann = self.phone("1001")
        self.assertEqual(self.ann.register(), 200)

    def cli(self, *words, typed=None):
        return self.server.cli(*words, stdin=typed)

    def phone(self, number):
        phone = Phone(self.server, number, *self.server.add(number))
        self.addCleanup(phone.close)
        return phone

    def deck(self, name, per_minute):
        """Germany and Great Britain at that price, by the second."""
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as sheet:
            sheet.write(f"prefix,rate_per_min,increments\n49,{per_minute},1/1\n44,{per_minute},1/1\n")
            sheet.flush()
            self.cli("deck", "import", name, sheet.name)

    def carrier(self, name, address, per_minute="0.60", *options):
        """A trunk that is known by its address, and who is there."""
        carrier = self.kind_of_carrier(self.server, address)
        self.addCleanup(carrier.close)
        self.deck(name, per_minute)
        self.cli("trunk", "add", name, "--kind", "peer_address", "--uri", carrier.uri_of_it, "--sources", address,
                 "--deck", name, *options)
        return carrier

    def two(self, *options, first="0.60", second="0.60"):
        carriers = (self.carrier("first", "127.0.0.3", first, "--answer-wait", "1s"),
                    self.carrier("second", "127.0.0.4", second))
        self.cli("route", "add", "out", "--patterns", "+.", "--trunks", "first,second", *options)
        return carriers

    def records(self, count=1):
        rows = until(lambda: [r for r in self.server.json("cdr", "list")["cdrs"] if r["ended"]][count - 1:] and
                     self.server.json("cdr", "list")["cdrs"])
        self.assertEqual(len(rows), count)
        return rows

    def rows(self, table):
        with sqlite3.connect(self.server.data / "ringfence.db") as database:
            return database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]

    def accounts(self, level):
        return [a for a in self.server.json("spend", "list")["accounts"] if a["level"] == level]

    def today(self, level="extension"):
        """What is spent and reserved there, and how much is left."""
        accounts = self.accounts(level)
        return accounts[0]["today"] if accounts else None

    def refused(self, number, status=403):
        self.ann.invite(number)
        heard = self.ann.hear(r"SIP/2.0 [2-6]")
        self.assertEqual(int(heard[8:11]), status)
        return heard

    def connect(self, number, carrier):
        """A call that stands; gives the INVITE at the carrier."""
        self.ann.invite(number)
        invite, carrier.relay = carrier.answer()
        self.ann.relay = self.ann.established(self.ann.hear("SIP/2.0 200"))
        return invite

    def hang_up(self, carrier, caller=None):
        caller = caller or self.ann
        caller.ask("BYE")
        carrier.reply(carrier.hear("BYE "), "200 OK")
        caller.hear("SIP/2.0 200")


class Provider(Outside):
    """Kamailio with an account for us, and a carrier behind it."""

    algorithm = "MD5"
    own_name = None  # in its certificate; none: no TLS

    def configuration(self):
        if not self.own_name:
            return ""
        self.authority = self.enterContext(Authority())
        return f'[tls]\nserver_ca = "{self.authority.path}"'

    def setUp(self):
        super().setUp()
        self.start()
        self.assertTrue(until(self.registered), self.server.log.read_text())

    def start(self):
        port = free_port(Kamailio.address)
        tls_port = free_port(Kamailio.address) if self.own_name else None
        secure = [f'{name}="{path}"' for name, path in
                  zip(("CERTIFICATE", "PRIVATE_KEY"), self.authority.certificate(self.own_name))] if tls_port else []
        uri = f"{tls_port};transport=tls" if tls_port else port
        self.carrier = Carrier(self.server, "127.0.0.3", (Kamailio.address, port))
        self.addCleanup(self.carrier.close)
        self.kamailio = self.enterContext(Kamailio(
            "provider.cfg", port, 'ACCOUNT="4930123"', 'PASSWORD="pass of theirs"', f'ALGORITHM="{self.algorithm}"',
            f'CARRIER="{self.carrier.uri_of_it}"', f'CARRIER_ADDRESS="{self.carrier.address}"', *secure,
            tls_port=tls_port))
        self.addCleanup(self.server.stop)  # before its provider, or it waits for the answer to its farewell
        self.deck("provider", "0.60")
        self.cli("trunk", "add", "provider", "--kind", "registers", "--uri", f"sip:{Kamailio.address}:{uri}", "--user",
                 "4930123", "--deck", "provider")
        self.cli("trunk", "password", "provider", typed="pass of theirs\n")
        self.cli("route", "add", "national", "--patterns", "+49.", "--trunks", "provider")

    def registered(self):
        return "trunk_registered" in self.server.log.read_text()

    def test_a_call_leaves_with_the_digest_answered_and_its_money_is_counted(self):
        invite = self.connect(NATIONAL, self.carrier)
        self.assertTrue(invite.startswith("INVITE sip:+49301234567@"), invite)
        self.assertIn("CSeq: 2 INVITE", invite, "the first one was challenged")
        self.assertIn(f"algorithm={self.algorithm},", invite)
        for inner in (r"\b1001\b", rf":{self.ann.port}\b"):
            self.assertNotRegex(invite, inner)
        talk(self.ann, self.ann.relay, self.carrier, self.carrier.relay)
        self.assertEqual(self.today()["reserved"], "0.70", "a minute ahead, and what it takes to cut")
        self.hang_up(self.carrier)
        (row,) = self.records()
        self.assertEqual([row[f] for f in ("result", "caller", "called", "route", "trunk_out", "price", "cut_reason")],
                         ["answered", "1001", "+49301234567", "national", "provider", "0.60/60 1/1", ""])
        self.assertGreater(float(row["cost"]), 0)
        for level in ("extension", "tenant", "trunk", "system"):
            now = self.today(level)
            self.assertEqual((float(now["spent"]), float(now["reserved"])), (float(row["cost"]), 0), level)

    def test_a_call_that_ran_at_a_kill_is_ended_at_the_provider(self):
        self.connect(NATIONAL, self.carrier)
        self.server.stop(signal.SIGKILL)
        self.server.start()
        self.carrier.reply(self.carrier.hear("BYE "), "200 OK")
        self.assertTrue(until(lambda: "provider: BYE, answered 200" in self.server.log.read_text()),
                        self.server.log.read_text())

    def test_a_call_from_outside_comes_to_the_contact_that_was_registered(self):
        self.cli("inbound", "add", "did", "--called", "+4930123", "--extension", "1001")
        self.carrier.bring("+4930123")
        invite = self.ann.hear("INVITE ")
        self.ann.take(invite)
        self.ann.reply(invite, "200 OK", self.ann.sdp())
        self.carrier.established(self.carrier.hear("SIP/2.0 200"))
        self.ann.hear("ACK ")
        self.hang_up(self.carrier)
        (row,) = self.records()
        self.assertEqual([row[f] for f in ("result", "called", "route", "trunk_in", "callee")],
                         ["answered", "+4930123", "did", "provider", "1001"])


    def test_a_wrong_password_is_told_once_and_not_tried_again_and_again(self):
        # It may have asked before it had any password.
        refusals = lambda: self.server.log.read_text().count("the provider refused the user name or password")
        before = refusals()
        self.cli("trunk", "password", "provider", typed="a slip\n")
        self.assertTrue(until(lambda: refusals() > before))
        self.refused(NATIONAL, 500)
        self.assertEqual(self.carrier.asked(), 0)
        self.assertEqual((float(self.today()["spent"]), float(self.today()["reserved"])), (0, 0))
        warnings = [l for l in self.server.log.read_text().splitlines() if " warning trunk_not_registered" in l]
        self.assertEqual(len(warnings), before + 1, "to begin with is no trouble")
        # The right one heals it without a restart.
        before = self.server.log.read_text().count("trunk_registered")
        self.cli("trunk", "password", "provider", typed="pass of theirs\n")
        self.assertTrue(until(lambda: self.server.log.read_text().count("trunk_registered") > before))
        self.connect(NATIONAL, self.carrier)
        self.hang_up(self.carrier)


class ProviderWithSha256(Provider):
    algorithm = "SHA-256"


class ProviderOverTls(Provider):
    """Verified as always: its certificate names the address that was configured."""

    algorithm = "SHA-256"
    own_name = f"IP:{Kamailio.address}"


class ProviderWithAnotherName(Provider):
    """Somebody who has a good certificate, for another name: nothing is said to him, and the operator is told why."""

    own_name = "DNS:somebody.else.example"

    def setUp(self):
        Outside.setUp(self)
        self.start()

    def test_nothing_is_sent_there(self):
        refusals = lambda: [l for l in self.server.log.read_text().splitlines() if "certificate_refused" in l]
        self.assertTrue(until(refusals), self.server.log.read_text())
        self.assertIn(Kamailio.address, refusals()[0])
        self.assertIn("mismatch", refusals()[0])
        self.refused(NATIONAL, 480)
        self.assertEqual((self.carrier.asked(), self.registered()), (0, False))

    test_a_call_leaves_with_the_digest_answered_and_its_money_is_counted = None
    test_a_call_that_ran_at_a_kill_is_ended_at_the_provider = None
    test_a_call_from_outside_comes_to_the_contact_that_was_registered = None
    test_a_wrong_password_is_told_once_and_not_tried_again_and_again = None


class TwoCarriers(Outside):
    def test_the_second_takes_the_call_that_the_first_cannot(self):
        first, second = self.two()
        self.ann.invite(NATIONAL)
        first.refuse("503 Service Unavailable")
        second.answer()
        self.ann.established(self.ann.hear("SIP/2.0 200"))
        self.hang_up(second)
        (row,) = self.records()
        self.assertEqual((row["trunk_out"], row["result"], first.asked(), second.asked()), ("second", "answered", 1, 1))

    def test_the_second_has_the_codec_that_the_first_has_not(self):
        first, second = self.two()
        self.ann.invite(NATIONAL)
        first.refuse("488 Not Acceptable Here")
        second.answer()
        self.ann.established(self.ann.hear("SIP/2.0 200"))
        self.hang_up(second)
        self.assertEqual(self.records()[0]["trunk_out"], "second")

    def test_when_neither_has_the_codec_the_caller_hears_so(self):
        first, second = self.two()
        self.ann.invite(NATIONAL)
        first.refuse("488 Not Acceptable Here")
        second.refuse("606 Not Acceptable")
        self.assertIn(self.ann.hear("SIP/2.0 [2-6]")[8:11], ("488", "606"))

    def test_the_second_takes_the_call_of_which_the_first_says_nothing(self):
        first, second = self.two()
        self.ann.invite(NATIONAL)
        first.hear("INVITE ")
        second.answer()
        self.ann.established(self.ann.hear("SIP/2.0 200"))
        self.hang_up(second)
        self.assertEqual(self.records()[0]["trunk_out"], "second")

    def test_a_carrier_that_takes_the_call_too_late_is_told_that_it_is_over(self):
        first, second = self.two()
        self.ann.invite(NATIONAL)
        late = first.hear("INVITE ")
        second.answer()
        self.ann.established(self.ann.hear("SIP/2.0 200"))
        first.take(late)
        first.reply(late, "200 OK", first.sdp())
        first.hear("ACK ")
        first.reply(first.hear("BYE "), "200 OK")
        self.assertEqual([c["state"] for c in self.server.json("call", "list")["calls"]], ["talking"])
        self.hang_up(second)
        self.assertEqual(self.records()[0]["trunk_out"], "second")

    def test_only_the_one_that_takes_the_call_is_paid(self):
        first, second = self.two(first="0.60", second="6.00")
        self.ann.invite(NATIONAL)
        first.refuse("503 Service Unavailable")
        second.answer()
        self.ann.established(self.ann.hear("SIP/2.0 200"))
        reserved = {a["name"]: a["today"]["reserved"] for a in self.accounts("trunk")}
        self.assertEqual(reserved, {"first": "0.00", "second": "7.00"})
        self.hang_up(second)
        (row,) = self.records()
        self.assertEqual(row["price"], "6.00/60 1/1")
        self.assertEqual(sum(float(a["today"]["spent"]) for a in self.accounts("trunk")), float(row["cost"]))

    def test_nobody_but_the_carrier_of_a_call_ends_it(self):
        first, second = self.two()
        self.connect(NATIONAL, first)
        for name in ("call_id", "tag", "to_tag", "target", "cseq"):
            setattr(second, name, getattr(first, name))
        second.ask("BYE")
        self.assertRegex(second.hear("SIP/2.0 "), "^SIP/2.0 4(01|81) ")
        self.assertEqual([c["state"] for c in self.server.json("call", "list")["calls"]], ["talking"])
        self.hang_up(first)

    def test_a_caller_who_gives_up_is_not_charged(self):
        first, second = self.two()
        self.ann.invite(NATIONAL)
        invite = first.hear("INVITE ")
        first.reply(invite, "183 Session Progress", first.sdp())
        self.ann.hear("SIP/2.0 183")
        self.ann.request("CANCEL", self.ann.uri, branch=self.ann.branch, cseq=self.ann.cseq)
        first.reply(first.hear("CANCEL "), "200 OK")
        first.reply(invite, "487 Request Terminated")
        self.ann.hear("SIP/2.0 487")
        (row,) = self.records()
        self.assertEqual((row["result"], float(row["cost"]), second.asked()), ("cancelled", 0, 0))
        self.assertEqual((float(self.today()["spent"]), float(self.today()["reserved"])), (0, 0))

    def test_busy_is_busy_and_nobody_else_is_asked(self):
        first, second = self.two()
        self.ann.invite(NATIONAL)
        first.refuse("486 Busy Here")
        self.ann.hear("SIP/2.0 486")
        (row,) = self.records()
        self.assertEqual((row["result"], row["trunk_out"], second.asked()), ("busy", "first", 0))
        self.assertEqual(float(self.today()["reserved"]), 0)

    def test_the_cheaper_one_is_asked_first_whatever_the_order(self):
        dear, cheap = self.two("--least-cost", first="0.60", second="0.06")
        self.connect(NATIONAL, cheap)
        self.assertEqual(dear.asked(), 0)
        self.hang_up(cheap)
        self.assertEqual((self.records()[0]["trunk_out"], self.records()[0]["price"]), ("second", "0.06/60 1/1"))


class ByName(Outside):
    """A provider that is configured by its name alone: NAPTR says how, SRV where and in which order."""

    def configuration(self):
        self.names = NameServer("127.0.0.1")
        self.addCleanup(self.names.close)
        return f'[dns]\nservers = ["127.0.0.1:{self.names.port}"]'

    def setUp(self):
        super().setUp()
        self.nodes = [Carrier(self.server, address) for address in ("127.0.0.3", "127.0.0.4")]
        self.names.naptr["carrier.example"] = [(20, 10, "SIP+D2T", "_sip._tcp.carrier.example"),
                                               (10, 10, "SIP+D2U", "_sip._udp.carrier.example")]
        self.names.srv["_sip._udp.carrier.example"] = [(20, 0, self.nodes[1].port, "second.carrier.example"),
                                                       (10, 0, self.nodes[0].port, "first.carrier.example")]
        for name, node in zip(("first", "second"), self.nodes):
            self.addCleanup(node.close)
            self.names.zone[f"{name}.carrier.example"] = [node.address]
        self.deck("named", "0.60")
        self.cli("trunk", "add", "named", "--kind", "peer_address", "--uri", "sip:carrier.example", "--sources",
                 "127.0.0.3,127.0.0.4", "--deck", "named", "--ping", "0s", "--answer-wait", "1s")
        self.cli("route", "add", "out", "--patterns", "+.", "--trunks", "named")

    def taken_by_the_second(self):
        first, second = self.nodes
        second.answer()
        self.ann.established(self.ann.hear("SIP/2.0 200"))
        self.hang_up(second)
        (row,) = self.records()
        self.assertEqual((row["trunk_out"], row["result"], first.asked(), second.asked()), ("named", "answered", 1, 1))
        self.assertEqual(sum(float(a["today"]["spent"]) for a in self.accounts("trunk")), float(row["cost"]))

    def test_it_is_found_as_its_records_say(self):
        first, second = self.nodes
        invite = self.connect(NATIONAL, first)
        self.assertTrue(invite.startswith("INVITE sip:+49301234567@carrier.example"), invite)
        self.hang_up(first)
        self.assertEqual(second.asked(), 0)
        asked = list(dict.fromkeys(self.names.asked))
        self.assertEqual(asked[:2], [("carrier.example", NAPTR), ("_sip._udp.carrier.example", SRV)])
        self.assertIn(("first.carrier.example", A), asked)
        self.assertEqual(asked.count(("first.carrier.example", A)), 1)

    def test_when_the_first_refuses_for_itself_the_next_of_its_records_is_asked(self):
        self.ann.invite(NATIONAL)
        self.nodes[0].refuse("503 Service Unavailable")
        self.taken_by_the_second()

    def test_when_the_first_says_nothing_the_next_of_its_records_is_asked(self):
        self.ann.invite(NATIONAL)
        self.nodes[0].hear("INVITE ")
        self.taken_by_the_second()
        self.assertIn("its next address is asked", self.server.log.read_text())

    def test_who_takes_the_call_too_late_is_told_that_it_is_over(self):
        first, second = self.nodes
        self.ann.invite(NATIONAL)
        late = first.hear("INVITE ")
        second.answer()
        self.ann.established(self.ann.hear("SIP/2.0 200"))
        first.take(late)
        first.reply(late, "200 OK", first.sdp())
        first.hear("ACK ")
        first.reply(first.hear("BYE "), "200 OK")
        self.assertEqual([c["state"] for c in self.server.json("call", "list")["calls"]], ["talking"])
        self.hang_up(second)

    def test_a_name_that_nobody_answers_for_is_explained(self):
        self.names.silent = True
        self.ann.socket.settimeout(40)
        self.refused(NATIONAL, 480)
        (row,) = self.records()
        self.assertEqual((row["result"], self.nodes[0].asked(), self.nodes[1].asked()), ("unreachable", 0, 0))


class FromOutside(Outside):
    def setUp(self):
        super().setUp()
        self.gateway = self.carrier("gateway", "127.0.0.3")
        self.cli("inbound", "add", "did", "--called", "+4930123", "--extension", "1001")
        self.cli("route", "add", "out", "--patterns", "+.", "--trunks", "gateway")

    def test_a_number_of_ours_rings_at_its_extension(self):
        self.gateway.bring("+4930123")
        invite = self.ann.hear("INVITE ")
        self.ann.take(invite)
        self.ann.reply(invite, "200 OK", self.ann.sdp())
        self.ann.hear("ACK ")
        self.gateway.established(self.gateway.hear("SIP/2.0 200"))
        self.hang_up(self.gateway)
        (row,) = self.records()
        self.assertEqual((row["trunk_in"], row["callee"], row["cost"]), ("gateway", "1001", ""))

    def test_an_address_alone_gets_no_call_out(self):
        for number in ("+49301234567", NATIONAL, ABROAD, "112"):
            self.gateway.bring(number)
            self.assertTrue(self.gateway.hear("SIP/2.0 [2-6]").startswith("SIP/2.0 404"), number)
        self.assertEqual(self.gateway.asked(), 0)
        self.assertIsNone(self.today())

    def rings(self, called):
        """Whether a call of the carrier comes to 1001, who declines it."""
        self.gateway.bring(called)
        invite = self.ann.hear("INVITE ")
        self.ann.take(invite)
        self.ann.reply(invite, "486 Busy Here")
        self.ann.hear("ACK ")
        self.gateway.hear("SIP/2.0 486")

    def answered_by_status(self, called):
        self.gateway.bring(called)
        return self.gateway.hear("SIP/2.0 [2-6]")[8:11]

    def test_a_number_written_as_people_dial_it_there_is_ours_too(self):
        self.rings("030123")
        self.cli("trunk", "set", "gateway", "--caller-form", "digits")
        self.rings("4930123")

    def test_the_hour_says_where_a_number_leads(self):
        self.cli("schedule", "add", "never", "--hours", "2001-01-01 08:00-09:00")
        self.cli("schedule", "add", "always", "--hours", "mon-sun 00:00-24:00")
        self.cli("inbound", "add", "by-day", "--called", "+4930124", "--extension", "1001", "--hours", "always")
        self.cli("inbound", "add", "by-night", "--called", "+4930124", "--target", "reject")
        self.rings("+4930124")
        self.cli("inbound", "set", "by-day", "--hours", "never")
        self.assertEqual(self.answered_by_status("+4930124"), "603")
        self.assertIn("by-night", "\n".join(row["reason"] for row in self.records(2)))

    def test_who_hides_his_number_and_who_is_on_the_list_of_spam_is_turned_away_by_his_rule_alone(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as sheet:
            sheet.write("+4930666*\n")
            sheet.flush()
            self.cli("number-list", "import", "spam", sheet.name)
        self.cli("inbound", "set", "did", "--no-anonymous")
        self.cli("inbound", "add", "unwanted", "--caller-lists", "spam", "--target", "reject")
        self.cli("inbound", "move", "unwanted", "--before", "did")
        self.rings("+4930123")
        self.gateway.number = "anonymous"
        self.assertEqual(self.answered_by_status("+4930123"), "404")
        self.gateway.number = "+493066612"
        self.assertEqual(self.answered_by_status("+4930123"), "603")
        reasons = "\n".join(row["reason"] for row in self.records(3))
        self.assertIn("unwanted", reasons)
        self.assertIn("no inbound route takes +4930123 from nobody known", reasons)
        self.gateway.number = "+4930667"
        self.rings("+4930123")

    def test_a_stranger_is_challenged(self):
        stranger = Carrier(self.server, "127.0.0.9")
        self.addCleanup(stranger.close)
        stranger.bring("+4930123")
        self.assertIn("WWW-Authenticate: Digest", stranger.hear("SIP/2.0 401"))


class Money(Outside):
    def setUp(self):
        super().setUp()
        self.line = self.carrier("line", "127.0.0.3")
        self.cli("route", "add", "out", "--patterns", "+.", "--trunks", "line")
        # 14 seconds of a cent; ten of them are kept for the time that it takes to end a call.
        self.cli("limit", "set", "extension.1001", "--day", "0.14")

    def test_a_call_is_cut_when_its_money_ends_and_the_next_one_refused(self):
        self.connect(NATIONAL, self.line)
        begun = time.monotonic()
        self.line.reply(self.line.hear("BYE "), "200 OK")
        self.assertAlmostEqual(time.monotonic() - begun, 4, delta=2)
        self.ann.reply(self.ann.hear("BYE "), "200 OK")
        self.assertGreater(time.monotonic() - begun, 5, "who calls hears why")
        (row,) = self.records()
        self.assertEqual((row["cut_reason"], row["ended_by"], row["reserved"]), ("money", "system", "0.14"))
        self.assertLessEqual(float(row["cost"]), 0.06)
        self.refused(NATIONAL)
        self.assertEqual(self.line.asked(), 1)
        refused = self.records(2)[0]
        self.assertEqual(refused["result"], "refused")
        self.assertIn("day", refused["reason"])
        self.assertIn("refused", self.cli("cdr", "list", "--number", "1001").stdout)

    def test_calls_at_the_same_time_share_one_cap(self):
        self.cli("limit", "set", "extension.1001", "--day", "0.90")
        other = Phone(self.server, "1001", self.ann.name, self.ann.password)
        self.addCleanup(other.close)
        self.connect(NATIONAL, self.line)
        self.assertEqual((self.today()["reserved"], self.today()["left"]), ("0.70", "0.20"))
        other.invite(NATIONAL)
        self.line.answer()
        other.established(other.hear("SIP/2.0 200"))
        self.assertEqual((self.today()["reserved"], float(self.today()["left"])), ("0.90", 0), "what was left")
        third = Phone(self.server, "1001", self.ann.name, self.ann.password)
        self.addCleanup(third.close)
        third.invite(NATIONAL)
        third.hear("SIP/2.0 403")
        self.assertEqual(self.line.asked(), 2)
        for caller in (self.ann, other):
            self.hang_up(self.line, caller)
        rows = [r for r in self.records(3) if r["result"] == "answered"]
        now = self.today()
        self.assertEqual((float(now["spent"]), float(now["reserved"])), (sum(float(r["cost"]) for r in rows), 0))

    def test_what_a_call_may_have_cost_is_spent_after_a_kill(self):
        self.connect(NATIONAL, self.line)
        self.assertEqual(self.today()["reserved"], "0.14")
        self.server.stop(signal.SIGKILL)
        self.server.start()
        now = self.today()
        self.assertEqual((now["spent"], float(now["reserved"]), float(now["left"])), ("0.14", 0, 0))
        self.refused(NATIONAL)
        self.assertEqual(self.line.asked(), 1)

    def test_a_call_that_ran_at_a_kill_is_ended_at_its_carrier_and_at_its_phone(self):
        invite = self.connect(NATIONAL, self.line)
        self.assertEqual(self.rows("dialogs"), 2)
        self.server.stop(signal.SIGKILL)
        self.server.start()
        bye = self.line.hear("BYE ")
        for name in ("Call-ID", "From"):
            self.assertEqual(*(re.search(rf"\n{name}: ([^\r]*)", text)[1] for text in (invite, bye)))
        self.line.reply(bye, "200 OK")
        self.ann.reply(self.ann.hear("BYE "), "200 OK")
        self.assertTrue(until(lambda: self.server.log.read_text().count("call_left_behind") == 2))
        self.assertTrue(until(lambda: self.rows("dialogs") == 0), "nobody is told twice")

    def test_a_kill_gives_nobody_a_fresh_allowance_of_calls(self):
        self.cli("limit", "set", "extension.1001", "--day", "none", "--paces", "2 per 1h")
        for _ in range(2):
            self.connect(NATIONAL, self.line)
            self.hang_up(self.line)
        self.refused(NATIONAL)
        self.records(3)
        self.server.stop(signal.SIGKILL)
        self.server.start()
        self.refused(NATIONAL)
        self.assertEqual(self.line.asked(), 2)


class Rights(Outside):
    def setUp(self):
        super().setUp()
        self.line = self.carrier("line", "127.0.0.3")
        self.cli("route", "add", "out", "--patterns", "+.", "--trunks", "line")

    def test_a_number_abroad_is_refused_and_one_line_says_why(self):
        self.refused(ABROAD)
        (row,) = self.records()
        told = lambda: [l for l in self.server.log.read_text().splitlines() if "toll_refused" in l]
        self.assertTrue(until(told))
        lines = told()
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("international", lines[0])
        self.assertEqual((row["result"], row["dialled"], row["trunk_out"]), ("refused", ABROAD, ""))
        self.assertIn("international", row["reason"])
        self.assertEqual(self.line.asked(), 0)
        steps = self.server.json("cdr", "show", row["id"])["decision"]
        self.assertEqual([(step["rule"], step["passed"]) for step in steps], [("meaning", True), ("reach", False)])
        asked = self.server.json("route", "test", "--from", "1001", "--to", ABROAD)["steps"]
        self.assertEqual([step["rule"] for step in asked], [step["rule"] for step in steps])
        # It tells what applied then, whatever is allowed since.
        self.cli("extension", "set", "1001", "--reach", "international")
        self.server.stop()
        told = self.cli("cdr", "show", row["id"]).stdout
        self.assertRegex(told, r"yes meaning +fixed of GB\n +NO +reach +this is international")
        self.server.start()

    def test_a_pace_is_told_once_before_it_refuses(self):
        self.cli("limit", "set", "tenant", "--paces", "alert 2 per 1h, 3 per 1h")
        for _ in range(3):
            self.connect(NATIONAL, self.line)
            self.hang_up(self.line)
        self.refused(NATIONAL)
        self.refused(NATIONAL)
        warned = lambda: [l for l in self.server.log.read_text().splitlines() if "toll_warning" in l]
        self.assertTrue(until(lambda: any("has made 2 calls within 3600 s" in l for l in warned())), warned())
        self.assertEqual(len(warned()), 1, "once for the burst")
        events = until(lambda: [e for e in self.server.json("event", "list")["events"]
                                if e["kind"] == "money.limit-near"])
        self.assertEqual((len(events), events[0]["count"]), (1, 1))
        last = self.server.json("cdr", "show", self.records(5)[0]["id"])["decision"][-1]
        self.assertEqual((last["rule"], last["passed"]), ("pace", False))
        faulty = subprocess.run(self.server.command("limit", "set", "tenant", "--paces", "alert 9 per 1h, 3 per 1h"),
                                capture_output=True, text=True, timeout=60)
        self.assertNotEqual(faulty.returncode, 0)
        self.assertIn("never be told", faulty.stderr)

    def test_who_calls_for_help_is_stopped_by_nothing(self):
        self.cli("extension", "set", "1001", "--reach", "internal")
        self.cli("limit", "set", "extension.1001", "--day", "0.01", "--locked", "--paces", "1 per 1h")
        self.refused(NATIONAL)
        self.assertTrue(self.connect("112", self.line).startswith("INVITE sip:112@"))
        self.hang_up(self.line)
        self.assertEqual(self.records(2)[0]["trunk_out"], "line")

    def test_who_calls_for_help_gets_the_line_of_another_call(self):
        self.cli("trunk", "set", "line", "--out-calls", "1")
        self.connect(NATIONAL, self.line)
        bob = self.phone("1002")
        bob.invite("112")
        # The running call ends on both sides, and the other one takes its line.
        heard = [self.line.hear("(BYE|INVITE) ") for _ in range(2)]
        bye, invite = sorted(heard)
        self.assertTrue(bye.startswith("BYE ") and invite.startswith("INVITE sip:112@"), heard)
        self.line.reply(bye, "200 OK")
        self.ann.reply(self.ann.hear("BYE "), "200 OK")
        self.line.take(invite)
        self.line.reply(invite, "200 OK", self.line.sdp())
        bob.established(bob.hear("SIP/2.0 200"))
        row = until(lambda: [r for r in self.server.json("cdr", "list", "--number", "1001")["cdrs"] if r["ended"]])[0]
        self.assertEqual((row["cut_reason"], row["ended_by"]), ("emergency", "system"))
        self.hang_up(self.line, bob)


if __name__ == "__main__":
    unittest.main()
