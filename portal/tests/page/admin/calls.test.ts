// What happened, why, and what was said on the wire.

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { records } from '../answers';
import { administration, answers, faults, open, page, server, url } from './desk';

administration();

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

describe('records', () => {
  it('of some days are taken along as a file in which no formula is', async () => {
    answers['cdr.list'] = ({ values }) => ({ cdrs: [{ ...records[0], caller: '=HYPERLINK("http://x.example")' }].filter(() => !values['offset']) });
    await open('records');
    await page.getByLabel('Since').fill('2026-11-20');
    await page.getByLabel('Until').fill('2026-11-23');
    const [from, to] = await page.evaluate(() => [new Date('2026-11-20T00:00').getTime(), new Date('2026-11-24T00:00').getTime()]);
    await expect.poll(() => server.last('cdr.list')?.values).toEqual({ limit: '50', from_ms: String(from), to_ms: String(to) });
    expect(await faults('records')).toEqual([]);
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    const file = await coming;
    expect(file.suggestedFilename()).toBe('calls.csv');
    expect(server.last('cdr.list')?.values).toEqual({ limit: '2000', from_ms: String(from), to_ms: String(to) });
    const [head, first] = (await readFile(await file.path(), 'utf8')).split('\r\n');
    expect(head).toMatch(/^"id","started",.*"media"$/);
    expect(first).toContain(`"'=HYPERLINK(""http://x.example"")"`);
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

  it('of an extension and of an address is asked for when somebody wants it', async () => {
    await open('extensions/1001');
    const sheet = page.getByRole('dialog', { name: 'Extension 1001' });
    await sheet.getByText('Signalling', { exact: true }).waitFor();
    expect(server.last('trace.extension')).toBeUndefined();
    await sheet.getByText('Signalling', { exact: true }).press('Enter');
    await sheet.getByRole('button', { name: '1002 to Ringfence: 200 OK (SDP)' }).waitFor();
    expect(server.last('trace.extension')?.values).toEqual({ number: '1001' });
    await sheet.getByRole('button', { name: 'Download as text' }).click();
    await expect.poll(() => server.last('trace.export')?.values).toEqual({ format: 'text', extension: '1001' });
    expect(await faults('extension-signalling')).toEqual([]);
    await page.goto(`${url}/#/bans/203.0.113.7`);
    await page.getByRole('dialog').getByText('Signalling', { exact: true }).press('Enter');
    await page.getByText('Nothing is recorded here').waitFor();
    expect(server.last('trace.source')?.values).toEqual({ address: '203.0.113.7' });
  });
});

describe('a call that comes in', () => {
  it('is tried without being made, and each route that passed it over says why', async () => {
    await open('try');
    const half = page.getByRole('region', { name: 'A call comes in' });
    await half.getByLabel('Trunk').fill('provider');
    await half.getByLabel('Our number').fill('+4930123');
    await half.getByLabel('Caller').fill('+442079460000');
    await half.getByRole('button', { name: 'Try the call in' }).click();
    await half.getByRole('heading', { name: 'by the inbound route reception' }).waitFor();
    await half.getByText('it is for other callers').waitFor();
    expect(server.last('inbound.test')?.values).toEqual({ trunk: 'provider', to: '+4930123', from: '+442079460000' });
    expect(server.last('route.test')).toBeUndefined();
    expect(await faults('try-inbound')).toEqual([]);
  });

  it('is led there from its inbound route, whose trunk stands in the form already', async () => {
    answers['inbound.list'] = () => ({ kind: 'inbound', objects: [{ name: 'reception', values: { trunk: 'provider', called: '+4930123' } }] });
    answers['inbound.show'] = () => ({
      kind: 'inbound',
      name: 'reception',
      values: [
        { key: 'trunk', value: 'provider', from: 'own', help: 'only calls of this trunk' },
        { key: 'called', value: ['+4930123'], from: 'own', help: 'dial patterns of called numbers' },
      ],
    });
    await open('inbound/reception');
    await page.getByRole('link', { name: 'Try a call to it' }).click();
    const half = page.getByRole('region', { name: 'A call comes in' });
    await expect.poll(() => half.getByLabel('Trunk').inputValue()).toBe('provider');
    expect(await half.getByLabel('Our number').inputValue()).toBe('+4930123');
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
