// The built page in a real browser, with a stand-in for the server: what people see and do, and what an attacker may not.

import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fingerprintsOf } from '../../src/phone/model/security';
import { Site } from './site';
import { Peer, Standin } from './standin';

const folder = process.env['PORTAL_DIST'] ?? 'dist';
const pictures = process.env['PORTAL_PICTURES'];
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const token = 'T'.repeat(43);

let browser: Browser;
let context: BrowserContext;
let page: Page;
let site: Site;
let url: string;
let peer: Peer;
let server: Standin;
let fingerprints: string[];
let spent: string[];
let removed: string[];
let violations: string[];

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
});
afterAll(() => browser.close());

beforeEach(async () => {
  spent = [];
  removed = [];
  violations = [];
  site = new Site(folder, {
    config: () => ({
      wss: 'wss://phone.test:5065',
      domain: 'phone.test',
      realm: 'phone.test',
      fingerprints: [`sha-256 ${Array(32).fill('0A').join(':')}`, fingerprints[0] ?? ''],
      languages: ['en', 'de'],
    }),
    link: (given) => {
      const good = given === token && spent.length === 0;
      spent.push(given);
      return good
        ? {
            status: 200,
            body: {
              auth_name: 'device-1',
              password: 'secret-of-device',
              number: '1001',
              display_name: 'Alice',
              expires: '2030-01-01T00:00:00Z',
            },
          }
        : { status: 404, body: { title: 'not found' } };
    },
    signOut: (name, password) => {
      removed.push(`${name} ${password}`);
      return removed.length === 1 ? 200 : 503;
    },
  });
  url = await site.start();
  context = await browser.newContext({ permissions: ['microphone'], locale: 'en-GB' });
  context.setDefaultTimeout(10_000);
  peer = await Peer.make(context, url);
  fingerprints = fingerprintsOf(await peer.describe());
  server = new Standin(peer);
  await open();
});
afterEach(async () => {
  await context.close();
  site.stop();
  expect(violations).toEqual([]);
});

async function open(hash = ''): Promise<void> {
  page = await context.newPage();
  page.on(
    'console',
    (message) =>
      /Content Security Policy|Refused to/.test(message.text()) &&
      violations.push(
        `${message.text()} ${message.location().url}:${message.location().lineNumber}:${message.location().columnNumber}`,
      ),
  );
  page.on('pageerror', (error) => violations.push(String(error)));
  await server.attach(page);
  await page.goto(`${url}/phone${hash}`);
}

async function signIn(): Promise<void> {
  await page.getByLabel('Registration name').fill('1001');
  await page.locator('input[type=password]').fill('secret-of-1001');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Ready for calls').waitFor();
}

async function signOut(): Promise<void> {
  await page.getByRole('button', { name: 'Settings and more' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in to your phone' }).waitFor();
}

async function dial(number: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Number or name' }).fill(number);
  await page.getByRole('button', { name: 'Call', exact: true }).click();
}

async function picture(name: string): Promise<void> {
  if (!pictures) return;
  for (const [scheme, width] of [
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: width === 360 ? 740 : 800 });
    await page.screenshot({ path: `${pictures}/${name}-${scheme}-${width}.png` });
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** What axe-core finds fault with, in light and in dark. The page's own policy lets no script in, so this one comes by the back door. */
async function faults(): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.waitForFunction(
      (scheme) => document.documentElement.dataset['mantineColorScheme'] === scheme,
      colorScheme,
    );
    const client = await context.newCDPSession(page);
    const { readFile } = await import('node:fs/promises');
    await client.send('Runtime.evaluate', { expression: await readFile(axe, 'utf8') });
    const result = await page.evaluate(async () => {
      const { violations: all } = await (
        window as unknown as {
          axe: {
            run: () => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
          };
        }
      ).axe.run();
      return all.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
      );
    });
    found.push(...result.map((fault) => `${colorScheme} ${fault}`));
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
  return found;
}

describe('signing in', () => {
  it('answers the strongest challenge, and never keeps the password', async () => {
    await picture('sign-in');
    expect(await faults()).toEqual([]);
    await signIn();
    const register = await server.heard((message) => message.headers.has('authorization'));
    expect(register.headers.get('authorization')).toContain('algorithm=SHA-512-256');
    const kept = await page.evaluate(async () =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, await indexedDB.databases()]),
    );
    expect(kept).not.toContain('secret-of-1001');
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in to your phone' }).waitFor();
  });

  it('with a wrong password is explained and not tried again', async () => {
    server.registration = '401 Unauthorized';
    await page.getByLabel('Registration name').fill('1001');
    await page.locator('input[type=password]').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('does not accept this name and password').waitFor();
    expect(server.requests.filter((message) => message.start.startsWith('REGISTER'))).toHaveLength(2);
  });

  it('by a link takes the token out of the address, spends it once and stays when wanted', async () => {
    await page.close();
    await open(`#${token}`);
    expect(page.url()).toBe(`${url}/phone`);
    expect(spent).toEqual([]);
    await picture('link');
    expect(await faults()).toEqual([]);
    await page.getByLabel('Keep this device signed in').check();
    await page.getByRole('button', { name: 'Use this browser as a phone' }).click();
    await page.getByText('Ready for calls').waitFor();
    await page.getByRole('heading', { name: 'Alice' }).waitFor();
    await page.reload();
    await page.getByText('Ready for calls').waitFor();
    expect(spent).toEqual([token]);
    await server.ring('1002', 'Bob');
    await page.getByRole('button', { name: 'Answer' }).waitFor();
  });

  it('by a link ends here and at the server when its user signs out', async () => {
    await page.close();
    await open(`#${token}`);
    await page.getByLabel('Keep this device signed in').check();
    await page.getByRole('button', { name: 'Use this browser as a phone' }).click();
    await page.getByText('Ready for calls').waitFor();
    await signOut();
    await expect.poll(() => removed).toEqual(['device-1 secret-of-device']);
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in to your phone' }).waitFor();
  });

  it('by a link says so when the server cannot be told that its user left', async () => {
    removed.push('somebody before');
    await page.close();
    await open(`#${token}`);
    await page.getByRole('button', { name: 'Use this browser as a phone' }).click();
    await page.getByText('Ready for calls').waitFor();
    await signOut();
    await page.getByText('it still lists this device').waitFor();
  });

  it('by a password leaves nothing at the server to be removed', async () => {
    await signIn();
    await signOut();
    expect(removed).toEqual([]);
  });

  it('by a link that was used already is explained', async () => {
    spent.push('by somebody else');
    await page.close();
    await open(`#${token}`);
    await page.getByRole('button', { name: 'Use this browser as a phone' }).click();
    await page.getByText('was used already or has expired').waitFor();
  });

  it('in a second tab is refused until that takes over, and the first says so', async () => {
    await signIn();
    const first = page;
    await open();
    await page.getByLabel('Registration name').fill('1001');
    await page.locator('input[type=password]').fill('secret-of-1001');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Use it here' }).click();
    await page.getByText('Ready for calls').waitFor();
    await first.getByText('open in another tab').waitFor();
  });
});

describe('a call out', () => {
  it('shows both legs’ encryption, holds, mutes, sends tones and ends', async () => {
    await signIn();
    server.onInvite = async (invite) => {
      server.reply(invite, '180 Ringing');
      await page.getByText('Ringing…').first().waitFor();
      await picture('ringing-out');
      await server.answer(invite);
    };
    await dial('1002');
    await page.getByText('Encrypted on both sides').waitFor();
    await page.getByRole('button', { name: 'Encrypted on both sides' }).click();
    await page.getByText('Certificate checked').waitFor();
    expect(await page.getByLabel('Encryption of this call').innerText()).toMatch(/AES/);
    await picture('in-call');
    expect(await faults()).toEqual([]);
    await page.getByRole('button', { name: 'Mute' }).click();
    await page.getByText('Your microphone is muted').waitFor();
    await page.getByRole('button', { name: 'Unmute' }).click();
    await page.getByRole('button', { name: 'Tones' }).click();
    await page.getByRole('group', { name: 'Tones' }).getByRole('button', { name: '5' }).click();
    await page.keyboard.press('#');
    await page.getByText('Sent: 5#').waitFor();
    await picture('tones');
    await page.getByRole('button', { name: 'Hold' }).click();
    await page.getByText('On hold').first().waitFor();
    const hold = await server.heard(
      (message) => message.start.startsWith('INVITE') && message.body.includes('a=sendonly'),
    );
    expect(hold.headers.get('cseq')).toContain('INVITE');
    await picture('held');
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'End call' }).click();
    await page.getByRole('article').getByText('You ended the call.').waitFor();
    await server.heard((message) => message.start.startsWith('BYE'));
    await picture('history');
  });

  it('that is not permitted is explained in plain words', async () => {
    await signIn();
    server.onInvite = (invite) => server.reply(invite, '403 Forbidden');
    await dial('+882 1234');
    await page.getByRole('article').getByText('You are not permitted to make this call').waitFor();
    await picture('refused');
    expect(await faults()).toEqual([]);
  });

  it('whose answer has another certificate is stopped before a sound is heard', async () => {
    await signIn();
    server.onInvite = (invite) => server.answer(invite, 'other=dtls AEAD_AES_256_GCM', forge);
    await dial('1002');
    await page
      .getByRole('article')
      .getByText('Call stopped: the encryption certificate is not your server’s')
      .waitFor();
    await server.heard((message) => message.start.startsWith('BYE'));
    await picture('intercepted');
    expect(await faults()).toEqual([]);
  });

  it('whose ringing has another certificate is stopped at once', async () => {
    await signIn();
    server.onInvite = async (invite) => {
      const sdp = forge(await peer.describe(invite.body));
      server.reply(invite, '183 Session Progress', ['Contact: <sip:there@server.invalid>'], sdp);
    };
    await dial('1002');
    await page.getByRole('article').getByText('Call stopped').waitFor();
    await server.heard((message) => message.start.startsWith('CANCEL'));
  });

  it('goes through when the server’s certificate was renewed since the page was opened', async () => {
    const present = fingerprints;
    fingerprints = [`sha-256 ${Array(32).fill('00').join(':')}`];
    await page.reload();
    await signIn();
    server.onInvite = async (invite) => {
      fingerprints = present;
      await server.answer(invite);
    };
    await dial('1002');
    await page.getByText('Encrypted on both sides').waitFor();
  });

  it('is transferred to a number', async () => {
    await signIn();
    server.onInvite = (invite) => server.answer(invite);
    await dial('1002');
    await page.getByRole('button', { name: 'Transfer' }).click();
    await picture('transfer');
    expect(await faults()).toEqual([]);
    await page.getByLabel('Transfer to').fill('1003');
    await page.getByRole('button', { name: 'Transfer now' }).click();
    const refer = await server.heard((message) => message.start.startsWith('REFER'));
    expect(refer.headers.get('refer-to')).toBe('<sip:1003@phone.test>');
  });
});

describe('a call in', () => {
  it('is answered by a key, and says that the other leg is open', async () => {
    await signIn();
    await server.ring('1002', 'Bob Example');
    await page.getByRole('button', { name: 'Answer' }).waitFor();
    expect(await page.title()).toContain('Incoming call from Bob Example');
    await picture('incoming');
    expect(await faults()).toEqual([]);
    await page.locator('body').click({ position: { x: 5, y: 5 } });
    await page.keyboard.press('a');
    await page.getByText('Encrypted to the server').waitFor();
  });

  it('is taken with the keyboard alone, which stays where the call is', async () => {
    await signIn();
    await server.ring('1002', 'Bob');
    await page.getByRole('button', { name: 'Answer' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Encrypted to the server').waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('ARTICLE');
    await page.keyboard.press('e');
    await page.getByRole('button', { name: 'Dismiss' }).press('Enter');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
  });

  it('with another certificate never rings', async () => {
    await signIn();
    await server.ring('1002', 'Mallory', forge);
    await page.getByRole('article').getByText('Call stopped').waitFor();
    expect(await page.getByRole('button', { name: 'Answer' }).count()).toBe(0);
    await server.heard((message) => message.start.includes('488'));
  });

  it('waits while another runs; answering holds that one, and both can be connected', async () => {
    await signIn();
    server.onInvite = (invite) => server.answer(invite);
    await dial('1002');
    await page.getByText('Encrypted on both sides').waitFor();
    await server.ring('1003', 'Carol');
    await page.getByRole('button', { name: 'Hold and answer' }).waitFor();
    await picture('waiting');
    await page.getByRole('button', { name: 'Reject' }).click();
    await server.heard((message) => message.start.includes(' 486 '));
    await page.getByRole('article').getByText('You rejected the call.').waitFor();
  });

  it('that nobody answers is counted as missed', async () => {
    await signIn();
    const call = await server.ring('1002', 'Bob');
    const ringing = await server.heard(
      (message) => message.start.includes(' 180 ') && message.headers.get('call-id') === call,
    );
    server.cancel(call, ringing.headers.get('from') ?? '');
    await page.getByText('Missed call.').first().waitFor();
    await page.getByRole('button', { name: /Call Bob/ }).waitFor();
  });
});

describe('the page', () => {
  it('connects again after the connection was lost', async () => {
    await signIn();
    await server.cut();
    await page
      .getByText('No connection')
      .or(page.getByText('Connecting'))
      .or(page.getByText('Signing in'))
      .first()
      .waitFor();
    await page.getByText('Ready for calls').waitFor();
  });

  it('speaks German, lists its keys and its settings, and is clean in them', async () => {
    await signIn();
    await page.locator('body').click({ position: { x: 5, y: 5 } });
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
    await picture('shortcuts');
    expect(await faults()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Settings and more' }).click();
    await page.getByRole('button', { name: 'Test the microphone' }).click();
    await page.getByRole('meter').waitFor();
    await picture('settings');
    expect(await faults()).toEqual([]);
    await page.getByLabel('Language').selectOption('de');
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
  });

  it('says what to do when the microphone is forbidden', async () => {
    await signIn();
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    });
    await dial('1002');
    await page.getByText('This page may not use the microphone').waitFor();
    expect(server.requests.some((message) => message.start.startsWith('INVITE'))).toBe(false);
    await picture('microphone');
  });
});

/** What somebody in between would put there: a certificate of his own. */
function forge(sdp: string): string {
  return sdp.replace(/a=fingerprint:sha-256 .*/g, `a=fingerprint:sha-256 ${Array(32).fill('EE').join(':')}`);
}
