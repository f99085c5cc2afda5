"""People with browsers, in a network of their own: each has a tone for a voice."""
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from ringfence import until
from sound import write_tone


class Browsers:
    """with Browsers(net) as browsers: alice = browsers.person("alice", 440). `portal/tests/drive.mjs` has the browsers."""

    def __init__(self, net):
        self.net, self.home = net, Path(tempfile.mkdtemp(prefix="browsers-"))

    def __enter__(self):
        stage = Path(os.environ["PORTAL"]) / "stage"
        self.log = open(self.home / "log", "wb")
        self.process = subprocess.Popen(self.net.inside("node", "tests/drive.mjs"), cwd=stage, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        return self

    def __exit__(self, kind, value, trace):
        try:
            self.process.stdin.close()
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        finally:
            self.process.stdout.close()
            self.log.close()
            shutil.rmtree(self.home, ignore_errors=True)

    def ask(self, do, **words):
        self.process.stdin.write(json.dumps({"do": do, **words}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if not answer["ok"]:
            raise AssertionError(f"{words.get('name')}: {do} {words}: {answer['error']}")
        return answer["value"]

    def person(self, name, hertz, **how):
        tone = self.home / f"{name}.wav"
        write_tone(tone, hertz, 20, 48_000)
        self.ask("person", name=name, tone=str(tone), **how)
        return Person(self, name)


class Person:
    """Somebody at a browser; whatever `drive.mjs` can do is a method here."""

    def __init__(self, browsers, name):
        self.browsers, self.name = browsers, name

    def __getattr__(self, do):
        return lambda **words: self.browsers.ask(do, name=self.name, **words)

    def sign_in(self, url, auth_name, password, number):
        self.goto(url=url)
        self.fill(label="Registration name", text=auth_name)
        self.fill(label="Password", text=password)
        self.fill(label="Extension number", text=number)
        self.click(what="Sign in")
        self.wait(text="Ready for calls")

    def dial(self, number):
        self.fill(label="Number or name", text=number)
        self.click(what="Call", exact=True)

    def sees(self, text):
        self.wait(text=text, within="article")

    def loudest(self):
        """The strongest tone that comes out of its connection, as hertz and decibel; None without a connection."""
        sound = self.evaluate(script="window.heard()")
        # JSON has no word for how quiet nothing is.
        return sound and (sound["hertz"], -200 if sound["decibel"] is None else sound["decibel"])

    def hears(self, hertz, seconds=40):
        """Whether that is, at some moment within that time, that tone."""
        def now():
            sound = self.loudest()
            return sound is not None and abs(sound[0] - hertz) < 15 and sound[1] > -60
        return until(now, seconds)

    def hears_nothing(self, seconds=20):
        """Whether there is, within that time, a connection that is silent three times in a row, for a second."""
        def now():
            sounds = [self.loudest() for _ in range(3)]
            return all(sound is not None and sound[1] < -60 for sound in sounds)
        return until(now, seconds)
