// The certificate of the server.

import { describe, expect, it } from 'vitest';
import { administration, answers, faults, open, page, server } from './desk';

administration();

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
