// Extensions: added, changed, linked, removed.

import { describe, expect, it } from 'vitest';
import { administration, faults, open, page, server } from './desk';

administration();

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
