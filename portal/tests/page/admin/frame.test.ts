// What is around the pages: keys, languages, permissions, title, paper.

import { describe, expect, it } from 'vitest';
import { anna } from '../answers';
import { administration, answers, faults, open, page, url } from './desk';

administration();

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
    for (const [wanted, found] of [['nation', /national Outbound routes/], ['pbx.acme', /acme Tenants/], ['anna@', /anna Anna Berg/]] as const) {
      await page.keyboard.press('/');
      await page.getByLabel('What you look for').fill(wanted);
      await page.getByRole('link', { name: found }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys and appearance' }).waitFor();
    expect(await faults('help')).toEqual([]);
  });

  it('finds the last of more things than one answer has', async () => {
    const names = Array.from({ length: 12_000 }, (_, at) => `extension.${20_000 + at}`);
    answers['limit.list'] = () => ({ kind: 'limit', objects: names.map((name) => ({ kind: 'limit', name, values: { month: '20.00' } })) });
    await open('state');
    await page.keyboard.press('/');
    await page.getByLabel('What you look for').fill('extension.31999');
    await page.getByRole('link', { name: /extension\.31999 Limits/ }).waitFor();
  });

  it('shows in the navigation where one is, also when that stands far below', async () => {
    await page.setViewportSize({ width: 1280, height: 500 });
    await open('state');
    const here = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'State' });
    await expect.poll(() => here.evaluate((link) => link.getBoundingClientRect().bottom <= window.innerHeight)).toBe(true);
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

describe('the company', () => {
  it('stands in the title of every page', async () => {
    await open('state');
    await page.waitForFunction(() => document.title === 'State · Miller & Sons · Ringfence');
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
  it('states of calls, trunks and listeners are, too', async () => {
    await page.addInitScript(() => localStorage.setItem('ringfence-portal', JSON.stringify({ language: 'de' })));
    await open('calls');
    await page.getByRole('cell', { name: 'Im Gespräch' }).waitFor();
    await page.goto(`${url}/#/trunks`);
    await page.getByRole('cell', { name: 'In Ordnung' }).waitFor();
    await page.goto(`${url}/#/dashboard`);
    await page.getByText('Offen', { exact: true }).first().waitFor();
  });

  it('what events mean is, and kinds of the log, roles, and how grave something must be', async () => {
    await page.addInitScript(() => localStorage.setItem('ringfence-portal', JSON.stringify({ language: 'de' })));
    answers['event.kinds'] = () => ({
      kinds: [{ name: 'system.audit', level: 'critical', title: 'The audit log cannot be written', title_de: 'Das Protokoll lässt sich nicht schreiben', meaning: 'Nothing can be changed until it can. See to the disk.' }],
    });
    answers['role.list'] = () => ({
      roles: [
        { name: 'site', title: 'Site', realm: 'tenant', built_in: true, copied_from: '', permissions: [] },
        { name: 'porter', title: 'Site', realm: 'dealer', built_in: false, copied_from: 'site', permissions: [] },
      ],
    });
    await open('events');
    await page.getByText('Alle Ereignisse, die es geben kann').press('Enter');
    await page.getByText('Nichts lässt sich ändern, bis es wieder geht.').waitFor();
    await page.goto(`${url}/#/roles`);
    const rows = page.getByRole('table').getByRole('row');
    await expect.poll(() => rows.allInnerTexts()).toEqual([
      expect.anything(),
      expect.stringMatching(/site\s+Standort\s+Mandant/),
      expect.stringMatching(/porter\s+Site\s+Händler/),
    ]);
    await page.goto(`${url}/#/contacts`);
    await page.getByRole('row', { name: 'all' }).getByText('Warnung', { exact: true }).waitFor();
    await page.goto(`${url}/#/audit`);
    await expect.poll(() => page.getByLabel('Art').locator('option').allInnerTexts()).toContain('Anmeldung');
  });

  it('the help of fields is, too', async () => {
    await page.addInitScript(() => localStorage.setItem('ringfence-portal', JSON.stringify({ language: 'de' })));
    await open('extensions?add');
    await page.getByRole('dialog').getByText('die Nebenstelle, 2 bis 15 Ziffern').waitFor();
    const said = await page.getByRole('dialog').innerText();
    expect(said).not.toContain('whether it may register');
  });

  it('what the server refuses is told with what to do about it, and what stays English is marked so for voices', async () => {
    await page.addInitScript(() => localStorage.setItem('ringfence-portal', JSON.stringify({ language: 'de' })));
    answers['extension.add'] = () => ({
      status: 409,
      body: { status: 409, title: 'Conflict', detail: 'extension 1009 exists already', remedy: 'ask the man in the moon' },
    });
    await open('extensions?add');
    await page.getByRole('dialog').getByLabel('Nummer').first().fill('1009');
    await page.getByRole('dialog').locator('button[type=submit]').click();
    const fault = page.getByRole('alert');
    await fault.getByText('die Nebenstelle 1009 gibt es schon').waitFor();
    expect(await fault.locator('[lang=en]').allInnerTexts()).toEqual(['ask the man in the moon']);
    expect(await faults('fault')).toEqual([]);
  });

  it('the evidence of bans can be read and looked for', async () => {
    await page.addInitScript(() => localStorage.setItem('ringfence-portal', JSON.stringify({ language: 'de' })));
    answers['guard.bans'] = () => ({
      bans: [
        {
          block: '203.0.113.7/32', rule: 'failed-authentication', evidence: '52 auth-failed in 60 s (limit 50), UDP port 5060, last "1001"',
          since: new Date().toISOString(), since_ms: Date.now(), until: '', until_ms: 0, active: true, proven: true,
        },
      ],
    });
    await open('bans');
    const evidence = '52 falsche Passwörter in 60 s (Grenze 50), UDP Port 5060, zuletzt „1001“';
    await page.getByRole('cell', { name: evidence }).waitFor();
    await page.getByPlaceholder('Filtern').first().fill('falsche passwörter');
    await page.getByRole('cell', { name: evidence }).waitFor();
  });
});
