// The administration pages in a real browser, with a stand-in for the server: a fresh one of both for every test.

import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { office } from '../answers';
import { type Answers, Office } from '../office';

const folder = process.env['PORTAL_DIST'] ?? 'dist';
const pictures = process.env['PORTAL_PICTURES'];
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const wide = { width: 1280, height: 900 };
const phone = { width: 390, height: 844 };

export let context: BrowserContext;
export let page: Page;
export let server: Office;
export let answers: Answers;
export let url: string;

/** Says once in a file that its tests need the pages. */
export function administration(): void {
  let browser: Browser;
  let violations: string[];
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    violations = [];
    answers = office();
    server = new Office(folder, answers);
    url = await server.start();
    context = await browser.newContext({ locale: 'en-GB', viewport: wide, reducedMotion: 'reduce' });
    context.setDefaultTimeout(20_000);
    page = await context.newPage();
    page.on('console', (message) => /Content Security Policy|Refused to/.test(message.text()) && violations.push(message.text()));
    page.on('pageerror', (error) => violations.push(String(error)));
  });
  afterEach(async () => {
    await context.close();
    server.stop();
    expect(violations).toEqual([]);
  });
}

export async function open(path: string): Promise<void> {
  server.signedIn = true;
  await page.goto(`${url}/#/${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

/** What axe-core finds fault with, in light and in dark. */
export async function faults(name: string): Promise<string[]> {
  const found: string[] = [];
  const client = await context.newCDPSession(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForFunction((scheme) => document.documentElement.dataset['mantineColorScheme'] === scheme, colorScheme);
    await client.send('Runtime.evaluate', { expression: await readFile(axe, 'utf8') });
    const result = await page.evaluate(async () => {
      type Found = { id: string; nodes: { html: string; failureSummary: string }[] };
      const { violations: all } = await (window as unknown as { axe: { run: () => Promise<{ violations: Found[] }> } }).axe.run();
      return all.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
    });
    found.push(...result.map((fault) => `${name} ${colorScheme} ${fault}`));
    if (!pictures) continue;
    for (const screen of [wide, phone]) {
      await page.setViewportSize(screen);
      await page.screenshot({ path: `${pictures}/${name.replace(/\W/g, '_')}-${colorScheme}-${screen.width}.png` });
    }
    await page.setViewportSize(wide);
  }
  return found;
}

/** By how much the page is wider than the screen, on a desk and on a phone. */
export async function sticksOut(): Promise<number[]> {
  const out: number[] = [];
  for (const screen of [phone, wide]) {
    await page.setViewportSize(screen);
    out.push(Math.max(0, await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)));
  }
  return out;
}
