// Settings above the file: set, refused in the file's own words, taken back.

import { describe, expect, it } from 'vitest';
import { administration, answers, faults, open, page, server } from './desk';

administration();

const form = (name: string) => page.getByRole('form', { name, exact: true });

describe('a setting', () => {
  it('asks a class for a second factor, and is taken back as it was', async () => {
    await open('settings');
    const one = form('login.second_factor');
    await one.getByText('as standing').waitFor();
    expect(await faults('settings')).toEqual([]);
    await one.getByRole('checkbox').first().check();
    await one.getByRole('button', { name: 'Save' }).click();
    await page.getByText('login.second_factor is set.').waitFor();
    expect(server.last('setting.set')?.values).toEqual({ name: 'login.second_factor', value: 'system' });
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.getByText('It is as it was.').waitFor();
    expect(server.last('setting.remove')?.values).toEqual({ name: 'login.second_factor' });
  });

  it('says what the server refuses and what to do, and keeps what was typed', async () => {
    answers['setting.set'] = () => ({
      status: 422,
      body: { title: 'Unprocessable Content', status: 422, detail: 'login.idle_s is 5, which is not possible', remedy: 'write a whole number from 60 to 86400', field: 'value' },
    });
    await open('settings');
    const one = form('login.idle_s');
    await one.getByRole('textbox').fill('5');
    await one.getByRole('button', { name: 'Save' }).click();
    await one.getByText('login.idle_s is 5, which is not possible').waitFor();
    expect(await one.getByRole('textbox').inputValue()).toBe('5');
    expect(await faults('settings-refused')).toEqual([]);
  });

  it('goes back to the file after it was said what that is', async () => {
    await open('settings');
    await form('login.idle_s').getByRole('button', { name: 'Back to the file' }).click();
    const sure = page.getByRole('dialog', { name: 'Let the file count for login.idle_s?', exact: true });
    await sure.getByText('It is then: 1800').waitFor();
    await sure.getByRole('button', { name: 'Back to the file' }).click();
    await page.getByText('login.idle_s goes by the file.').waitFor();
    expect(server.last('setting.remove')?.values).toEqual({ name: 'login.idle_s' });
  });

  it('says what waits for a start, and is only shown to whoever may not change it', async () => {
    const whole = answers['account.show'];
    answers['account.show'] = (asked) => {
      const who = whole?.(asked) as { permissions: string[] };
      return { ...who, permissions: who.permissions.filter((each) => each !== 'system.write') };
    };
    await open('settings');
    await form('media.transcode').getByText('waits for a start').waitFor();
    expect(await form('login.idle_s').getByRole('textbox').isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Back to the file' }).count()).toBe(0);
  });
});
