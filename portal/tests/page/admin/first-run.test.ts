// A system where nobody can call yet.

import { describe, expect, it } from 'vitest';
import { administration, answers, faults, open, page, server, url } from './desk';

administration();

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
