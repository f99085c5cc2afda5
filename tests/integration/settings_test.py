"""Settings that commands keep above the file of the real program: what they do, and what nobody does with them."""
import sqlite3
import unittest

from api_test import Caller, token
from contract import Contract
from login_test import GOOD, Browser, link
from ringfence import Ringfence

CONTRACT = Contract()
OURS = ("setting.list", "setting.show", "setting.set", "setting.remove")


def arguments_of(operation):
    return {} if operation == "setting.list" else {"name": "login.idle_s"} | (
        {"value": "900"} if operation == "setting.set" else {})


class Settings(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Ringfence())

    def caller(self, user, *options):
        self.server.cli("user", "add", user, *options)
        scope = " ".join(self.server.json("user", "show", user)["permissions"])
        out = Caller(self.server, token(user, scope, server=self.server))
        self.addCleanup(out.close)
        return out

    def step_of(self, name):
        """What is still asked of somebody whose password was right."""
        status, body = Browser(self.server).sign_in(name)
        self.assertEqual(status, 200, body)
        return body["step"]

    def test_a_second_factor_is_required_by_the_api_alone_and_by_every_later_start(self):
        chief = self.caller("chief", "--class", "system", "--role", "system")
        first = link("user", "add", "anna", server=self.server)
        self.assertEqual(Browser(self.server).post("/account/first", {"link": first, "password": GOOD})[0], 200)
        self.assertEqual(self.step_of("anna"), "none")
        wrong = chief.ask("setting.set", {"name": "login.second_factor", "value": "everybody"})
        self.assertEqual((wrong[0], wrong[2]["field"]), (422, "value"), wrong)
        self.assertIn("no class of users", wrong[2]["detail"])
        status, _, body = chief.ask("setting.set", {"name": "login.second_factor", "value": "tenant"})
        self.assertEqual(status, 200, body)
        self.assertEqual(self.step_of("anna"), "enrol_factor")
        self.server.stop()
        self.server.start()
        self.assertEqual(self.step_of("anna"), "enrol_factor")
        chief.close()
        status, _, body = chief.ask("setting.show", {"name": "login.second_factor"})
        self.assertEqual((status, body["value"], body["source"]), (200, "tenant", "command"))
        status, _, body = chief.ask("setting.remove", {"name": "login.second_factor"})
        self.assertEqual(status, 200, body)
        self.assertEqual(self.step_of("anna"), "none")
        log = self.server.cli("audit-log", "export").stdout
        self.assertIn("setting.set", log)
        self.assertIn("user chief", log)

    def test_nobody_of_a_tenant_or_of_a_dealer_sees_or_changes_any(self):
        self.server.cli("tenant", "add", "acme", "--dealer", "north")
        of_tenant = self.caller("admin@acme", "--tenant", "acme", "--role", "administrator")
        of_dealer = self.caller("dealer-north", "--class", "dealer", "--dealer", "north", "--role", "dealer")
        for who in (of_tenant, of_dealer):
            for operation in OURS:
                self.assertEqual(who.ask(operation, arguments_of(operation))[0], 403, operation)
        self.assertEqual(self.server.json("setting", "show", "login.idle_s")["source"], "standing")

    def test_whoever_asks_does_not_shut_himself_out_and_the_file_is_heard_again(self):
        config = self.server.data / "ringfence.toml"
        config.write_text(config.read_text() + "[login]\nidle_s = 600\n")
        outside = ("web.permitted", "198.51.100.0/24", "--caller", "203.0.113.9")
        refused = self.server.cli("setting", "set", *outside, check=False)
        self.assertEqual(refused.returncode, 5)
        self.assertIn("keep you out", refused.stderr)
        self.assertEqual(self.server.json("setting", "show", "web.permitted")["value"], "")
        self.server.cli("setting", "set", *outside, "--force")
        self.server.cli("setting", "set", "login.idle_s", "900")
        self.assertIn("the file says otherwise of login.idle_s", self.server.cli("reload").stdout)
        self.assertEqual(self.server.cli("setting", "show", "server.data_dir", check=False).returncode, 3)

    def test_a_kept_value_that_fits_no_longer_stops_a_start_that_would_be_laxer(self):
        self.server.cli("setting", "set", "login.password_system", "20")
        self.server.stop()
        for kept, stops in (("40", True), ("4", False)):
            with sqlite3.connect(self.server.data / "ringfence.db") as database:
                database.execute("UPDATE settings SET value = ? WHERE key = 'settings'",
                                 ('{"login.password_system":"%s"}' % kept,))
            if stops:
                with self.assertRaises(AssertionError) as ended:
                    self.server.start()
                self.assertIn("ringfence setting remove login.password_system", str(ended.exception))
            else:
                self.server.start()
                self.assertIn("login.password_system goes by the file", self.server.log.read_text())
        self.server.cli("setting", "remove", "login.password_system")
        self.assertEqual(self.server.json("setting", "show", "login.password_system")["source"], "standing")

    def test_without_a_server_each_can_be_set_and_taken_back(self):
        self.server.stop()
        self.server.cli("setting", "set", "login.idle_s", "900")
        self.assertEqual(self.server.json("setting", "show", "login.idle_s")["value"], "900")
        self.assertEqual(self.server.cli("setting", "set", "login.idle_s", "5", check=False).returncode, 2)
        self.server.cli("setting", "remove", "login.idle_s")
        self.server.start()


if __name__ == "__main__":
    unittest.main()
