"""A person configures calls that leave: by commands, and as one file."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from authority import Authority
from receivers import Webhook, is_signed
from ringfence import Ringfence

DECK = "prefix,rate_per_min,increments\n44,0.01,60/60\n447,0.15,1/1\n49,0.02,60/60\n"


class Policy(unittest.TestCase):
    def setUp(self):
        self.home = Path(tempfile.mkdtemp(prefix="policy-test-"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.server = self.start()

    def start(self):
        server = Ringfence()
        server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)
        return server

    def write(self, name, text):
        (self.home / name).write_text(text)
        return str(self.home / name)

    def refused(self, *words, server=None, typed=None):
        done = subprocess.run((server or self.server).command(*words), input=typed, capture_output=True, text=True,
                              timeout=60)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        return done.stderr

    def configure(self):
        cli = self.server.cli
        self.server.add("1001")
        cli("telephony", "set", "--home", "DE", "--area-code", "30", "--time-zone", "Europe/Berlin")
        cli("deck", "import", "cheap", self.write("deck.csv", DECK))
        cli("trunk", "add", "provider", "--kind", "registers", "--uri", "sip:provider.example;transport=tls", "--user",
            "us", "--deck", "cheap")
        subprocess.run(self.server.command("trunk", "password", "provider"), input="pass of theirs\n", text=True,
                       check=True, capture_output=True, timeout=60)
        cli("route", "add", "abroad", "--patterns", "+.", "--trunks", "provider")
        cli("limit", "set", "extension.1001", "--day", "5.00", "--paces", "3 per 1s,distinct 20 per 1h")
        cli("number-list", "import", "fraud", self.write("list", "+447700900123\nfraud +37190*\n"))

    def test_a_call_is_explained_before_it_is_made(self):
        self.configure()
        told = self.server.json("route", "test", "--from", "1001", "--to", "0044 20 7946 0000")
        self.assertEqual(told["action"], "refuse")
        self.assertIn("reach", [step["rule"] for step in told["steps"] if not step["passed"]])
        self.server.cli("extension", "set", "1001", "--reach", "international")
        told = self.server.json("route", "test", "--from", "1001", "--to", "0044 20 7946 0000")
        self.assertEqual((told["action"], told["route"], told["number"]), ("leave", "abroad", "+442079460000"))
        self.assertEqual((told["trunks"][0]["trunk"], told["trunks"][0]["price"]), ("provider", "0.01"))
        self.assertIn("The call may leave by route abroad",
                      self.server.cli("route", "test", "--from", "1001", "--to", "+442079460000").stdout)
        told = self.server.json("route", "test", "--from", "1001", "--to", "+447700900123")
        self.assertEqual(told["action"], "refuse")
        self.server.stop()
        offline = self.server.json("route", "test", "--from", "1001", "--to", "0044 20 7946 0000")
        self.assertEqual(offline["action"], "leave", "the same without a server")
        self.server.start()
        self.assertEqual(self.server.json("route", "test", "--from", "1001", "--to", "0049301234567")["action"], "leave")

    def test_what_a_stolen_password_could_cost_is_told_with_the_rule_that_holds_it(self):
        self.configure()
        [one] = self.server.json("exposure", "1001")["extensions"]
        self.assertEqual((one["number"], one["dearest"]["prefix"]), ("1001", "+49"))
        self.assertEqual(one["dearest"]["trunk"], "provider")
        self.assertEqual((one["day"]["amount"], one["day"]["rule"]), ("15.00", "day_cap"), "24 hours meet three days")
        self.assertEqual(one["day"]["text"], "day of extension.1001")
        self.server.cli("extension", "set", "1001", "--reach", "international")
        [one] = self.server.json("exposure", "1001")["extensions"]
        self.assertEqual(one["dearest"]["prefix"], "+447")
        before = float(one["month"]["amount"])
        self.assertIn("ringfence limit set extension.1001", self.server.cli("exposure", "1001").stdout)
        self.server.cli(*one["halving"]["command"].split()[1:])
        [one] = self.server.json("exposure", "1001")["extensions"]
        self.assertLessEqual(float(one["month"]["amount"]), before / 2)
        self.server.add("1002")
        self.server.cli("extension", "set", "1002", "--reach", "internal")
        told = self.server.json("exposure")["extensions"]
        self.assertEqual([each["number"] for each in told], ["1001", "1002"], "the dearest month first")
        self.assertEqual((told[1]["month"]["amount"], told[1]["why"]), ("0.00", "it may call nobody outside"))
        self.assertIn("1999", self.refused("exposure", "1999"))
        self.server.stop()
        self.assertEqual(self.server.json("exposure")["extensions"], told, "the same without a server")
        self.server.start()

    def test_what_is_exported_makes_an_empty_system_the_same(self):
        self.configure()
        self.server.cli("extension", "set", "1001", "--name", "Ann \"A\"", "--reach", "international")
        file = str(self.home / "policy.toml")
        self.server.cli("policy", "export", file)
        text = Path(file).read_text()
        for secret in ("pass of theirs", "password ="):
            self.assertNotIn(secret, text)
        noted = text.replace("[trunk.provider]", "# since June\n[trunk.provider] # main")
        Path(file).write_text(noted)
        self.assertEqual([c["what"] for c in self.server.json("policy", "plan", file)["changes"]], ["change"])
        self.server.cli("policy", "apply", file)
        self.assertEqual(self.server.cli("policy", "export", "-").stdout, noted, "comments are kept")
        self.assertEqual(self.server.json("policy", "plan", file)["changes"], [])

        other = self.start()
        plan = other.json("policy", "plan", file)["changes"]
        self.assertIn(("add", "extension", "1001"), [(c["what"], c["kind"], c["name"]) for c in plan])
        self.assertEqual(other.json("trunk", "list")["objects"], [], "a plan touches nothing")
        accounts = other.json("policy", "apply", file)["accounts"]
        self.assertEqual(accounts[0]["number"], "1001")
        self.assertEqual(other.cli("policy", "export", "-").stdout, noted)
        self.assertEqual(other.json("route", "test", "--from", "1001", "--to", "0044 20 7946 0000")["action"], "leave")
        other.stop(9)
        other.start()
        self.assertEqual(other.cli("policy", "export", "-").stdout, noted)

    def test_a_wrong_file_changes_nothing_and_names_every_line(self):
        self.configure()
        before = self.server.cli("policy", "export", "-").stdout
        for text, said in (("[trunk.x]\nkind = \"registrs\"\n\n[rout.y]\n",
                            ("line 2: kind", "did you mean \"registers\"?", "line 4: there is no kind")),
                           ("\n[route.y]\ntrunks = [\"nowhere\"]\n", ("line 2: ", "nowhere, which there is not")),
                           ("[deck.d]\nrates = [\n  \"prefix,rate_per_min\",\n  \"49,0,05\",\n]\n", ("line 4: ",)),
                           ("[number-list.l]\nlines = [\n  \"+88213*\",\n  \"110\",\n]\n", ("line 4: ",)),
                           ("[telephony]\nhome = \"DE\"\ntime_zone = \"Europe/Belin\"\n", ("Europe/Berlin",)),
                           ("[trunk.x]\nuser = \"\x1b[2J\"\n", ("control characters",))):
            for verb in ("plan", "apply"):
                told = self.refused("policy", verb, self.write("bad", text))
                for part in said:
                    self.assertIn(part, told)
            self.assertEqual(self.server.cli("policy", "export", "-").stdout, before)

    def test_what_the_file_lacks_stays_unless_it_is_to_go(self):
        self.configure()
        text = self.server.cli("policy", "export", "-").stdout
        cut = self.write("cut", text[:text.index("[route.abroad]")] + text[text.index("[extension.1001]"):])
        self.assertEqual([c["what"] for c in self.server.json("policy", "plan", cut)["changes"]], ["stay"])
        self.server.cli("policy", "apply", cut)
        self.assertEqual(len(self.server.json("route", "list")["objects"]), 1)
        self.server.cli("policy", "apply", "--remove", cut)
        self.assertEqual(self.server.json("route", "list")["objects"], [])

    def test_nothing_can_be_removed_that_something_else_names(self):
        self.configure()
        self.assertIn("abroad", self.refused("trunk", "remove", "provider"))
        self.assertIn("provider", self.refused("deck", "remove", "cheap"))
        self.assertEqual(len(self.server.json("trunk", "list")["objects"]), 1)
        self.server.cli("extension", "remove", "1001")
        self.assertEqual(self.server.json("limit", "list")["objects"], [], "its limits go with it")

    def test_paid_calls_are_not_opened_to_forged_addresses_by_a_slip(self):
        file = self.write("risk", "[trunk.gw]\nkind = \"peer_address\"\nuri = \"sip:192.0.2.7\"\n"
                                  "sources = [\"192.0.2.7\"]\naddress_risk_signed = true\n")
        self.assertIn("anybody can write such an address", self.refused("policy", "apply", file))
        self.assertEqual(self.server.json("trunk", "list")["objects"], [])
        self.assertIn("--force", self.server.json("policy", "plan", file)["notes"][0])
        self.server.cli("policy", "apply", "--force", file)
        self.server.cli("trunk", "set", "gw", "--priority", "3")
        self.assertIn("--force", self.refused("trunk", "set", "gw", "--sources", "192.0.2.0/24"))

    def test_imports_are_whole_or_not_at_all(self):
        self.configure()
        bad = DECK + "43,0,05,60/60\n33,abc,1/1\n"
        told = self.refused("deck", "import", "cheap", self.write("bad.csv", bad))
        self.assertIn("line 5", told)
        self.assertIn("line 6", told)
        self.assertEqual(self.server.json("deck", "show", "cheap")["prefixes"], 3)
        self.server.cli("deck", "import", "cheap", self.write("more.csv", "prefix,rate_per_min\n43,0.05\n"))
        self.assertEqual(self.server.json("deck", "show", "cheap")["prefixes"], 4)
        self.assertIn("line 2", self.refused("number-list", "import", "fraud", self.write("l", "+4477*\n112\n")))
        self.assertEqual(self.server.json("number-list", "show", "fraud")["lines"], 2)

    def test_a_pin_is_shown_once_and_its_export_is_worth_nothing_elsewhere(self):
        self.configure()
        cli = self.server.cli
        cli("pin-list", "add", "abroad")
        self.assertIn("has none", self.refused("route", "set", "abroad", "--pins", "abroad"))
        told = self.server.json("pin", "add", "abroad", "project-7")
        self.assertRegex(told["pin"], "^[0-9]{8}$")
        for bad, why in (("12345", "fewer than 6"), ("123456", "trivial"), ("7291504a", "digits"), ("", "")):
            self.assertIn(why, self.refused("pin", "add", "abroad", "ann", "--stdin", typed=bad + "\n"))
        self.assertIn("same PIN", self.refused("pin", "add", "abroad", "ann", "--stdin", typed=told["pin"] + "\n"))
        done = cli("pin", "add", "abroad", "ann", "--stdin", stdin="72915048\n")
        self.assertNotIn("72915048", done.stdout)
        self.assertIn("already", self.refused("pin", "add", "abroad", "ann"))
        self.assertIn("nobody", self.refused("pin", "add", "nobody", "ann"))
        self.assertEqual(self.server.json("pin", "list", "abroad")["accounts"], ["project-7", "ann"])
        cli("route", "set", "abroad", "--pins", "abroad")
        cli("extension", "set", "1001", "--reach", "international")
        told_of = self.server.json("route", "test", "--from", "1001", "--to", "+442079460000")
        self.assertEqual((told_of["action"], told_of["pins"]), ("leave", "abroad"))
        forwarded = self.server.json("route", "test", "--from", "1001", "--to", "+442079460000", "--for", "forward")
        self.assertEqual(forwarded["action"], "refuse")
        [one] = self.server.json("exposure", "1001")["extensions"]
        self.assertEqual(one["asks_for_pin"], ["abroad"])
        self.assertIn("as if the thief knew one", cli("exposure", "1001").stdout)

        file = str(self.home / "policy.toml")
        cli("policy", "export", file)
        text = Path(file).read_text()
        for pin in (told["pin"], "72915048"):
            self.assertNotIn(pin, text)
            self.assertNotIn(pin, Path(self.server.log).read_text())
        self.assertEqual(self.server.json("policy", "plan", file)["changes"], [])
        other = self.start()
        why = self.refused("policy", "apply", file, server=other)
        self.assertIn("this system did not seal", why)
        self.assertEqual(other.json("pin-list", "list")["objects"], [], "nothing of it was taken")
        moved = text.replace('"ann 1:', '"bob 1:')
        self.assertIn("bob", self.refused("policy", "apply", self.write("moved", moved)), "a row is for one account")

        self.assertEqual(self.server.json("pin", "list", "abroad")["accounts"], ["project-7", "ann"])
        self.assertIn("route abroad", self.refused("pin-list", "remove", "abroad"))
        cli("pin", "remove", "abroad", "project-7")
        self.assertIn("has none", self.refused("pin", "remove", "abroad", "ann"))
        self.server.stop()
        self.assertEqual(self.server.json("pin", "list", "abroad")["accounts"], ["ann"], "the same without a server")
        self.server.start()

    def test_a_role_says_what_its_extensions_may_and_a_route_is_for_some_of_them(self):
        self.configure()
        cli = self.server.cli
        abroad = ("route", "test", "--from", "1001", "--to", "0044 20 7946 0000")
        cli("calling-role", "add", "travel", "--reach", "international", "--abroad", "GB,FR")
        cli("extension", "set", "1001", "--role", "travel")
        told = self.server.json(*abroad)
        self.assertEqual((told["action"], told["role"]), ("leave", "travel"))
        self.assertIn("by its role travel", cli(*abroad).stdout)
        self.assertIn("which its role travel has not", self.refused("extension", "set", "1001", "--abroad", "GB,LV"))
        self.assertIn("premium", self.refused("extension", "set", "1001", "--classes", "premium"))
        cli("calling-role", "set", "travel", "--abroad", "FR")
        told = self.server.json(*abroad)
        self.assertEqual(told["why"], "GB is not among the countries that the extension may call with its role travel")
        cli("calling-role", "set", "travel", "--default", "abroad")
        cli("route", "set", "abroad", "--calling-roles", "international")
        self.assertEqual(self.server.json(*abroad)["action"], "refuse")
        cli("extension", "set", "1001", "--role", "international")
        self.assertEqual(self.server.json(*abroad)["action"], "leave")
        cli("calling-role", "remove", "travel")
        for change in (("set", "internal", "--reach", "international"), ("remove", "internal"), ("add", "national")):
            self.assertIn("built in", self.refused("calling-role", *change))
        self.assertIn("by its role", cli("extension", "show", "1001").stdout)
        self.assertEqual([r["name"] for r in self.server.json("calling-role", "list")["objects"]],
                         ["internal", "national", "international"])
        file = str(self.home / "policy.toml")
        cli("policy", "export", file)
        other = self.start()
        other.json("policy", "apply", file)
        self.assertEqual(other.cli("policy", "export", "-").stdout, Path(file).read_text())

    def test_a_country_is_denied_by_one_level_and_every_verdict_says_by_which(self):
        self.configure()
        cli = self.server.cli
        cli("department", "add", "sales")
        cli("extension", "set", "1001", "--reach", "international", "--department", "sales")
        abroad = ("route", "test", "--from", "1001", "--to", "0044 20 7946 0000")
        self.assertEqual(self.server.json(*abroad)["action"], "leave")
        for of in ("system", "tenant", "department.sales"):
            cli("country", "deny", "GB", "--of", of)
            told = self.server.json(*abroad)
            self.assertEqual((told["action"], told["why"]), ("refuse", f"GB is denied by limit.{of}"))
            listed = self.server.json("country", "list", "--of", "extension.1001")["countries"]
            self.assertEqual([c["why"] for c in listed if c["country"] == "GB"], [f"GB is denied by limit.{of}"])
            cli("country", "allow", "GB", "--of", of)
            self.assertEqual(self.server.json(*abroad)["action"], "leave", of)
        cli("country", "allow", "FR", "--of", "department.sales", "--only")
        self.assertEqual(self.server.json(*abroad)["why"],
                         "GB is not among the countries that limit.department.sales allows")
        self.assertIn("only FR", cli("country", "list", "--of", "department.sales").stdout)
        self.assertIn("is at home", self.refused("country", "deny", "DE"))
        self.assertIn("not by extension.1001", self.refused("country", "deny", "GB", "--of", "extension.1001"))
        self.assertIn('abroad = ["FR"]', cli("policy", "export", "-").stdout)
        self.assertEqual(self.server.json("route", "test", "--from", "1001", "--to", "112")["action"], "emergency")
        self.server.stop()
        self.assertEqual(self.server.json(*abroad)["action"], "refuse", "the same without a server")
        self.server.start()

    def test_a_file_without_pins_leaves_them_alone(self):
        self.server.cli("pin-list", "add", "abroad")
        self.server.cli("pin", "add", "abroad", "ann")
        self.server.json("policy", "apply", self.write("policy", "[pin-list.abroad]\ntries = 5\n"))
        self.assertEqual(self.server.json("pin", "list", "abroad")["accounts"], ["ann"])
        self.assertEqual(self.server.json("pin-list", "show", "abroad")["pins"], 1)
        self.server.json("policy", "apply", self.write("policy", "[pin-list.abroad]\nsealed = []\n"))
        self.assertEqual(self.server.json("pin", "list", "abroad")["accounts"], [])

    def test_who_answers_for_whom_is_checked_together(self):
        cli = self.server.cli
        for number in ("1001", "1002", "1003"):
            self.server.add(number)
        cli("extension", "set", "1001", "--forward-always", "1002")
        cli("extension", "set", "1002", "--forward-always", "1003")
        told = self.refused("extension", "set", "1003", "--forward-always", "1001")
        self.assertIn("1001 -> 1002 -> 1003 -> 1001", told)
        self.assertIn("itself", self.refused("extension", "set", "1003", "--forward-busy", "1003"))
        self.assertIn("1003", self.refused("extension", "remove", "1003"), "others are forwarded there")
        cli("extension", "set", "1002", "--default", "forward_always")
        self.assertIn("1009", self.refused("ring-group", "add", "sales", "--number", "600", "--members", "1001,1009"))
        cli("ring-group", "add", "sales", "--number", "600", "--members", "1001,1002", "--ring", "15s")
        self.assertIn("ring-group sales", self.refused("extension", "add", "600"))
        cli("extension", "set", "1003", "--forward-no-answer", "600", "--no-transfers")
        cli("number-list", "import", "spam", self.write("spam", "+442079460000\n"))
        cli("inbound", "add", "pests", "--caller-lists", "spam", "--target", "reject")
        cli("inbound", "add", "sales", "--target", "ring_group", "--ring-group", "sales", "--caller-pace", "5 per 1m")
        self.assertIn("without naming", self.refused("inbound", "add", "x", "--target", "ring_group"))
        cli("telephony", "set", "--home", "DE", "--language", "de")
        self.assertIn("emergency", self.refused("extension", "set", "1003", "--forward-busy", "112"))

        file = str(self.home / "policy.toml")
        cli("policy", "export", file)
        self.assertEqual(self.server.json("policy", "plan", file)["changes"], [])
        other = self.start()
        other.json("policy", "apply", file)
        self.assertEqual(other.cli("policy", "export", "-").stdout, Path(file).read_text())
        self.assertIn("--forward-busy", cli("completion", "bash").stdout)

    def test_who_may_talk_to_us_stands_in_the_file_as_well(self):
        cli = self.server.cli
        cli("guard", "allow", "192.0.2.0/24", "--note", "the \"old\" office")
        cli("guard", "block", "203.0.113.7", "--note", "a scanner")
        cli("guard", "block", "203.0.113.8", "--minutes", "60")
        rules = "drop from 198.51.100.0/24 protocol udp port 5060-5070 # a lab\naccept from any protocol tcp port 5061\n"
        cli("guard", "import", self.write("rules", cli("guard", "export", "-").stdout + rules))
        file = str(self.home / "policy.toml")
        cli("policy", "export", file)
        text = Path(file).read_text()
        for line in ("[guard]", 'block 203.0.113.7/32 # a scanner', "drop from 198.51.100.0/24"):
            self.assertIn(line, text)
        self.assertNotIn("203.0.113.8", text, "what ends by itself is no configuration")
        self.assertEqual(self.server.json("policy", "plan", file)["changes"], [])

        other = self.start()
        told = other.json("policy", "apply", file)["changes"]
        self.assertEqual([(each["what"], each["kind"]) for each in told], [("change", "guard")])
        self.assertEqual(other.cli("policy", "export", "-").stdout, text)
        self.assertEqual(other.cli("guard", "export", "-").stdout, cli("guard", "export", "-").stdout)
        self.assertFalse(other.json("guard", "test", "203.0.113.7", "--transport", "udp")["action"] == "pass",
                         "it is in force at once")

        other.json("policy", "apply", self.write("more", "# The lists of this house\n" + text.replace(
            "[guard]", "# agreed on in spring\n[guard]").replace("203.0.113.7/32 #", "203.0.113.0/25 #")))
        again = other.cli("policy", "export", "-").stdout
        self.assertIn("# agreed on in spring\n[guard]", again)
        self.assertIn("block 203.0.113.0/25 # a scanner", again)
        other.json("policy", "apply", "--remove", self.write("calls", "[telephony]\nhome = \"DE\"\n"))
        self.assertIn("203.0.113.0/25", other.cli("guard", "export", "-").stdout, "a file about calls opens no door")
        other.json("policy", "apply", self.write("none", "[guard]\n"))
        self.assertNotIn("203.0.113.0", other.cli("guard", "export", "-").stdout)

        other.stop()
        other.json("policy", "apply", file)
        self.assertIn(text[text.index("[guard]"):], other.cli("policy", "export", "-").stdout, "the same without a server")
        other.start()
        self.assertEqual(other.cli("guard", "export", "-").stdout, cli("guard", "export", "-").stdout)

    def test_who_is_told_of_events_stands_in_the_file_as_well(self):
        cli = self.server.cli
        secret = self.server.json("event-contact", "add", "chat", "--way", "webhook", "--target",
                                  "https://hooks.example.com/pbx")["secret"]
        cli("event-contact", "add", "anna", "--way", "email", "--target", "anna@example.com", "--quiet", "22:00-06:00")
        cli("event-route", "add", "night", "--contact", "anna", "--events", "guard.*,trunk.down", "--level", "notice")
        cli("event-template", "set", "trunk.down", "--language", "de", "--subject", "Leitung {subject} ist weg",
            self.write("words", "{text}\n\nseit {time}\n"))
        cli("mail", "set", "--server", "mail.example.com", "--user", "pbx", "--from", "pbx@example.com",
            "--password-stdin", stdin="pass of theirs\n")
        file = str(self.home / "policy.toml")
        cli("policy", "export", file)
        text = Path(file).read_text()
        for part in ("[mail]", "[event-contact.anna]", 'target = "https://hooks.example.com/pbx"', "[event-route.night]",
                     "[event-template.trunk.down.de]"):
            self.assertIn(part, text)
        for kept in (secret, "pass of theirs"):
            self.assertNotIn(kept, text)
        self.assertEqual(self.server.json("policy", "plan", file)["changes"], [])

        other = self.start()

        def contacts():
            return [each["name"] for each in other.json("event-contact", "list")["contacts"]]

        self.assertIn("gets a new secret", " ".join(other.json("policy", "plan", file)["notes"]))
        self.assertEqual(contacts(), [], "a plan touches nothing")
        done = other.json("policy", "apply", file)
        [made] = done["secrets"]
        self.assertEqual(made["name"], "chat")
        self.assertNotEqual(made["secret"], secret)
        self.assertIn("mail set --password-stdin", done["notes"][0])
        self.assertNotIn(made["secret"], other.log.read_text() + other.cli("audit-log", "export").stdout)
        self.assertEqual(other.cli("policy", "export", "-").stdout, text)
        self.assertEqual(other.json("policy", "apply", file)["secrets"], [], "it is not made anew")

        other.json("policy", "apply", "--remove", self.write("calls", '[telephony]\nhome = "DE"\n'))
        self.assertEqual(contacts(), ["anna", "chat"], "a file about calls silences nobody")
        cut = self.write("cut", '[event-route.night]\ncontact = "anna"\n')
        for verb in ("plan", "apply"):
            self.assertIn("line 1: event-route night: the contact anna is not in the file",
                          self.refused("policy", verb, "--remove", cut, server=other))
        self.assertEqual(contacts(), ["anna", "chat"])
        moved = self.write("moved", text.replace("hooks.example.com", "elsewhere.example.com"))
        self.assertIn("shown only now", other.cli("policy", "apply", moved).stdout, "the former receiver cannot go on")

        other.stop()
        other.json("policy", "apply", "--remove", file)
        self.assertEqual(other.cli("policy", "export", "-").stdout, text, "the same without a server")
        other.start()
        self.assertEqual(other.json("event-contact", "show", "chat")["target"], "https://hooks.example.com/pbx")

    def test_a_contact_out_of_a_file_is_told_at_once_and_never_inside_the_network_by_a_slip(self):
        authority = Authority()
        self.addCleanup(authority.__exit__, None, None, None)
        with Webhook(*authority.certificate("DNS:localhost", "IP:127.0.0.1")) as hook:
            lines = "".join(f'  "{line}",\n' for line in Path(authority.path).read_text().splitlines())
            text = f'[event-contact.chat]\nway = "webhook"\ntarget = "{hook.url}"\nca = [\n{lines}]\n'
            [made] = self.server.json("policy", "apply", self.write("inside", text))["secrets"]
            failed = self.server.cli("event", "test", "chat", check=False)
            self.assertEqual(failed.returncode, 1)
            self.assertIn("not a public address", failed.stderr)
            self.assertTrue(hook.asked.empty())
            allowed = self.write("allowed", text + 'networks = ["127.0.0.0/8", "::1"]\n')
            self.assertEqual(self.server.json("policy", "apply", allowed)["secrets"], [])
            self.server.cli("event", "test", "chat")
            _, headers, body = hook.next()
            self.assertTrue(is_signed(made["secret"], headers, body), "the running server has taken it over")

    def test_a_file_that_would_lock_somebody_out_changes_nothing_at_all(self):
        before = self.server.cli("policy", "export", "-").stdout
        home = '[telephony]\nhome = "DE"\n'
        for lists, why in (('access = ["block 127.0.0.0/8"]', "127.0.0"),
                           ('access = ["block 203.0.113.0/24"]', "you"),
                           ('access = ["blok 203.0.113.0/24"]', "entry 1"),
                           ('access = ["block 203.0.113.9", "allow 203.0.113.9"]', "twice"),
                           ('rules = ["drop everything"]', "entry 1"),
                           ('countries_allowed = ["DE"]\ncountries_denied = ["KP"]', "either"),
                           ('bans = ["203.0.113.9"]', "no key")):
            file = self.write("locks", f"{home}[guard]\n{lists}\n")
            told = self.refused("policy", "apply", "--caller", "203.0.113.200", file)
            self.assertIn(why, told, lists)
            self.assertEqual(self.server.cli("policy", "export", "-").stdout, before, lists)
            if "access = [\"block 2" in lists:
                self.refused("policy", "plan", "--caller", "203.0.113.200", file)
        self.server.json("policy", "apply", "--caller", "203.0.113.200",
                         self.write("forced", f'{home}[guard]\naccess = ["block 203.0.113.0/24 force # really"]\n'))
        self.assertIn("block 203.0.113.0/24 force # really", self.server.cli("guard", "export", "-").stdout)

    def test_a_new_system_is_safe_and_says_by_what(self):
        self.server.add("1002")
        shown = {v["key"]: v for v in self.server.json("limit", "show", "extension.1002")["values"]}
        self.assertEqual((shown["day"]["value"], shown["day"]["from"]), ("20.00", "standing"))
        self.server.cli("limit", "set", "extension", "--day", "7")
        shown = {v["key"]: v for v in self.server.json("limit", "show", "extension.1002")["values"]}
        self.assertEqual((shown["day"]["value"], shown["day"]["from"]), ("7", "all"))
        values = {v["key"]: v["value"] for v in self.server.json("extension", "show", "1002")["calls_out"]}
        self.assertEqual((values["reach"], values["classes"]), ("national", []))
        self.assertIn("did you mean", self.refused("trunk", "add", "x", "--kind", "registers", "--encrypted-onl"))


if __name__ == "__main__":
    unittest.main()
