// What each page is there for, done once: what the server is asked, and what the page shows then.

import { describe, expect, it } from 'vitest';
import { en } from '../../../src/admin/messages/en';
import { administration, answers, open, page, server, url } from './desk';

administration();

const dialog = (name: string) => page.getByRole('dialog', { name, exact: true });

describe('what is configured about calls', () => {
  it('is made by its form, which then shows it', async () => {
    await open('account');
    for (const [kind, name] of [
      ['trunk', 'trunks'],
      ['inbound', 'inbound'],
      ['ring-group', 'groups'],
      ['department', 'departments'],
      ['calling-role', 'calling-roles'],
      ['pin-list', 'pin-lists'],
    ] as const) {
      const { add, one } = en.kinds[kind];
      answers[`${kind}.add`] = ({ values }) => ({ status: 201, body: { kind, name: values['name'], values: [] } });
      answers[`${kind}.show`] = ({ values }) => ({ kind, name: values['name'], values: [] });
      await page.goto(`${url}/#/${name}`);
      await page.getByRole('button', { name: add, exact: true }).click();
      await dialog(add).getByRole('textbox').first().fill('fresh');
      await dialog(add).getByRole('button', { name: add, exact: true }).click();
      await dialog(`${one} fresh`).waitFor();
      expect(server.last(`${kind}.add`)?.values).toEqual({ name: 'fresh' });
      expect(server.last(`${kind}.show`)?.values).toMatchObject({ name: 'fresh' });
    }
  });
});

describe('calls, phones and money', () => {
  it('a call is ended, after it was said whose', async () => {
    answers['call.hangup'] = () => {
      answers['call.list'] = () => ({ calls: [] });
      return { message: 'the call has ended', count: 1 };
    };
    await open('calls');
    await page.getByRole('button', { name: 'End', exact: true }).click();
    const sure = dialog('End this call?');
    await sure.getByText('The call from 1001 to +493012345 ends at once for both.').waitFor();
    await sure.getByRole('button', { name: 'End', exact: true }).click();
    await page.getByText(en.calls.none).waitFor();
    expect(server.last('call.hangup')?.values).toEqual({ id: 'now' });
  });

  it('a phone is taken off, by its own contact', async () => {
    answers['registration.remove'] = () => ({ message: 'it is removed', count: 1 });
    await open('phones');
    await page.getByRole('row', { name: /Yealink/ }).getByRole('button', { name: 'Remove' }).click();
    const sure = dialog('Remove this registration of 1001?');
    await sure.getByText('It is the only phone of that extension').waitFor();
    await sure.getByRole('button', { name: 'Remove' }).click();
    await expect.poll(() => server.last('registration.remove')?.values).toEqual({ number: '1001', contact: 'k1' });
  });

  it('credit is added to whoever pays in advance', async () => {
    const period = { spent: '1.00', reserved: '0.00', limit: '', left: '', until: '' };
    answers['spend.list'] = () => ({
      currency: 'EUR',
      accounts: [{ level: 'department', id: 4, name: 'sales', today: period, month: period, credit: '5.00', locked: false, calls: 0 }],
    });
    answers['credit.add'] = ({ values }) => ({ status: 201, body: { whom: values['whom'], left: '25.00', message: 'department.sales has 25.00 EUR left' } });
    await open('spending');
    await page.getByRole('button', { name: 'Add credit', exact: true }).click();
    const form = dialog('Add credit for department.sales');
    await form.getByRole('textbox').first().fill('20');
    await form.getByRole('button', { name: 'Add credit', exact: true }).click();
    await page.getByText('department.sales has 25.00 EUR left').waitFor();
    expect(server.last('credit.add')?.values).toEqual({ whom: 'department.sales', amount: '20' });
  });
});

describe('people', () => {
  it('are invited by a link, which is shown', async () => {
    await open('users');
    await page.getByRole('button', { name: 'Invite somebody', exact: true }).click();
    const form = dialog('Invite somebody');
    await form.getByRole('textbox').first().fill('carla');
    await form.getByRole('button', { name: 'Invite somebody', exact: true }).click();
    await dialog('Link for carla').waitFor();
    expect(server.last('user.add')?.values).toEqual({ name: 'carla' });
  });

  it('are signed out, and an address that guessed is let in again', async () => {
    answers['session.list'] = () => ({ sessions: [{ id: '9', user: 'bob', address: '192.0.2.7', browser: 'Firefox', used: '', used_ms: 1 }] });
    answers['login.held'] = () => ({ held: [{ address: '203.0.113.9', locks: 3, until: '', until_ms: 0, for_good: true }] });
    answers['session.remove'] = () => ({ message: 'it is ended' });
    answers['login.release'] = () => ({ message: '203.0.113.9 may try again' });
    await open('sessions');
    await page.getByRole('row', { name: /bob/ }).getByRole('button', { name: 'Sign out' }).click();
    await dialog('Sign bob out?').getByRole('button', { name: 'Sign out' }).click();
    await expect.poll(() => server.last('session.remove')?.values).toEqual({ id: '9' });
    await dialog('Sign bob out?').waitFor({ state: 'hidden' });
    await page.getByRole('row', { name: /203\.0\.113\.9/ }).getByRole('button', { name: 'Release' }).click();
    await dialog('Let 203.0.113.9 try again?').getByRole('button', { name: 'Release' }).click();
    await expect.poll(() => server.last('login.release')?.values).toEqual({ address: '203.0.113.9' });
  });
});

describe('programs, roles and those who are told', () => {
  it('get what they need by a form, and a token is shown this once', async () => {
    answers['token.add'] = ({ values }) => ({ status: 201, body: { id: 't1', name: values['name'], user: values['user'], token: 'rf_shown-once' } });
    answers['role.copy'] = ({ values }) => ({ status: 201, body: { name: values['name'] } });
    answers['role.show'] = ({ values }) => ({ name: values['name'], title: 'Porter', realm: 'tenant', built_in: false, copied_from: 'site', permissions: [] });
    answers['permission.list'] = () => ({ permissions: [] });
    await open('tokens');
    await page.getByRole('button', { name: 'Make a token', exact: true }).click();
    const token = dialog('Make a token');
    for (const [at, typed] of ['backup', 'anna', 'cdr.read'].entries()) await token.getByRole('textbox').nth(at).fill(typed);
    await token.getByRole('button', { name: 'Make a token', exact: true }).click();
    await dialog('backup').getByText('The token is shown this once.').waitFor();
    expect(server.last('token.add')?.values).toEqual({ name: 'backup', user: 'anna', scope: 'cdr.read' });
    await page.goto(`${url}/#/roles`);
    await page.getByRole('button', { name: 'Copy a role', exact: true }).click();
    const role = dialog('Copy a role');
    for (const [at, typed] of ['porter', 'site'].entries()) await role.getByRole('textbox').nth(at).fill(typed);
    await role.getByRole('button', { name: 'Copy a role', exact: true }).click();
    await dialog('Role porter').getByText('Porter', { exact: true }).waitFor();
    expect(server.last('role.copy')?.values).toEqual({ name: 'porter', from: 'site' });
  });
});

describe('what happened', () => {
  it('is seen to by whoever says so', async () => {
    const events = [{ id: 8, kind: 'trunk.down', level: 'warning', subject: 'provider', text: 'provider: no answer', count: 3, first: '', first_ms: 2, last: '', last_ms: 3, acknowledged: '' }];
    answers['event.list'] = () => ({ events: events.map((event) => ({ ...event, acknowledged_by: '' })) });
    answers['event.acknowledge'] = () => {
      answers['event.list'] = () => ({ events: events.map((event) => ({ ...event, acknowledged_by: 'user anna' })) });
      return { count: 1, message: 'Event 8 is acknowledged.' };
    };
    await open('events');
    await page.getByRole('button', { name: 'I see to it' }).click();
    await page.getByRole('cell', { name: 'user anna' }).waitFor();
    expect(server.last('event.acknowledge')?.values).toEqual({ id: '8' });
  });

  it('is looked for in the log, which is verified', async () => {
    await open('audit');
    await page.getByLabel('Kind').selectOption('login');
    await expect.poll(() => server.last('audit-log.list')?.values['kind']).toBe('login');
    await page.getByRole('button', { name: 'Verify the log' }).click();
    await page.getByText('the log is whole').waitFor();
  });
});
