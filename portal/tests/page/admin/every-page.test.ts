// Every page, without fault and on every screen.

import { describe, expect, it } from 'vitest';
import { everyPage } from '../../../src/admin/pages';
import { administration, faults, open, page, sticksOut } from './desk';

administration();

describe('every page', () => {
  it.each(everyPage.map(({ name }) => name))('%s shows itself without fault', async (name) => {
    await open(name);
    await page.waitForFunction(() => !document.body.innerText.includes('One moment'));
    expect(await page.getByRole('alert').allInnerTexts()).toEqual([]);
    expect(await faults(`page-${name}`)).toEqual([]);
    expect(await sticksOut(), 'how far anything sticks out to the side').toEqual([0, 0]);
  });
});
