// Which accounts the dashboard shows: the whole that its reader sees, and those whose cap is nearest.

import type { Schemas } from '../contract/contract';

type Account = Schemas['Spending'];

export interface Nearing {
  readonly account: Account;
  readonly period: 'today' | 'month';
  /** Of its cap, with what is set aside: 1 is all of it. */
  readonly share: number;
}

const nearestShown = 5;

function shareOf({ spent, reserved, limit }: Schemas['Period']): number {
  const whole = Number(limit);
  return whole > 0 ? (Number(spent) + Number(reserved)) / whole : 0;
}

/** The system's account; the tenant's for whoever is told of that alone. */
export function wholeOf(accounts: readonly Account[]): Account | undefined {
  return accounts.find(({ level }) => level === 'system') ?? accounts.find(({ level }) => level === 'tenant');
}

/** Extensions, departments and trunks that have used most of a cap, each by the one of its caps that is nearer. */
export function nearestOf(accounts: readonly Account[]): readonly Nearing[] {
  return accounts
    .filter(({ level }) => level !== 'system' && level !== 'tenant')
    .map((account): Nearing => {
      const [today, month] = [shareOf(account.today), shareOf(account.month)];
      return today >= month ? { account, period: 'today', share: today } : { account, period: 'month', share: month };
    })
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .slice(0, nearestShown);
}
