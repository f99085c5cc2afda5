// Browsers for tests in other languages: one JSON object a line comes in, one goes out. Every person has a browser of its own,
// because a browser has one microphone: a file with what that person says.

import { chromium } from 'playwright-core';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const people = new Map();

/** Keeps a page's connections and microphone untouched, so that a test can listen to what is really received. */
function listen() {
  const Native = window.RTCPeerConnection;
  const connections = [];
  window.RTCPeerConnection = class extends Native {
    constructor(...words) {
      super(...words);
      connections.push(this);
    }
  };
  let audio;
  let tap;
  /** The strongest frequency in what the newest open connection receives, and how much it stands out; null without sound. */
  window.heard = async () => {
    const connection = connections.findLast((one) => one.connectionState === 'connected');
    const track = connection?.getReceivers().find((one) => one.track?.kind === 'audio')?.track;
    if (!track) return null;
    audio ??= new AudioContext();
    await audio.resume();
    if (tap?.track !== track) {
      tap?.source.disconnect();
      const source = audio.createMediaStreamSource(new MediaStream([track]));
      const analyser = audio.createAnalyser();
      analyser.fftSize = 8192;
      analyser.smoothingTimeConstant = 0;
      source.connect(analyser);
      tap = { track, source, analyser };
    }
    await new Promise((done) => setTimeout(done, 300));
    const power = new Float32Array(tap.analyser.frequencyBinCount);
    tap.analyser.getFloatFrequencyData(power);
    const top = power.reduce((best, value, index) => (value > power[best] ? index : best), 0);
    return { hertz: (top * audio.sampleRate) / tap.analyser.fftSize, decibel: power[top] };
  };
  if (location.protocol === 'https:' && !localStorage.getItem('ringfence-phone'))
    localStorage.setItem('ringfence-phone', JSON.stringify({ language: 'en', sound: { processing: false } }));
}

const commands = {
  /** `names` are found at addresses, such as { 'pbx.example': '198.51.100.1' }; `trusted` is the hash of an authority's public key. */
  async person({ name, tone, scheme, names, trusted }) {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        '--autoplay-policy=no-user-gesture-required',
        `--use-file-for-fake-audio-capture=${tone}`,
        `--host-resolver-rules=${Object.entries(names ?? {}).map((pair) => `MAP ${pair.join(' ')}`).join(',')}`,
        ...(trusted ? [`--ignore-certificate-errors-spki-list=${trusted}`] : []),
      ],
    });
    // The test's server made its certificate itself. Passkeys want one that is trusted all the same.
    const context = await browser.newContext({
      ignoreHTTPSErrors: !trusted,
      locale: 'en-GB',
      colorScheme: scheme ?? 'light',
    });
    await context.grantPermissions(['microphone']);
    context.setDefaultTimeout(60_000);
    await context.addInitScript(listen);
    const page = await context.newPage();
    const said = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    people.set(name, { browser, context, page, said });
  },
  async goto({ page }, { url }) {
    await page.goto('about:blank');
    await page.goto(url);
  },
  reload: ({ page }) => page.reload().then(() => undefined),
  url: ({ page }) => page.url(),
  fill: ({ page }, { label, text, within }) =>
    page
      .locator(within ?? 'body')
      .getByLabel(label)
      .and(page.locator('input, textarea'))
      .first()
      .fill(text),
  click: ({ page }, { role, what, exact, within }) =>
    page
      .locator(within ?? 'body')
      .getByRole(role ?? 'button', { name: what, exact: exact ?? false })
      .first()
      .click(),
  check: ({ page }, { label }) => page.getByLabel(label).check(),
  press: ({ page }, { key }) => page.keyboard.press(key),
  wait: ({ page }, { text, within }) =>
    page
      .locator(within ?? 'body')
      .getByText(text)
      .first()
      .waitFor(),
  gone: ({ page }, { text, within }) =>
    page
      .locator(within ?? 'body')
      .getByText(text)
      .first()
      .waitFor({ state: 'hidden' }),
  text: ({ page }, { selector }) => page.locator(selector).first().innerText(),
  evaluate: ({ page }, { script }) => page.evaluate(script),
  console: ({ said }) => said,
  screenshot: ({ page }, { path }) => page.screenshot({ path }).then(() => undefined),
  /** Answers that address of the page's server with something else. */
  fake: ({ page }, { path, json }) => page.route(`**${path}`, (route) => route.fulfill({ json })).then(() => undefined),
  choose: ({ page }, { label, value }) => page.getByLabel(label).first().selectOption(value).then(() => undefined),
  resize: ({ page }, { width, height }) => page.setViewportSize({ width, height }),
  /** A device that keeps passkeys, and somebody who touches it. */
  async authenticator({ page, context }) {
    const client = await context.newCDPSession(page);
    await client.send('WebAuthn.enable');
    const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true };
    await client.send('WebAuthn.addVirtualAuthenticator', {
      options: { ...options, isUserVerified: true, automaticPresenceSimulation: true },
    });
  },
  offline: ({ context }, { offline }) => context.setOffline(offline),
  /** What axe-core finds fault with. */
  async faults({ page, context }, { scheme }) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    const client = await context.newCDPSession(page);
    const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
    await client.send('Runtime.evaluate', { expression: await readFile(axe, 'utf8') });
    return page.evaluate(async () => {
      const { violations } = await window.axe.run();
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    });
  },
  async leave({ browser }, { name }) {
    people.delete(name);
    await browser.close();
  },
};

async function obey(line) {
  const wish = JSON.parse(line);
  try {
    if (wish.do === 'person') await commands.person(wish);
    const value = wish.do === 'person' ? null : await commands[wish.do](people.get(wish.name), wish);
    return { ok: true, value: value ?? null };
  } catch (error) {
    return { ok: false, error: String(error?.message ?? error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await obey(line))}\n`);
}
await Promise.all([...people.values()].map(({ browser }) => browser.close()));
