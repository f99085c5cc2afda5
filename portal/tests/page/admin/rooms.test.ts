// What the command line can do and had no page: links made worthless, habits, the log of messages, the catalogue of events, a stop.

import { describe, expect, it } from 'vitest';
import { administration, answers, faults, open, page, server } from './desk';

administration();

describe('an extension', () => {
  it('has its unused links made worthless, and shows how it usually calls', async () => {
    await open('extensions/1001');
    const sheet = page.getByRole('dialog', { name: 'Extension 1001', exact: true });
    await sheet.getByText('How it usually calls').press('Enter');
    await sheet.getByText('calls DE on working days from 8 to 18').waitFor();
    await sheet.getByText('CU was never called before, at night').waitFor();
    expect(server.last('pattern.show')?.values).toEqual({ number: '1001' });
    expect(await faults('extension-habits')).toEqual([]);
    await sheet.getByRole('button', { name: 'Make unused links worthless' }).press('Enter');
    const sure = page.getByRole('dialog', { name: 'Make the unused links of 1001 worthless?' });
    await sure.getByText('Browsers that are signed in stay so').waitFor();
    await sure.getByRole('button', { name: 'Make unused links worthless' }).press('Enter');
    await page.getByText('1 link is worthless').waitFor();
    expect(server.last('extension.unlink')?.values).toEqual({ number: '1001' });
  });

  it('that is switched off says first whom that blocks, of more calls than one answer has', async () => {
    answers['call.list'] = () => ({
      calls: Array.from({ length: 10_300 }, (_, at) => ({ id: `n${at}`, caller: '1002', callee: at < 10_200 ? '1010' : '1001', state: 'talking' })),
    });
    await open('extensions/1001');
    await expect.poll(() => server.last('call.list')?.values['offset']).toBe('10000');
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    const form = page.getByRole('dialog', { name: 'Extension 1001', exact: true });
    await form.getByLabel('Enabled', { exact: true }).uncheck();
    await form.getByRole('button', { name: 'Save' }).click();
    const sure = page.getByRole('dialog', { name: 'Do this?' });
    await sure.getByText('This cuts off').waitFor();
    await sure.getByText('This ends 100 calls.').waitFor();
    expect(server.last('extension.set')).toBeUndefined();
    await sure.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect(server.last('extension.set')).toEqual({ name: 'extension.set', values: { number: '1001', enabled: false }, tag: '"tag-1"' });
  });
});

describe('the dashboard', () => {
  it('shows the people of a tenant its own money, and who is nearest to a cap', async () => {
    const period = (spent: string, limit: string) => ({ spent, reserved: '0.00', limit, left: '', until: '' });
    const account = (level: string, id: number, name: string, spent: string, limit: string) => ({
      level, id, name, today: period(spent, limit), month: period(spent, ''), credit: '', locked: false, calls: 0,
    });
    answers['spend.list'] = ({ values }) => ({
      currency: 'EUR',
      accounts: [account('tenant', 2, '2', '41.50', '100.00'), account('extension', 7, '1001', '3.00', '20.00'), account('department', 4, 'sales', '18.00', '20.00')].filter(
        ({ level }) => !values['level'] || values['level'] === level,
      ),
    });
    await open('dashboard');
    await page.getByText('41.50 EUR').waitFor();
    const near = page.getByRole('heading', { name: 'Nearest to their caps (EUR)' }).locator('..');
    await expect.poll(() => near.getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringContaining('Department sales'),
      expect.stringContaining('Extension 1001'),
    ]);
    expect(await near.getByRole('listitem').first().innerText()).toContain('18.00 / 20.00');
    expect(await faults('dashboard-tenant')).toEqual([]);
  });
});

describe('signalling', () => {
  it('of everybody stands in lines that lead to their ladders, narrowed down by extension', async () => {
    await open('trace');
    const rows = page.getByRole('table').getByRole('row');
    await expect.poll(() => rows.count()).toBe(4);
    await page.getByText('stranger', { exact: true }).waitFor();
    await page.getByLabel('Extension', { exact: true }).fill('1001');
    await expect.poll(() => server.last('trace.log')?.values).toEqual({ limit: '500', extension: '1001' });
    await page.getByRole('link', { name: 'Ladder' }).first().press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: '1002 to Ringfence: 200 OK (SDP)' }).waitFor();
    expect(await faults('trace-ladder')).toEqual([]);
  });
});

describe('events', () => {
  it('have a catalogue, whose names narrow the list', async () => {
    await open('events');
    await page.getByText('All events that there can be').press('Enter');
    await page.getByText('No call can leave by it.').waitFor();
    expect(await faults('events-catalogue')).toEqual([]);
    await page.getByRole('button', { name: 'Show only trunk.down' }).press('Enter');
    await expect.poll(() => server.last('event.list')?.values['kinds']).toBe('trunk.down');
  });

  it('go elsewhere by a route that is taken back when it was removed', async () => {
    answers['event-route.remove'] = () => ({ message: 'route all removed' });
    answers['event-route.add'] = ({ values }) => values;
    await open('contacts');
    await page.getByRole('row', { name: 'all' }).getByRole('button', { name: 'Remove' }).click();
    const sure = page.getByRole('dialog', { name: 'Remove all?' });
    await sure.getByText('chat is no longer told of *.').waitFor();
    await sure.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Take it back' }).press('Enter');
    await page.getByText('It is as it was.').waitFor();
    expect(server.last('event-route.add')?.values).toEqual({ name: 'all', contact: 'chat', events: '*', level: 'warning', enabled: true });
  });
});

describe('the server', () => {
  it('is stopped only after it was said what that ends', async () => {
    await open('state');
    await page.getByRole('button', { name: 'Stop the server' }).click();
    const sure = page.getByRole('dialog', { name: 'Stop the server?' });
    await sure.getByText('This ends 3 running calls.').waitFor();
    await sure.getByText('This cuts off 9000 registered phones.').waitFor();
    await sure.getByText('also no emergency number').waitFor();
    expect(await faults('stop')).toEqual([]);
    expect(server.last('stop')).toBeUndefined();
    await sure.getByRole('button', { name: 'Stop the server' }).click();
    await expect.poll(() => server.last('stop')).toBeDefined();
  });
});

describe('a block', () => {
  it('says which registered phones it would shut out', async () => {
    answers['guard.block'] = () => ({ message: '192.0.2.0/24 is blocked' });
    await open('access');
    await page.getByRole('button', { name: 'Block an address' }).click();
    const form = page.getByRole('dialog', { name: 'Block an address' });
    await form.getByRole('textbox').first().fill('192.0.2.0/24');
    await form.getByRole('button', { name: 'Block an address' }).click();
    const sure = page.getByRole('dialog', { name: 'Do this?' });
    await sure.getByText('This blocks 2 registered phones').waitFor();
    expect(await faults('block-phones')).toEqual([]);
    await sure.getByRole('button', { name: 'Cancel' }).click();
    expect(server.last('guard.block')).toBeUndefined();
  });
});
