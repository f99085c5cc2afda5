// Detection rules: what each does, what makes one weaker, and how a change is taken back.

import { type Value, type Values, call } from '../api/client';
import type { Schemas } from '../contract/contract';

type Rule = Schemas['GuardRule'];

/** What a rule does with whom it catches; the handwriting of a tool is on or off alone. */
export type RuleState = 'off' | 'watch' | 'throttle' | 'ban' | 'on';

/** From the weakest on. */
const responses: readonly RuleState[] = ['off', 'watch', 'throttle', 'ban'];

export const statesOf = ({ then }: Rule): readonly RuleState[] => (then === undefined ? ['off', 'on'] : responses);

export function stateOf({ enabled, then }: Pick<Rule, 'enabled' | 'then'>): RuleState {
  if (!enabled) return 'off';
  return responses.find((each) => each === then) ?? 'on';
}

/** What is sent to bring a rule there: only what differs. */
export function changeTo(rule: Rule, state: RuleState): Values {
  const enabled = state !== 'off';
  return {
    ...(enabled === rule.enabled ? {} : { enabled }),
    ...(!enabled || state === 'on' || state === rule.then ? {} : { then: state }),
  };
}

export type Weakness = 'goesOff' | 'onlyWatches' | 'onlySlows' | 'laterTold' | 'shorter';

/** In what a change protects less than what holds now. */
export function weakened(rule: Rule, sent: Values): readonly Weakness[] {
  const then = String(sent['then'] ?? rule.then ?? '');
  const enabled = sent['enabled'] ?? rule.enabled;
  if (!enabled) return rule.enabled ? ['goesOff'] : [];
  if (!rule.enabled) return [];
  const number = (key: 'threshold' | 'period_s' | 'duration_s') => Number(sent[key] ?? rule[key] ?? 0);
  const milder = responses.indexOf(then as RuleState) < responses.indexOf(stateOf(rule));
  return [
    ...(milder ? [then === 'watch' ? ('onlyWatches' as const) : ('onlySlows' as const)] : []),
    ...(number('threshold') > (rule.threshold ?? 0) || number('period_s') < (rule.period_s ?? 0) ? ['laterTold' as const] : []),
    ...(number('duration_s') < (rule.duration_s ?? 0) ? ['shorter' as const] : []),
  ];
}

/** What commands had said of it. */
export function typedOf(rule: Rule): Values {
  const held = rule as unknown as Record<string, Value>;
  return Object.fromEntries(rule.by_command.map((key) => [key, held[key]]));
}

/** Makes a rule what it was before it was set: by the file alone, or by what commands had said. */
export async function takeBack(before: Rule): Promise<void> {
  await call('guard.rule.remove', { name: before.name });
  await saidAgain(before);
}

/** Says again what commands had said. */
export async function saidAgain(before: Rule): Promise<void> {
  if (before.by_command.length > 0) await call('guard.rule.set', { name: before.name, ...typedOf(before) });
}
