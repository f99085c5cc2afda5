// Changes in their consequences: a policy file, what is taken back, countries.

import { describe, expect, it } from 'vitest';
import { administration, answers, faults, open, page, server } from './desk';

administration();

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
    await page.getByText('mQ4x-only-once').waitFor();
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
