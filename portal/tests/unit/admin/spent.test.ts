import { describe, expect, it } from 'vitest';
import type { Schemas } from '../../../src/admin/contract/contract';
import { nearestOf, wholeOf } from '../../../src/admin/pages/spent';

const period = (spent: string, limit: string, reserved = '0.00') => ({ spent, reserved, limit, left: '', until: '' });
const account = (level: string, id: number, today: Schemas['Period'], month = period('0.00', '')): Schemas['Spending'] => ({
  level, id, name: `${level} ${id}`, today, month, credit: '', locked: false, calls: 0,
});

describe('the money on the dashboard', () => {
  const tenant = account('tenant', 1, period('9.00', '10.00'));
  const whole = account('system', 0, period('9.00', '100.00'));

  it('is the system’s, and the tenant’s for whoever is told of that alone', () => {
    expect(wholeOf([tenant, whole])).toBe(whole);
    expect(wholeOf([account('extension', 1, period('1.00', '')), tenant])).toBe(tenant);
    expect(wholeOf([])).toBeUndefined();
  });

  it('names who is nearest to a cap, by the nearer of day and month and with what is set aside, the nearest first', () => {
    const shown = nearestOf([
      whole,
      tenant,
      account('extension', 1, period('5.00', '10.00')),
      account('extension', 2, period('2.00', '10.00', '7.00')),
      account('department', 3, period('1.00', '10.00'), period('95.00', '100.00')),
      account('trunk', 4, period('900.00', '')),
      account('extension', 5, period('0.00', '10.00')),
    ]);
    expect(shown.map(({ account: { name }, period: of, share }) => [name, of, share])).toEqual([
      ['department 3', 'month', 0.95],
      ['extension 2', 'today', 0.9],
      ['extension 1', 'today', 0.5],
    ]);
  });

  it('names a few of many, and divides by no cap of nothing', () => {
    expect(nearestOf(Array.from({ length: 90 }, (_, id) => account('extension', id, period('1.00', '2.00')))).length).toBe(5);
    expect(nearestOf([account('extension', 1, period('1.00', '0.00'))])).toEqual([]);
  });
});
