// Who shares the system.

import { describe, expect, it } from 'vitest';
import { administration, faults, open, page, server } from './desk';

administration();

describe('a tenant', () => {
  it('is shown and changed by the keyboard alone, which is left where it began', async () => {
    await open('tenants/acme');
    const sheet = page.getByRole('dialog', { name: 'Tenant acme' });
    expect(await faults('tenant')).toEqual([]);
    await sheet.getByRole('button', { name: 'Change' }).press('Enter');
    await expect.poll(() => sheet.locator('input:focus').count()).toBe(1);
    await sheet.getByLabel('Extensions', { exact: false }).first().fill('60');
    await page.keyboard.press('Enter');
    await page.getByText('Saved.').waitFor();
    expect(server.last('tenant.set')?.values).toEqual({ name: 'acme', extensions: 60 });
    await expect.poll(() => sheet.getByRole('button', { name: 'Change' }).evaluate((button) => button === document.activeElement)).toBe(true);
  });

  it('is removed only after the consequences were said', async () => {
    await open('tenants/acme');
    await page.getByRole('dialog', { name: 'Tenant acme' }).getByRole('button', { name: 'Remove' }).click();
    const sure = page.getByRole('dialog', { name: 'Remove acme?' });
    await sure.getByText('This cannot be undone.').waitFor();
    await sure.getByRole('button', { name: 'Cancel' }).click();
    await sure.waitFor({ state: 'hidden' });
    expect(server.last('tenant.remove')).toBeUndefined();
  });
});

describe('a dealer', () => {
  it('is told how much it may hand out', async () => {
    await open('dealers/north');
    const sheet = page.getByRole('dialog', { name: 'Dealer north' });
    expect(await faults('dealer')).toEqual([]);
    await sheet.getByRole('button', { name: 'Change' }).press('Enter');
    await sheet.getByLabel('Tenants', { exact: false }).first().fill('12');
    await page.keyboard.press('Enter');
    await page.getByText('Saved.').waitFor();
    expect(server.last('dealer.set')?.values).toEqual({ name: 'north', tenants: 12 });
  });
});
