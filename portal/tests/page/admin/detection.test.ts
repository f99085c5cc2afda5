// Detection rules one by one: what each does, made weaker only after the consequences were said, and taken back.

import { describe, expect, it } from 'vitest';
import { administration, answers, faults, open, page, server } from './desk';

administration();

const dialog = (name: string) => page.getByRole('dialog', { name, exact: true });

describe('a detection rule', () => {
  it('is switched by the keyboard, after what it would no longer do was said, and taken back as it was', async () => {
    await open('detection');
    await page.getByRole('link', { name: 'scanner-agent' }).press('Enter');
    const sheet = dialog('Detection rule scanner-agent');
    const states = sheet.getByRole('group', { name: 'What the rule does' });
    await states.getByRole('button', { name: 'Ban', pressed: true }).waitFor();
    expect(await faults('rule')).toEqual([]);
    await states.getByRole('button', { name: 'Only watch' }).press('Enter');
    const sure = dialog('Make scanner-agent weaker?');
    await sure.getByText('Who does this is told to you and goes on.').waitFor();
    await sure.getByText('It has fired 3 times since the start.').waitFor();
    await sure.getByText('No ban by it is in force.').waitFor();
    expect(await faults('rule-weaker')).toEqual([]);
    expect(server.last('guard.rule.set')).toBeUndefined();
    await sure.getByRole('button', { name: 'Only watch' }).press('Enter');
    await page.getByText('scanner-agent is changed.').waitFor();
    expect(server.last('guard.rule.set')?.values).toEqual({ name: 'scanner-agent', then: 'watch' });
    await page.getByRole('button', { name: 'Take it back' }).press('Enter');
    await page.getByText('It is as it was.').waitFor();
    expect(server.last('guard.rule.remove')?.values).toEqual({ name: 'scanner-agent' });
  });

  it('that is made stronger asks nothing, and goes back to what commands had said', async () => {
    await open('detection/options-sweep');
    const sheet = dialog('Detection rule options-sweep');
    await sheet.getByRole('button', { name: 'Ban', exact: true }).click();
    await page.getByText('options-sweep is changed.').waitFor();
    expect(server.last('guard.rule.set')?.values).toEqual({ name: 'options-sweep', enabled: true, then: 'ban' });
    await page.getByRole('button', { name: 'Take it back' }).press('Enter');
    await page.getByText('It is as it was.').waitFor();
    expect(server.last('guard.rule.set')?.values).toEqual({ name: 'options-sweep', enabled: false });
  });

  it('has numbers that are changed against the state that was shown', async () => {
    await open('detection/scanner-agent');
    const sheet = dialog('Detection rule scanner-agent');
    await sheet.getByRole('button', { name: 'Change' }).click();
    await sheet.getByLabel('For seconds', { exact: false }).first().fill('3600');
    await sheet.getByRole('button', { name: 'Save' }).click();
    const sure = dialog('Do this?');
    await sure.getByText('Whom it catches is free again sooner.').waitFor();
    await sure.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect(server.last('guard.rule.set')).toEqual({ name: 'guard.rule.set', values: { name: 'scanner-agent', duration_s: 3600 }, tag: '"tag-1"' });
  });

  it('is again as the file says, and a handwriting is on or off', async () => {
    await open('detection/options-sweep');
    await dialog('Detection rule options-sweep').getByRole('button', { name: 'As the file says' }).click();
    await dialog('Take back what was changed of options-sweep?').getByRole('button', { name: 'As the file says' }).click();
    await page.getByText('options-sweep is as in the file.').waitFor();
    expect(server.last('guard.rule.remove')?.values).toEqual({ name: 'options-sweep' });
    await open('detection/sipvicious');
    const states = dialog('Detection rule sipvicious').getByRole('group', { name: 'What the rule does' });
    await expect.poll(() => states.getByRole('button').allInnerTexts()).toEqual(['Off', 'On']);
  });

  it('is only shown to whoever may not change it', async () => {
    const whole = answers['account.show'];
    answers['account.show'] = (asked) => {
      const who = whole?.(asked) as { permissions: string[] };
      return { ...who, permissions: who.permissions.filter((each) => each !== 'guard.write') };
    };
    await open('detection/scanner-agent');
    const sheet = dialog('Detection rule scanner-agent');
    await expect.poll(() => sheet.getByRole('button', { name: 'Off' }).isDisabled()).toBe(true);
    expect(await sheet.getByRole('button', { name: 'Change' }).count()).toBe(0);
  });
});
