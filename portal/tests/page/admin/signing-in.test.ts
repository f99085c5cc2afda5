// How people come in: providers, directories, passkeys, second factors, links.

import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { anna } from '../answers';
import { administration, answers, context, faults, open, page, server, sticksOut, url } from './desk';

administration();

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

  it('lists the ways of a tenant for whoever comes by its address', async () => {
    const asked: unknown[] = [];
    answers['session.providers'] = ({ values }) => {
      asked.push(values);
      return { providers: [{ name: 'acme-sso', title: 'Acme', kind: 'oidc' }] };
    };
    await page.goto(`${url}/#/?tenant=acme`);
    await page.getByRole('button', { name: 'Sign in with Acme' }).waitFor();
    expect(asked).toContainEqual({ tenant: 'acme' });
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
    expect(await sticksOut()).toEqual([0, 0]);
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
