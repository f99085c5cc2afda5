import { describe, expect, it } from 'vitest';
import { Again } from '../../../src/admin/api/again';

/** How often that answer is asked for within a minute in which it becomes old a hundred times a second. */
function askedInAMinute(name: string): number {
  const again = new Again();
  let count = 0;
  for (let now = 0; now < 60_000; now += 10) {
    again.note([name], now);
    if (again.take(now).has(name)) count += 1;
  }
  return count;
}

describe('answers that became old', () => {
  it('are asked for soon, many changes at once', () => {
    const again = new Again();
    again.note(['call.list'], 1_000);
    again.note(['call.list', 'cdr.list'], 1_200);
    expect(again.next()).toBe(1_800);
    expect([...again.take(1_799)]).toEqual([]);
    expect([...again.take(1_800)]).toEqual(['call.list']);
    expect(again.next()).toBe(2_000);
    expect([...again.take(2_000)]).toEqual(['cdr.list']);
    expect(again.next()).toBeNull();
  });

  it('are asked for seldom when they are long or dear, whatever happens', () => {
    expect(askedInAMinute('registration.list')).toBeLessThanOrEqual(12);
    expect(askedInAMinute('guard.bans')).toBeLessThanOrEqual(12);
    expect(askedInAMinute('extension.list')).toBeLessThanOrEqual(12);
    expect(askedInAMinute('exposure')).toBe(2);
    expect(askedInAMinute('status')).toBeGreaterThan(60);
  });

  it('are asked for once more after the last change, so that none stays old', () => {
    const again = new Again();
    again.note(['exposure'], 0);
    again.take(800);
    again.note(['exposure'], 900);
    expect(again.next()).toBe(30_800);
    expect([...again.take(30_800)]).toEqual(['exposure']);
  });

  it('do not wait for others', () => {
    const again = new Again();
    again.note(['exposure', 'status'], 0);
    expect([...again.take(800)].sort()).toEqual(['exposure', 'status']);
    again.note(['exposure', 'status'], 1_000);
    expect(again.next()).toBe(1_800);
    expect([...again.take(1_800)]).toEqual(['status']);
  });
});
