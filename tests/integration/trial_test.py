"""A person tries a configuration out before it is in force, and asks the running server about trunks and credit."""
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from carrier import Carrier
from phone import Phone
from ringfence import Ringfence, until

DECK = "prefix,rate_per_min,increments\n44,0.10,60/60\n49,0.02,60/60\n"


class Trial(unittest.TestCase):
    def setUp(self):
        self.home = Path(tempfile.mkdtemp(prefix="trial-test-"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.server = self.enterContext(Ringfence())
        self.account = self.server.add("1001")
        cli = self.server.cli
        cli("telephony", "set", "--home", "DE", "--area-code", "30", "--time-zone", "Europe/Berlin")
        cli("deck", "import", "cheap", self.write("deck.csv", DECK))
        # Nobody is there: what is asked here needs no carrier.
        cli("trunk", "add", "provider", "--kind", "peer_address", "--uri", "sip:127.0.0.9:9", "--sources", "127.0.0.9",
            "--deck", "cheap")
        cli("route", "add", "all", "--patterns", "+.", "--trunks", "provider")

    def write(self, name, text):
        (self.home / name).write_text(text)
        return str(self.home / name)

    def phone(self):
        phone = Phone(self.server, "1001", *self.account)
        self.addCleanup(phone.close)
        self.assertEqual(phone.register(), 200)
        return phone

    def records(self):
        return self.server.json("cdr", "list")["cdrs"]

    def refused_call(self, number="00442079460000"):
        phone = self.phone()
        phone.invite(number)
        phone.hear("SIP/2.0 403")
        until(lambda: [r for r in self.records() if r["dialled"] == number])

    def answered_calls(self, count, dialled="03012345678", seconds=90, days_ago=1):
        """Records of calls that nobody has to make: copies of one that was refused, as if it had been taken."""
        self.refused_call()
        self.server.stop()
        with sqlite3.connect(self.server.data / "ringfence.db") as base:
            columns = [row[1] for row in base.execute("PRAGMA table_info(cdrs)")]
            row = dict(zip(columns, base.execute("SELECT * FROM cdrs LIMIT 1").fetchone()))
            base.execute("DELETE FROM cdrs")
            begun = int((time.time() - days_ago * 86_400) * 1000)
            for i in range(count):
                row.update(id=f"made{i:016}", dialled=dialled, trunk_out="provider", result=1, attempts=1, callee=0,
                           started_wall_ms=begun + i, answered_wall_ms=begun + i,
                           ended_wall_ms=begun + i + seconds * 1000, payer=row["caller"])
                base.execute(f"INSERT INTO cdrs ({','.join(row)}) VALUES ({','.join('?' * len(row))})",
                             list(row.values()))
        self.server.start()

    def plan(self, text, *words):
        return self.server.json("policy", "plan", self.write("change", text), *words)

    def failed(self, *words):
        done = subprocess.run(self.server.command(*words), capture_output=True, text=True, timeout=60)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        return done.stderr

    def test_a_call_that_was_refused_and_would_leave_is_told(self):
        self.refused_call()
        told = self.plan("[extension.1001]\nreach = \"international\"\n")
        [finding] = told["replay"]["findings"]
        self.assertEqual((finding["what"], finding["rule"], finding["who"]), ("allowed", "reach", "1001"))
        self.assertEqual(finding["examples"][0]["dialled"], "00442079460000")
        [group] = told["reach"]
        self.assertEqual(group["extensions"], ["1001"])
        self.assertIn({"country": "GB", "class": "mobile"}, group["destinations"])
        [row] = told["exposures"]["extensions"]
        self.assertEqual(row["number"], "1001")
        self.assertGreater(float(row["hour"]["after"]), float(row["hour"]["before"]))
        text = self.server.cli("policy", "plan", str(self.home / "change")).stdout
        for part in ("would leave", "Newly within reach", "GB", "stolen password"):
            self.assertIn(part, text)
        self.assertEqual(self.server.json("route", "test", "--from", "1001", "--to", "00442079460000")["action"],
                         "refuse", "a plan touches nothing")

    def test_calls_that_would_be_refused_and_what_others_would_cost_are_told(self):
        self.answered_calls(7)
        told = self.plan("[extension.1001]\nreach = \"internal\"\n")["replay"]
        self.assertEqual((told["calls"], told["refused"], told["unchanged"]), (7, 7, 0))
        self.assertEqual(told["cost"], {"before": "0.28", "after": "0.00"})
        self.assertEqual(len(told["findings"][0]["examples"]), 3)
        dearer = self.plan("[deck.cheap]\nrates = [\n  \"prefix,rate_per_min,increments\",\n  \"49,0.20,1/1\",\n]\n")
        self.assertEqual(dearer["replay"]["cost"], {"before": "0.28", "after": "2.10"})
        self.assertEqual([row["name"] for row in dearer["replay"]["by_caller"]], ["1001"])
        self.assertEqual([row["name"] for row in dearer["replay"]["by_trunk"]], ["provider"])
        since = time.strftime("%Y-%m-%d", time.localtime(time.time() + 86_400))
        self.assertEqual(self.plan("[extension.1001]\nreach = \"internal\"\n", "--since", since)["replay"]["calls"], 0)
        self.server.stop()
        offline = self.plan("[extension.1001]\nreach = \"internal\"\n")["replay"]
        self.assertEqual(offline["refused"], 7, "the same without a server")
        self.server.start()

    def test_old_calls_are_not_asked_again_unless_that_is_wished(self):
        self.answered_calls(2, days_ago=40)
        change = "[extension.1001]\nreach = \"internal\"\n"
        self.assertEqual(self.plan(change)["replay"]["calls"], 0)
        since = time.strftime("%Y-%m-%d", time.localtime(time.time() - 50 * 86_400))
        self.assertEqual(self.plan(change, "--since", since)["replay"]["refused"], 2)

    def test_a_plan_leaves_no_rates_behind_that_a_later_apply_would_find(self):
        deck = "[deck.cheap]\nrates = [\n  \"prefix,rate_per_min,increments\",\n  \"49,{},60/60\",\n]\n"
        self.plan(deck.format("0.77"))
        self.server.cli("policy", "apply", self.write("deck", deck.format("0.33")))
        told = self.server.json("route", "test", "--from", "1001", "--to", "03012345678")
        self.assertEqual(told["trunks"][0]["price"], "0.33")

    def test_who_reaches_what_is_told(self):
        told = self.server.json("reach")
        [group] = told["callers"]
        self.assertEqual({way["country"] for way in group["ways"]}, {"DE"})
        self.assertEqual(told["paths"], [])
        self.server.cli("extension", "set", "1001", "--reach", "international")
        self.assertEqual({way["country"] for way in self.server.json("reach", "--from", "1001")["callers"][0]["ways"]
                          if way["class"] == "mobile"} & {"DE", "GB"}, {"DE", "GB"})
        self.assertEqual(self.server.json("reach", "--to", "premium")["callers"], [], "nobody allowed these")
        self.assertEqual(self.server.json("reach", "--from", "outside")["callers"], [])
        self.assertIn("GB", self.server.cli("reach", "--to", "GB").stdout)
        self.assertIn("neither a country", self.failed("reach", "--to", "nowhere"))
        self.assertIn("1999", self.failed("reach", "--from", "1999"))

    def test_a_hundred_thousand_calls_are_asked_again_while_one_waits(self):
        self.answered_calls(100_000)
        told = self.plan("[extension.1001]\nreach = \"internal\"\n")["replay"]
        self.assertEqual((told["calls"], told["refused"], told["cut"]), (100_000, 100_000, False))

    def test_no_change_opens_paid_calls_to_callers_from_outside_by_a_slip(self):
        forward = ("extension", "set", "1001", "--forward-always", "01711234567", "--forward-reach", "national")
        inbound = ("inbound", "add", "did", "--called", "+4930123", "--extension", "1001")
        self.server.cli(*inbound)
        told = self.failed(*forward)
        for part in ("nobody showed a password", "1001", "--force"):
            self.assertIn(part, told)
        self.assertEqual(self.server.json("reach", "--from", "outside")["paths"], [])
        self.server.cli("inbound", "remove", "did")
        self.server.cli(*forward)
        self.assertIn("nobody showed a password", self.failed(*inbound))
        self.assertEqual(self.server.json("inbound", "list")["objects"], [])
        self.server.cli("ring-group", "add", "desk", "--number", "600", "--members", "1001")
        self.assertIn("nobody showed a password",
                      self.failed("inbound", "add", "desk", "--target", "ring_group", "--ring-group", "desk"))
        self.server.cli(*inbound, "--force")
        self.assertNotEqual(self.server.json("reach", "--from", "outside")["paths"], [])
        self.server.cli("extension", "set", "1001", "--reach", "national")

    def test_no_file_opens_paid_calls_to_callers_from_outside_by_a_slip(self):
        text = ('[extension.1001]\nforward_always = "01711234567"\nforward_reach = "national"\n'
                '[inbound.did]\ncalled = ["+4930123"]\nextension = "1001"\n')
        before = self.server.cli("policy", "export").stdout
        told = self.plan(text)
        self.assertNotEqual(told["open_paths"], [])
        self.assertIn("nobody showed a password", "\n".join(told["notes"]))
        self.assertIn("nobody showed a password", self.failed("policy", "apply", self.write("change", text)))
        self.assertEqual(self.server.cli("policy", "export").stdout, before, "nothing was changed")
        self.assertEqual(self.server.json("reach", "--from", "outside")["paths"], [])
        self.server.cli("policy", "apply", self.write("change", text), "--force")
        self.assertNotEqual(self.server.json("reach", "--from", "outside")["paths"], [])

    def test_a_call_is_tried_at_any_time(self):
        self.server.cli("schedule", "add", "office", "--hours", "mon-fri 08:00-18:00")
        self.server.cli("limit", "set", "extension.1001", "--day", "5")
        self.server.cli("extension", "set", "1001", "--hours", "office")
        for at, action in (("2026-11-25T16:59:59Z", "leave"), ("2026-11-25T17:00:00Z", "refuse"),
                           ("2026-11-28T11:00:00Z", "refuse"), ("2026-11-30T07:00:00Z", "leave")):
            told = self.server.json("route", "test", "--from", "1001", "--to", "03012345678", "--at", at)
            self.assertEqual(told["action"], action, f"{at}: {told['why']}")
            if action == "refuse":
                self.assertEqual([each["rule"] for each in told["steps"] if not each["passed"]], ["hours"], at)

    def tried(self, to, *words):
        return self.server.json("inbound", "test", "--trunk", "provider", "--to", to, *words)

    def brought(self, carrier, to, status):
        """The record of a call that the carrier makes to that number and that is refused, and its steps."""
        before = len(self.records())
        carrier.bring(to)
        self.over(carrier, status)
        rows = until(lambda: len(self.records()) > before and self.records())
        row = self.server.json("cdr", "show", next(r["id"] for r in rows if r["dialled"] == to))
        return row, row["decision"]

    def over(self, carrier, status):
        answer = carrier.hear("SIP/2.0 [2-6]")
        self.assertEqual(int(answer[8:11]), status, answer)
        tag = re.search(r"\nTo:.*tag=([^\r;]+)", answer)[1]
        carrier.request("ACK", carrier.uri, to_tag=tag, branch=carrier.branch, cseq=carrier.cseq)

    def test_a_call_in_that_is_tried_is_decided_as_the_one_that_comes(self):
        cli = self.server.cli
        cli("inbound", "add", "pests", "--called", "+4930666", "--callers", "+4940.", "--target", "reject")
        cli("inbound", "add", "hidden", "--called", "+4930.", "--callers", "+33.", "--extension", "1001")
        cli("inbound", "add", "did", "--called", "+4930123", "--extension", "1001", "--caller-pace", "1 per 1h")
        self.server.add("1002")
        cli("extension", "set", "1002", "--no-enabled")
        cli("inbound", "add", "off", "--called", "+4930124", "--extension", "1002")
        carrier = Carrier(self.server, "127.0.0.9")
        self.addCleanup(carrier.close)
        phone = self.phone()

        told = self.tried("0049-30-123", "--from", carrier.number)
        self.assertEqual([told[f] for f in ("action", "called", "caller", "route", "target", "extension")],
                         ["ring", "+4930123", carrier.number, "did", "extension", "1001"])
        self.assertEqual([(each["route"], each["why"]) for each in told["passed_over"]],
                         [("pests", "it is for other numbers"), ("hidden", "it is for other callers")])
        carrier.bring("+4930123")
        phone.reply(phone.hear("INVITE "), "486 Busy Here")
        self.over(carrier, 486)
        [row] = until(self.records)
        row = self.server.json("cdr", "show", row["id"])
        self.assertEqual((row["route"], row["called"], row["caller"]), (told["route"], told["called"], told["caller"]))
        self.assertEqual(row["decision"], told["steps"])

        told = self.tried("+4930666", "--from", carrier.number)
        row, steps = self.brought(carrier, "+4930666", 603)
        self.assertEqual(told["action"], "refuse")
        self.assertEqual(told["steps"], steps)
        self.assertIn(told["why"], row["reason"])

        told = self.tried("+4940555", "--from", carrier.number)
        row, steps = self.brought(carrier, "+4940555", 404)
        self.assertEqual((told["action"], told["route"]), ("refuse", ""))
        self.assertEqual(told["steps"], steps)
        self.assertIn(told["why"], row["reason"])

        told = self.tried("+4930124", "--from", carrier.number)
        row, steps = self.brought(carrier, "+4930124", 404)
        self.assertEqual((told["action"], told["why"]),
                         ("refuse", "1002 is no ring group and no extension that is switched on"))
        self.assertEqual(told["steps"][:len(steps)], steps)
        self.assertIn(told["why"], row["reason"])

    def test_a_try_counts_in_no_pace_and_calls_nobody(self):
        self.server.cli("inbound", "add", "did", "--called", "+4930123", "--extension", "1001",
                        "--caller-pace", "1 per 1h")
        for _ in range(3):
            self.assertEqual(self.tried("+4930123", "--from", "+4940999")["action"], "ring")
        self.assertEqual(self.records(), [])
        phone, carrier = self.phone(), Carrier(self.server, "127.0.0.9")
        self.addCleanup(carrier.close)
        carrier.bring("+4930123")
        phone.reply(phone.hear("INVITE "), "486 Busy Here")
        self.over(carrier, 486)
        carrier.bring("+4930123")
        self.over(carrier, 603)
        self.assertTrue(until(lambda: [r for r in self.records() if "caller_pace" in r["reason"]]))

    def test_a_try_says_when_it_is_open_and_what_is_said_otherwise(self):
        cli = self.server.cli
        cli("schedule", "add", "office", "--hours", "mon-fri 08:00-18:00", "--zone", "Europe/Berlin")
        cli("inbound", "add", "day", "--called", "+4930123", "--extension", "1001", "--hours", "office")
        cli("inbound", "add", "night", "--called", "+4930123", "--target", "announcement", "--announcement", "closed")
        words = ("inbound", "test", "--trunk", "provider", "--to", "+4930123", "--at")
        told = self.server.json(*words, "2026-11-23T08:00:00Z")
        self.assertEqual((told["action"], told["route"], told["caller"]), ("ring", "day", "anonymous"))
        self.assertIn("office: open", told["hours"])
        told = self.server.json(*words, "2026-11-23T19:00:00Z")
        self.assertEqual((told["action"], told["announcement"]), ("announcement", "closed"))
        self.assertIn("office: closed", told["passed_over"][0]["why"])
        text = self.server.cli(*words, "2026-11-23T19:00:00Z").stdout
        for part in ("Who shows no number calls +4930123 by the trunk provider", "day: office: closed",
                     "The caller hears the announcement closed"):
            self.assertIn(part, text)
        self.server.stop()
        self.assertEqual(self.server.json(*words, "2026-11-23T08:00:00Z")["route"], "day", "without a server, too")
        self.server.start()
        self.assertIn("there is no trunk other", self.failed("inbound", "test", "--trunk", "other", "--to", "1"))

    def test_an_emergency_call_is_tried_without_being_made(self):
        told = self.server.json("emergency", "test", "112", "--from", "1001")
        self.assertTrue(told["emergency"])
        self.assertEqual([way["trunk"] for way in told["trunks"]], ["provider"])
        self.assertIn("Nobody was called", self.server.cli("emergency", "test", "112", "--from", "1001").stdout)
        self.assertFalse(self.server.json("emergency", "test", "113", "--from", "1001")["emergency"])
        self.assertIn("real emergency number", self.failed("telephony", "set", "--emergency-test", "112"))
        self.server.cli("telephony", "set", "--emergency-test", "933")
        told = self.server.json("emergency", "test", "933", "--from", "1001")
        self.assertEqual((told["emergency"], told["number_for_tests"]), (True, "933"))
        self.server.cli("trunk", "set", "provider", "--no-enabled")
        told = self.server.json("emergency", "test", "112", "--from", "1001")
        self.assertEqual((told["emergency"], told["trunks"]), (True, []))
        self.assertIn("NO TRUNK", self.server.cli("emergency", "test", "112", "--from", "1001").stdout)
        self.assertEqual(self.records(), [])

    def test_no_extension_gets_an_emergency_number(self):
        self.assertIn("has an emergency number", self.failed("extension", "add", "112"))
        self.assertIn("has an emergency number", self.failed("extension", "add", "112", "--force"))
        self.server.cli("extension", "add", "555")
        self.assertIn("extension 555 has an emergency number", self.failed("telephony", "set", "--emergency", "555"))
        file = self.write("extensions", '[extension.110]\n')
        self.assertIn("has an emergency number", self.failed("policy", "plan", file))
        self.assertIn("has an emergency number", self.failed("policy", "apply", file))
        self.assertEqual({each["number"] for each in self.server.json("extension", "list")["extensions"]},
                         {"1001", "555"})

    def test_an_extension_that_had_an_emergency_number_before_stops_no_start_and_no_other_change(self):
        self.server.cli("extension", "add", "555")
        self.server.stop()
        with sqlite3.connect(self.server.data / "ringfence.db") as base:
            base.execute("UPDATE extensions SET number = '112' WHERE number = '555'")
        self.server.start()
        warnings = self.server.json("status")["warnings"]
        told = [each for each in warnings if "extension 112 has an emergency number" in each]
        self.assertEqual(len(told), 1, warnings)
        self.server.cli("extension", "add", "556")
        self.server.cli("extension", "remove", "112")
        self.assertNotIn("emergency number", str(self.server.json("status")["warnings"]))

    def test_a_trial_says_what_money_would_and_keeps_none_of_it(self):
        def tried():
            told = self.server.json("route", "test", "--from", "1001", "--to", "03012345678")
            return told["action"], told["why"], told["reserved"]
        action, _, reserved = tried()
        self.assertEqual(action, "leave")
        self.assertGreater(float(reserved), 0)
        self.assertIn(f"{reserved} EUR would be reserved",
                      self.server.cli("route", "test", "--from", "1001", "--to", "03012345678").stdout)
        self.assertEqual(self.server.json("spend", "list")["accounts"], [])
        self.server.cli("limit", "set", "extension.1001", "--locked")
        action, why, reserved = tried()
        self.assertEqual((action, reserved), ("refuse", ""))
        self.assertIn("locked", why)
        self.server.cli("limit", "set", "extension.1001", "--default", "locked")
        self.server.cli("limit", "set", "tenant", "--prepaid")
        self.assertEqual(tried()[0], "refuse")
        self.server.cli("credit", "add", "tenant", "--amount", "20")
        self.assertEqual(tried()[0], "leave")
        self.server.cli("extension", "set", "1001", "--no-enabled")
        self.assertIn("switched off", tried()[1])

    def test_credit_is_given_while_calls_may_run_and_survives_a_kill(self):
        self.assertIn("does not pay in advance", self.failed("credit", "add", "1001", "--amount", "20"))
        self.server.cli("limit", "set", "extension.1001", "--prepaid")
        self.assertEqual(self.server.json("credit", "add", "1001", "--amount", "20")["left"], "20.00")
        self.assertEqual(self.server.json("credit", "add", "1001", "--amount=-7.50")["left"], "12.50")
        self.assertIn("is no amount", self.failed("credit", "add", "1001", "--amount", "much"))
        self.assertIn("1999", self.failed("credit", "add", "1999", "--amount", "1"))
        self.assertIn("credit.add", self.server.log.read_text(), "it is audited")
        self.server.stop(signal.SIGKILL)
        self.server.start()
        [account] = [row for row in self.server.json("spend", "list")["accounts"] if row["level"] == "extension"]
        self.assertEqual(account["credit"], "12.50")
        self.server.stop()
        self.assertEqual(self.server.json("credit", "add", "1001", "--amount", "1")["left"], "13.50", "without a server as well")
        self.server.start()

    def test_everybody_who_pays_in_advance_is_given_credit(self):
        self.server.cli("department", "add", "sales")
        for whom in ("department.sales", "trunk.provider", "tenant", "system"):
            self.assertIn("does not pay in advance", self.failed("credit", "add", whom, "--amount", "5"))
            self.server.cli("limit", "set", whom, "--prepaid")
            self.assertEqual(self.server.json("credit", "add", whom, "--amount", "5")["left"], "5.00")
        self.assertEqual({row["level"]: row["credit"] for row in self.server.json("spend", "list")["accounts"]},
                         {level: "5.00" for level in ("department", "trunk", "tenant", "system")})
        self.assertIn("there is no trunk nobody", self.failed("credit", "add", "trunk.nobody", "--amount", "5"))
        for whom in ("trunk", "extension", "system.x", "everybody"):
            self.assertIn("nobody who has an account", self.failed("credit", "add", whom, "--amount", "5"))
        self.server.stop()
        self.assertEqual(self.server.json("credit", "add", "tenant", "--amount", "2")["left"], "7.00")
        self.server.start()

    def test_trunks_are_listed_with_what_the_running_server_sees(self):
        [row] = self.server.json("trunk", "list")["objects"]
        self.assertIn(row["now"]["health"], ("not known yet", "failing", "down"))
        self.assertEqual((row["now"]["calls_in"], row["now"]["calls_out"]), (0, 0))
        self.assertIn("HEALTH", self.server.cli("trunk", "list").stdout)
        self.assertIn("health", self.server.cli("trunk", "show", "provider").stdout)
        self.server.cli("trunk", "set", "provider", "--no-enabled")
        self.assertEqual(self.server.json("trunk", "show", "provider")["now"], {"health": "switched off"})
        self.server.stop()
        self.assertNotIn("now", self.server.json("trunk", "show", "provider"))
        self.assertIn("the server does not run", self.server.cli("trunk", "list").stdout)
        self.server.start()

    def test_a_burst_of_refused_calls_is_one_line(self):
        phone = self.phone()
        for _ in range(6):
            phone.invite("00442079460000")
            phone.hear("SIP/2.0 403")
            phone.request("ACK", phone.uri, branch=phone.branch, cseq=phone.cseq)
        until(lambda: "toll_refused_often" in self.server.log.read_text())
        self.assertEqual(self.server.log.read_text().count("toll_refused_often"), 1)


if __name__ == "__main__":
    unittest.main()
