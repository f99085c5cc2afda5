// One's own extension on the account page, and whose an extension is.

import { describe, expect, it } from 'vitest';
import { administration, answers, faults, open, page, server } from './desk';

administration();

const wrong = { status: 403, body: { status: 403, detail: 'the name, the password or the code is not right' } };
const proof = () => page.locator('form').filter({ hasText: 'The password that you sign in here with' });

describe('my extension', () => {
  it('gets a link with a QR code for the password of these pages, and for nothing less', async () => {
    answers['account.extension.link'] = ({ values }) =>
      values['password'] === 'right'
        ? { number: '1001', link: 'https://pbx.example.com:8443/phone#TOKEN', expires: '2026-11-24T08:00:00Z', expires_in_s: 900, qr: false }
        : wrong;
    await open('account');
    await page.getByText('r1001x7').waitFor();
    await page.getByRole('button', { name: 'Make a link' }).click();
    await proof().getByRole('button', { name: 'Make a link' }).click();
    expect(server.last('account.extension.link'), 'nothing is asked without a password').toBeUndefined();
    await proof().getByLabel('Present password').fill('stolen');
    await proof().getByRole('button', { name: 'Make a link' }).click();
    await page.getByText('the name, the password or the code is not right').waitFor();
    expect(await proof().getByLabel('Present password').inputValue()).toBe('');
    expect(await faults('own-extension')).toEqual([]);
    await proof().getByLabel('Present password').fill('right');
    await proof().getByRole('button', { name: 'Make a link' }).click();
    await page.getByRole('img', { name: 'QR code of the link, for a camera' }).waitFor();
    await page.getByText('https://pbx.example.com:8443/phone#TOKEN').waitFor();
    expect(server.last('account.extension.link')?.values, 'whose it is the server knows').toEqual({ password: 'right' });
    expect(await faults('own-link')).toEqual([]);
  });

  it('gets a phone password that is shown once', async () => {
    answers['account.extension.password'] = () => ({ number: '1001', auth_name: 'r1001x7', realm: 'pbx.example.com', password: 'Vuk7-pelo-Wim3-garo', calls_ended: 0 });
    await open('account');
    await page.getByRole('button', { name: 'New phone password' }).click();
    await page.getByText('every phone needs the new one').waitFor();
    await proof().getByLabel('Present password').fill('right');
    await page.getByRole('button', { name: 'Give it a new password' }).click();
    await page.getByText('Vuk7-pelo-Wim3-garo').waitFor();
    expect(server.last('account.extension.password')?.values).toEqual({ password: 'right' });
    expect(server.last('account.password'), 'the one of these pages stays').toBeUndefined();
    await page.getByRole('button', { name: 'I have noted it' }).click();
    await page.getByText('Vuk7-pelo-Wim3-garo').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'New phone password' }).waitFor();
  });

  it('makes no link while it is switched off, and says when there is none', async () => {
    answers['account.extension'] = () => ({ number: '1001', name: '', auth_name: 'r1001x7', realm: 'pbx.example.com', enabled: false });
    await open('account');
    await page.getByText('Your extension is switched off').waitFor();
    expect(await page.getByRole('button', { name: 'Make a link' }).count()).toBe(0);
    answers['account.extension'] = () => ({ number: '', name: '', auth_name: '', realm: '', enabled: false });
    await page.reload();
    await page.getByText('No extension is yours.').waitFor();
    expect(await page.getByRole('button', { name: 'New phone password' }).count()).toBe(0);
  });
});

describe('whose an extension is', () => {
  it('stands on its sheet, and is changed where people are', async () => {
    await open('extensions/1001');
    await page.getByRole('dialog').getByRole('link', { name: 'anna' }).click();
    await page.getByRole('dialog', { name: 'User anna' }).getByText('1001').waitFor();
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    answers['user.set'] = () => ({ status: 409, body: { status: 409, detail: 'extension 1002 is somebody else\u2019s', field: 'extension' } });
    const form = page.getByRole('dialog');
    await form.getByLabel('Extension', { exact: true }).fill('1002');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('extension 1002 is somebody else').waitFor();
    answers['user.set'] = () => ({ name: 'anna' });
    await form.getByLabel('Extension', { exact: true }).fill('');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect(server.last('user.set')?.values).toEqual({ name: 'anna', extension: '' });
  });

  it('is not asked for by whoever may not see people', async () => {
    answers['account.show'] = () => ({ step: 'none', name: 'sam', display: '', class: 'tenant', role: 'supervisor', email: '', second_factor: false, factor_way: '', email_codes: false, permissions: ['extension.read'] });
    await open('extensions/1001');
    await page.getByRole('dialog').getByText('r1001x7').waitFor();
    expect(server.last('user.list')).toBeUndefined();
  });
});
