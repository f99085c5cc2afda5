// The administration pages in a real browser, with a stand-in for the server.

import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { everyPage } from '../../src/admin/pages';
import { anna, office } from './answers';
import { type Answers, Office } from './office';

const folder = process.env['PORTAL_DIST'] ?? 'dist';
const pictures = process.env['PORTAL_PICTURES'];
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let browser: Browser;
let context: BrowserContext;
let page: Page;
let server: Office;
let answers: Answers;
let url: string;
let violations: string[];

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(() => browser.close());

beforeEach(async () => {
  violations = [];
  answers = office();
  server = new Office(folder, answers);
  url = await server.start();
  context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  context.setDefaultTimeout(20_000);
  page = await context.newPage();
  page.on('console', (message) => /Content Security Policy|Refused to/.test(message.text()) && violations.push(message.text()));
  page.on('pageerror', (error) => violations.push(String(error)));
});
afterEach(async () => {
  await context.close();
  server.stop();
  expect(violations).toEqual([]);
});

async function open(path: string): Promise<void> {
  server.signedIn = true;
  await page.goto(`${url}/#/${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

/** What axe-core finds fault with, in light and in dark. */
async function faults(name: string): Promise<string[]> {
  const found: string[] = [];
  const client = await context.newCDPSession(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForFunction((scheme) => document.documentElement.dataset['mantineColorScheme'] === scheme, colorScheme);
    await client.send('Runtime.evaluate', { expression: await readFile(axe, 'utf8') });
    const result = await page.evaluate(async () => {
      type Found = { id: string; nodes: { html: string; failureSummary: string }[] };
      const { violations: all } = await (window as unknown as { axe: { run: () => Promise<{ violations: Found[] }> } }).axe.run();
      return all.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
    });
    found.push(...result.map((fault) => `${name} ${colorScheme} ${fault}`));
    if (!pictures) continue;
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: `${pictures}/${name.replace(/\W/g, '_')}-${colorScheme}-${width}.png` });
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  }
  return found;
}

describe('signing in', () => {
  it('leaves for a provider, and comes back once, with what it sent, to the page that was wanted', async () => {
    const sent: unknown[] = [];
    answers['session.leave'] = ({ values }) => {
      sent.push(values);
      return { url: `${url}/login?code=the-code&state=the-state&iss=https%3A%2F%2Flogin.example.com` };
    };
    answers['session.return'] = ({ values }) => {
      sent.push(values);
      server.signedIn = true;
      return { ...anna, target: '#/extensions' };
    };
    await page.goto(`${url}/#/extensions`);
    await page.getByRole('button', { name: 'Sign in with Example GmbH' }).click();
    await page.getByRole('heading', { level: 1, name: 'Extensions' }).waitFor();
    expect(sent).toEqual([
      { provider: 'corporate', target: '#/extensions' },
      { code: 'the-code', state: 'the-state', issuer: 'https://login.example.com' },
    ]);
    expect(page.url()).toBe(`${url}/#/extensions`);
  });

  it('says why a provider did not sign somebody in, and begins again', async () => {
    answers['session.return'] = () => ({ status: 403, body: { status: 403, title: 'Forbidden', detail: 'Example GmbH did not sign you in' } });
    await page.goto(`${url}/login?error=access_denied&state=x`);
    await page.getByText('Example GmbH did not sign you in').waitFor();
    expect(await faults('come back')).toEqual([]);
    await page.getByRole('button', { name: 'Back to signing in' }).click();
    await page.getByLabel('Name').waitFor();
  });

  it('shows a name and password to a directory only when that was chosen', async () => {
    const sent: unknown[] = [];
    answers['session.begin'] = ({ values }) => {
      sent.push(values);
      return { status: 403, body: { status: 403, title: 'Forbidden', detail: 'the name, the password or the code is not right' } };
    };
    await page.goto(`${url}/`);
    for (const choose of ['Sign in with Directory', 'Sign in with a password of this system']) {
      await page.getByRole('button', { name: choose }).click();
      await page.getByLabel('Name').fill('anna');
      await page.getByLabel('Password').first().fill('wrong');
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByText('the name, the password or the code is not right').waitFor();
    }
    expect(sent).toEqual([
      { name: 'anna', password: 'wrong', provider: 'directory' },
      { name: 'anna', password: 'wrong' },
    ]);
  });

  it('makes a passkey by the password, and signs in with it without one', async () => {
    const client = await context.newCDPSession(page);
    await client.send('WebAuthn.enable');
    await client.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    const bytes = (text: unknown) => Buffer.from(String(text), 'base64url');
    const said = (values: Readonly<Record<string, unknown>>) => JSON.parse(bytes(values['client_data']).toString()) as Record<string, unknown>;
    const made: { id: string; name: unknown; key: Buffer }[] = [];
    answers['account.passkeys.question'] = ({ values }) =>
      values['password'] === 'right'
        ? { challenge: 'bWFrZSBvbmU', site: 'localhost', user: 'MDE', name: 'anna', display: 'Anna Berg', known: made.map(({ id }) => id) }
        : { status: 403, body: { status: 403, detail: 'the password is not right' } };
    answers['account.passkeys.add'] = ({ values }) => {
      const data = bytes(values['authenticator_data']);
      expect(said(values)).toMatchObject({ type: 'webauthn.create', challenge: 'bWFrZSBvbmU', origin: url });
      expect(data.subarray(0, 32)).toEqual(createHash('sha256').update('localhost').digest());
      expect(data.readUInt8(32) & 0x45, 'present, verified, with a key').toBe(0x45);
      const id = data.subarray(55, 55 + data.readUInt16BE(53)).toString('base64url');
      made.push({ id, name: values['name'], key: bytes(values['public_key']) });
      return { passkeys: [] };
    };
    answers['account.passkeys'] = () => ({
      passkeys: made.map(({ id, name }) => ({ id, name, site: 'localhost', created: '2026-11-23T08:00:00.000Z', used: '' })),
    });
    await open('account');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('textbox', { name: 'Passkey', exact: true }).fill('laptop');
    const password = page.getByRole('region').or(page.locator('form')).filter({ hasText: 'Make the passkey' }).getByLabel('Present password');
    await password.fill('wrong');
    await page.getByRole('button', { name: 'Make the passkey' }).click();
    await page.getByText('the password is not right').waitFor();
    await password.fill('right');
    await page.getByRole('button', { name: 'Make the passkey' }).click();
    await page.getByRole('cell', { name: 'laptop', exact: true }).waitFor();
    expect(made).toHaveLength(1);
    expect(await faults('passkeys')).toEqual([]);

    const entered: boolean[] = [];
    answers['session.passkey.question'] = () => ({ challenge: 'bGV0IG1lIGlu', site: 'localhost' });
    answers['session.passkey'] = ({ values }) => {
      const data = Buffer.concat([bytes(values['authenticator_data']), createHash('sha256').update(bytes(values['client_data'])).digest()]);
      expect(values['id']).toBe(made[0]?.id);
      expect(said(values)).toMatchObject({ type: 'webauthn.get', challenge: 'bGV0IG1lIGlu', origin: url });
      const key = createPublicKey({ key: made[0]?.key ?? Buffer.alloc(0), format: 'der', type: 'spki' });
      entered.push(verify('sha256', data, key, bytes(values['signature'])));
      server.signedIn = true;
      return anna;
    };
    server.signedIn = false;
    await page.goto('about:blank');
    await page.goto(`${url}/#/extensions`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('heading', { level: 1, name: 'Extensions' }).waitFor();
    expect(entered).toEqual([true]);
  });

  it('asks for the second factor when the server does, and shows the page that was wanted', async () => {
    answers['session.begin'] = ({ values }) => {
      server.signedIn = values['password'] === 'right';
      return server.signedIn ? { ...anna, step: 'second_factor', permissions: [] } : { status: 403, body: { status: 403, title: 'Forbidden', detail: 'the name, the password or the code is not right' } };
    };
    answers['session.second-factor'] = ({ values }) => (values['code'] === '123456' ? anna : { status: 403, body: { status: 403, detail: 'the code is not right' } });
    await page.goto(`${url}/#/extensions`);
    await page.getByLabel('Name').fill('anna');
    expect(await faults('sign-in')).toEqual([]);
    const password = page.locator('input[type=password]');
    await password.fill('wrong');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('is not right').waitFor();
    await password.fill('right');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByLabel('Code').fill('123456');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('link', { name: '1001' }).waitFor();
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    expect(kept).not.toContain('right');
  });

  it('sends a code to the mailbox of whoever has that second factor, when he asks for it', async () => {
    const asked: unknown[] = [];
    answers['session.begin'] = () => ((server.signedIn = true), { ...anna, step: 'second_factor', email: '', factor_way: 'email', permissions: [] });
    answers['session.second-factor.email'] = ({ values }) => (asked.push(values['language']), { good_s: 600 });
    answers['session.second-factor'] = ({ values }) => (values['code'] === '12345678' ? anna : { status: 403, body: { status: 403, detail: 'the code is not right' } });
    await page.goto(`${url}/#/extensions`);
    await page.getByLabel('Name').fill('anna');
    await page.locator('input[type=password]').fill('right');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('Eight digits').waitFor();
    expect(asked).toEqual([]);
    await page.getByRole('button', { name: 'Send me a code' }).click();
    await page.getByText('A code is on its way').waitFor();
    expect(asked).toEqual(['en']);
    expect(await faults('code by e-mail')).toEqual([]);
    await page.getByLabel('Code').fill('12345678');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('link', { name: '1001' }).waitFor();
  });

  it('adds a mailbox as the second factor of one\'s account', async () => {
    server.signedIn = true;
    await page.goto(`${url}/#/account`);
    await page.getByRole('button', { name: 'Add a second factor' }).click();
    await page.getByRole('button', { name: 'Codes by e-mail instead' }).click();
    await page.getByRole('button', { name: 'Send me a code' }).click();
    await page.getByLabel('Code').fill('12345678');
    await page.getByRole('button', { name: 'Turn it on' }).click();
    await page.getByText('AAAA-BBBB-CCCC').waitFor();
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('On: codes by e-mail').waitFor();
  });

  it('by the first link takes a name and a password that is held against the rules while it is typed', async () => {
    answers['account.first.look'] = () => ({ makes: 'administrator', name: '', display: '', class: 'system' });
    answers['account.first'] = () => ((server.signedIn = true), anna);
    await page.goto(`${url}/login#${'L'.repeat(43)}`);
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
    expect(page.url()).toBe(`${url}/`);
    await page.getByLabel('Name').fill('anna');
    const [first, again] = [page.getByLabel('New password').first(), page.getByLabel('New password again')];
    await first.fill('short');
    await page.getByText('It is too short.').waitFor();
    expect(await faults('first-link')).toEqual([]);
    await first.fill('long-Enough-7-words');
    await page.getByText('This password is good.').waitFor();
    await again.fill('long-Enough-7-words');
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
    expect(server.last('account.first')?.values).toMatchObject({ link: 'L'.repeat(43), name: 'anna', password: 'long-Enough-7-words' });
  });

  it('is asked for again when the session has ended', async () => {
    await open('extensions');
    await page.getByRole('link', { name: '1001' }).waitFor();
    server.signedIn = false;
    await page.getByRole('link', { name: 'Trunks' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });
});

describe('every page', () => {
  it.each(everyPage.map(({ name }) => name))('%s shows itself without fault', async (name) => {
    await open(name);
    await page.waitForFunction(() => !document.body.innerText.includes('One moment'));
    expect(await page.getByRole('alert').allInnerTexts()).toEqual([]);
    expect(await faults(`page-${name}`)).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
    expect(wide, 'nothing sticks out to the side').toBe(true);
  });
});

describe('extensions', () => {
  it('are added by a form that shows what the server finds wrong beside its field, and the password once', async () => {
    await open('extensions');
    await page.getByRole('button', { name: 'Add an extension' }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('button', { name: 'Add an extension' }).click();
    await form.getByText('Fill this in.').waitFor();
    await form.getByLabel('Number', { exact: false }).first().fill('1001');
    await form.getByRole('button', { name: 'Add an extension' }).click();
    await form.getByText('extension 1001 exists already — choose another number').waitFor();
    expect(await faults('extension-add')).toEqual([]);
    await form.getByLabel('Number', { exact: false }).first().fill('1003');
    await form.getByRole('button', { name: 'Add an extension' }).click();
    await page.getByText('Vuk7-pelo-Wim3-garo').waitFor();
    expect(server.last('extension.add')?.values).toEqual({ number: '1003' });
    await page.getByRole('button', { name: 'I have noted it' }).click();
    await page.getByText('Vuk7-pelo-Wim3-garo').waitFor({ state: 'hidden' });
  });

  it('are changed by what differs, against the state that was shown', async () => {
    await open('extensions/1001');
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Name', { exact: true }).fill('Alice Arendt');
    await form.getByLabel('From outside', { exact: true }).check();
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect(server.last('extension.set')).toEqual({ name: 'extension.set', values: { number: '1001', name: 'Alice Arendt', remote: true }, tag: '"tag-1"' });
  });

  it('get a link with a QR code, and are removed only after the consequences were said', async () => {
    await open('extensions/1001');
    await page.getByRole('button', { name: 'Make a link' }).click();
    await page.getByRole('img', { name: 'QR code of the link, for a camera' }).waitFor();
    expect(await faults('extension')).toEqual([]);
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('This cuts off').waitFor();
    expect(server.last('extension.remove')).toBeUndefined();
    await page.getByRole('dialog', { name: 'Remove extension 1001?' }).getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('extension removed').waitFor();
    expect(server.last('extension.remove')?.values).toEqual({ number: '1001' });
  });
});

describe('what happens', () => {
  it('a ban is explained and released', async () => {
    await open('bans');
    await page.getByRole('link', { name: '203.0.113.7' }).click();
    await page.getByText('somebody guesses passwords').waitFor();
    expect(await faults('ban')).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Release' }).click();
    await page.getByRole('dialog', { name: 'Release 203.0.113.7?' }).getByRole('button', { name: 'Release' }).click();
    await page.getByText('203.0.113.7 is released').waitFor();
    expect(server.last('guard.release')?.values).toEqual({ block: '203.0.113.7' });
  });

  it('a refused call leads to the rules that refused it', async () => {
    await open('records');
    await page.getByLabel('Result').selectOption('refused');
    const rows = page.getByRole('table').getByRole('row');
    await expect.poll(() => rows.count()).toBe(2);
    await rows.nth(1).getByRole('button').click();
    await page.getByText('the number costs more than its route allows').waitFor();
    const asked = page.getByRole('dialog').getByRole('list').getByRole('listitem');
    await expect.poll(() => asked.allInnerTexts()).toEqual([expect.stringContaining('premium of DE'), expect.stringContaining('stopped:')]);
    expect(server.last('cdr.show')?.values).toEqual({ id: 'c2' });
    expect(await faults('record')).toEqual([]);
    await page.getByRole('link', { name: 'How such a call would be decided now' }).click();
    await page.getByText('premium numbers are refused').waitFor();
    expect(server.last('route.test')?.values).toMatchObject({ from: '1001', to: '0044900123' });
    expect(await faults('decision')).toEqual([]);
  });
});

describe('signalling', () => {
  it('is a ladder on the sheet of a call, whose messages open and which can be taken along', async () => {
    await open('records');
    await page.getByRole('table').getByRole('row').nth(1).getByRole('button').click();
    const ladder = page.getByRole('dialog').getByRole('table');
    await ladder.getByText('call_started: A call began: 1002').waitFor();
    const message = ladder.getByRole('button', { name: '1002 to Ringfence: 200 OK (SDP)' });
    await message.focus();
    await page.keyboard.press('Enter');
    await ladder.getByText('Call-ID: leg-103').waitFor();
    expect(await message.getAttribute('aria-expanded')).toBe('true');
    expect(await faults('ladder')).toEqual([]);
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download for Wireshark' }).click();
    expect((await coming).suggestedFilename()).toBe('call-c2.pcap');
    expect(server.last('trace.export')?.values).toMatchObject({ format: 'pcap' });
    await page.getByLabel('Numbers in full').check();
    await expect.poll(() => server.last('trace.call')?.values['numbers']).toBe('true');
  });
});

describe('finding one’s way', () => {
  it('goes by keys: / searches, g and a letter goes, ? tells which', async () => {
    await open('dashboard');
    await page.keyboard.press('g');
    await page.keyboard.press('e');
    await page.getByRole('heading', { name: 'Extensions', level: 1 }).waitFor();
    await page.keyboard.press('/');
    await page.getByLabel('What you look for').fill('brandt');
    await page.getByRole('link', { name: /1002 Bob Brandt/ }).waitFor();
    expect(await faults('search')).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Extension 1002' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys and appearance' }).waitFor();
    expect(await faults('help')).toEqual([]);
  });

  it('is in German for whoever wants that', async () => {
    await open('account');
    await page.getByLabel('Language').selectOption('de');
    await page.getByRole('heading', { name: 'Mein Konto' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
  });

  it('shows the money of running calls only to whoever reads records', async () => {
    const heads = async () => {
      await page.getByRole('cell', { name: '+493012345' }).waitFor();
      return (await page.locator('thead th').allTextContents()).join('|');
    };
    answers['account.show'] = () => ({ ...anna, permissions: ['call.read'] });
    await open('calls');
    expect(await heads()).not.toContain('Set aside');
    answers['account.show'] = () => ({ ...anna, permissions: ['call.read', 'cdr.read'] });
    await page.reload();
    expect(await heads()).toContain('Set aside');
  });

  it('leaves out what one may not', async () => {
    answers['account.show'] = () => ({ ...anna, permissions: ['call.read'] });
    await open('users');
    await page.getByText('Your role does not allow this page').waitFor();
    expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allInnerTexts()).toEqual(['Dashboard', 'Calls now']);
  });
});

describe('a system where nobody can call yet', () => {
  const empty = () => {
    answers['extension.list'] = () => ({ extensions: [] });
    answers['registration.list'] = () => ({ registrations: [] });
    answers['cdr.list'] = () => ({ cdrs: [] });
    answers['telephony.show'] = () => ({ kind: 'telephony', name: '', values: [{ key: 'home', value: '', from: 'standing', help: '' }] });
  };

  it('begins with the way to the first call, which can be left and found again', async () => {
    empty();
    server.signedIn = true;
    await page.goto(`${url}/`);
    await page.getByRole('heading', { name: 'First call', level: 1 }).waitFor();
    await page.getByText('0 of 6 steps are done.').waitFor();
    expect(await faults('first-run')).toEqual([]);
    await page.getByRole('link', { name: 'Leave this: to the dashboard' }).click();
    await page.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor();
    await page.getByText('This system is new').waitFor();
    await page.getByRole('main').getByRole('link', { name: 'First call' }).click();
    await page.getByText('0 of 6 steps are done.').waitFor();
  });

  it('goes on by keyboard: what may wait is put off, and the next step has the focus', async () => {
    empty();
    await open('start');
    await page.getByRole('button', { name: 'Later' }).press('Enter');
    const house = page.getByRole('button', { name: 'Company, country and money' });
    await expect.poll(() => house.getAttribute('aria-expanded')).toBe('true');
    await expect.poll(() => house.evaluate((each) => each === document.activeElement)).toBe(true);
    await page.getByText('1 of 6 steps are done.').waitFor();
  });

  it('keeps the password of the first extension on the screen until somebody goes on', async () => {
    empty();
    await open('start');
    await page.getByRole('button', { name: 'The first extension' }).click();
    answers['extension.list'] = () => ({ extensions: [{ number: '1005' }] });
    await page.getByLabel('Number').first().fill('1005');
    await page.getByRole('button', { name: 'Add an extension' }).click();
    await page.getByText('Vuk7-pelo-Wim3-garo').waitFor();
    await page.getByRole('button', { name: 'I have noted it, go on' }).click();
    await page.getByText('Vuk7-pelo-Wim3-garo').waitFor({ state: 'hidden' });
    expect(server.last('extension.add')?.values).toEqual({ number: '1005' });
  });
});

describe('a policy file', () => {
  it('is planned, shown in its consequences, and applied only then', async () => {
    await open('policy');
    await page.getByLabel('Policy', { exact: true }).fill('wrong');
    await page.getByRole('button', { name: 'What would change?' }).click();
    await page.getByText('line 2: no such key').waitFor();
    await page.getByLabel('Policy', { exact: true }).fill('extension 1001 { }');
    await page.getByRole('button', { name: 'What would change?' }).click();
    await page.getByText('newly refused: 1002').waitFor();
    await page.getByText('calls abroad were never made by 1001').waitFor();
    expect(await faults('policy-plan')).toEqual([]);
    await page.getByRole('button', { name: 'Make it so' }).click();
    const sure = page.getByRole('dialog', { name: 'Change all of this at once?' });
    await sure.getByText('2 calls of the past month would have been refused.').waitFor();
    await sure.getByText('These go: route europe.').waitFor();
    expect(server.last('policy.apply')).toBeUndefined();
    await sure.getByRole('button', { name: 'Make it so' }).click();
    await page.getByText('Neu9-pelo-Wim3-garo').waitFor();
    expect(server.last('policy.apply')?.values).toEqual({ text: 'extension 1001 { }', remove: false });
  });

  it('that was changed after the plan has to be planned anew', async () => {
    await open('policy');
    await page.getByLabel('Policy', { exact: true }).fill('extension 1001 { }');
    await page.getByRole('button', { name: 'What would change?' }).click();
    await page.getByRole('button', { name: 'Make it so' }).waitFor();
    await page.getByLabel('Policy', { exact: true }).fill('extension 1002 { }');
    await page.getByRole('button', { name: 'Make it so' }).waitFor({ state: 'hidden' });
  });
});

describe('what was removed', () => {
  it('is taken back with one key, as it was and where it stood', async () => {
    answers['route.show'] = () => ({
      kind: 'route',
      name: 'national',
      values: [
        { key: 'patterns', value: ['+49X.'], from: 'own', help: '' },
        { key: 'trunks', value: ['provider'], from: 'own', help: '' },
        { key: 'balanced', value: 'false', from: 'standing', help: '' },
      ],
    });
    answers['route.remove'] = () => ({ message: 'route national removed' });
    answers['route.add'] = () => ({ kind: 'route', name: 'national', values: [] });
    answers['route.move'] = () => ({ message: 'moved' });
    await open('routes/national');
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    const sure = page.getByRole('dialog', { name: 'Remove national?' });
    await sure.getByText('You can take it back for half a minute.').waitFor();
    await sure.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('route national removed').waitFor();
    expect(await faults('undo')).toEqual([]);
    await page.getByRole('button', { name: 'Take it back' }).press('Enter');
    await page.getByText('It is as it was.').waitFor();
    expect(server.last('route.add')?.values).toEqual({ name: 'national', patterns: '+49X.', trunks: 'provider' });
    expect(server.last('route.move')?.values).toEqual({ name: 'national', before: 'europe' });
  });
});

describe('the company', () => {
  it('stands in the title of every page', async () => {
    await open('state');
    await page.waitForFunction(() => document.title === 'State · Miller & Sons · Ringfence');
  });
});

describe('the certificate', () => {
  it('is shown with its end, given out, ordered, and replaced by one that the server has looked at', async () => {
    const pem = (name: string, content: string) => `-----BEGIN ${name}-----\n${content}\n-----END ${name}-----`;
    let given = '';
    answers['certificate.renew'] = () => ({ message: 'asked' });
    answers['certificate.install'] = ({ values }) => {
      given = String(values['text']);
      return given.includes('OTHER')
        ? { status: 422, body: { title: 'Unprocessable Content', status: 422, detail: 'this certificate cannot be used: the key is not that of the certificate', remedy: 'give the chain and its key in PEM', field: 'text' } }
        : { message: 'It is shown.', names: ['sip.example.com'], ends: '2026-12-01T08:00:00Z', notes: ['it does not name pbx.example.com, which is one of server.domains'] };
    };
    await open('state');
    await page.getByText('3 days left').waitFor();
    await page.getByText('the authority does not reach pbx.example.com').waitFor();
    expect(await faults('certificate')).toEqual([]);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the built-in authority' }).click();
    expect((await download).suggestedFilename()).toBe('ca.pem');
    await page.getByRole('button', { name: 'Order one now' }).click();
    await page.getByText('The authority is being asked').waitFor();
    await page.getByRole('button', { name: 'Install a certificate' }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('button', { name: 'Install a certificate' }).click();
    await form.getByText('Give both').waitFor();
    expect(server.last('certificate.install')).toBeUndefined();
    await form.getByLabel('Certificate and chain').fill(pem('CERTIFICATE', 'MINE'));
    await form.getByLabel('Private key').fill(pem('PRIVATE KEY', 'OTHER'));
    await form.getByRole('button', { name: 'Install a certificate' }).click();
    await form.getByText('the key is not that of the certificate').waitFor();
    expect(await faults('certificate-refused')).toEqual([]);
    await form.getByLabel('Private key').fill(pem('PRIVATE KEY', 'SECRET'));
    await form.getByRole('button', { name: 'Install a certificate' }).click();
    await page.getByText('it does not name pbx.example.com').waitFor();
    expect(given).toBe(`${pem('CERTIFICATE', 'MINE')}\n${pem('PRIVATE KEY', 'SECRET')}\n`);
    expect(await page.content()).not.toContain('SECRET');
  });
});

describe('countries', () => {
  it('are chosen by their names with the keyboard, or on the map, and sent by their codes', async () => {
    answers['guard.country.deny'] = () => ({ message: 'done' });
    await open('access');
    await page.getByRole('button', { name: 'Not these countries' }).click();
    const form = page.getByRole('dialog');
    await form.getByText('Choose from a list or on a map').press('Enter');
    await form.getByLabel('Find a country').fill('belgium');
    await form.getByLabel('Belgium (BE)').press('Space');
    await form.locator('path:has(title:text-is("Brazil"))').click();
    expect(await form.getByLabel('Countries', { exact: false }).first().inputValue()).toBe('BE, BR');
    expect(await faults('countries')).toEqual([]);
    await form.getByRole('button', { name: 'Not these countries' }).click();
    await page.getByText('done').waitFor();
    expect(server.last('guard.country.deny')?.values).toEqual({ countries: 'BE, BR' });
  });
});

describe('an emergency call', () => {
  it('is tried without being made, and what stands in its way is said', async () => {
    await open('emergency');
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('would leave', { exact: true }).waitFor();
    expect(server.last('emergency.test')?.values).toEqual({ number: '112', from: '1001' });
    expect(await faults('emergency-test')).toEqual([]);
    answers['emergency.test'] = ({ values }) => ({ from: values['from'], number: values['number'], emergency: true, country: 'DE', own_numbers: [], number_for_tests: '', why: 'there is no trunk', trunks: [] });
    await page.getByLabel('Number as dialled').fill('110');
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('would not leave', { exact: true }).waitFor();
  });
});

describe('on paper', () => {
  it('there is ink on white and nothing to press, also where the screen is dark', async () => {
    await open('extensions');
    await page.getByRole('link', { name: '1001' }).waitFor();
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.getByRole('navigation', { name: 'Pages' }).isVisible()).toBe(false);
    expect(await page.getByRole('button', { name: 'Add an extension' }).isVisible()).toBe(false);
    const colours = await page.locator('td').first().evaluate((cell) => [getComputedStyle(cell).color, getComputedStyle(document.body).backgroundColor]);
    expect(colours).toEqual(['rgb(0, 0, 0)', 'rgb(255, 255, 255)']);
  });
});

describe('in German', () => {
  it('the help of fields is, too', async () => {
    await page.addInitScript(() => localStorage.setItem('ringfence-portal', JSON.stringify({ language: 'de' })));
    await open('extensions?add');
    await page.getByRole('dialog').getByText('die Nebenstelle, 2 bis 15 Ziffern').waitFor();
    const said = await page.getByRole('dialog').innerText();
    expect(said).not.toContain('whether it may register');
  });
});
