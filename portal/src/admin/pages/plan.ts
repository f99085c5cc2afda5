// What a plan does, in sentences, before it is done.

import type { Schemas } from '../contract/contract';
import type { Messages } from '../messages';

type Words = Pick<Messages['policy'], 'adds' | 'alters' | 'removes' | 'refuses' | 'allows' | 'costs' | 'opens' | 'instead'>;

export function consequencesOf(plan: Schemas['PolicyPlan'], words: Words): readonly string[] {
  const names = (what: (each: string) => boolean) => plan.changes.filter((change) => what(change.what)).map(({ kind, name }) => `${kind} ${name}`.trim());
  const [added, removed] = [names((what) => what === 'add'), names((what) => what === 'remove')];
  const altered = plan.changes.length - added.length - removed.length;
  const { replay, open_paths: paths = [] } = plan;
  return [
    ...(removed.length > 0 ? [words.removes(removed.join(', '))] : []),
    ...(added.length > 0 ? [words.adds(String(added.length))] : []),
    ...(altered > 0 ? [words.alters(String(altered))] : []),
    ...(replay && replay.refused > 0 ? [words.refuses(String(replay.refused))] : []),
    ...(replay && replay.allowed > 0 ? [words.allows(String(replay.allowed))] : []),
    ...(replay && replay.cost.before !== replay.cost.after ? [words.costs(replay.cost.before, replay.cost.after, replay.currency)] : []),
    ...(paths.length > 0 ? [words.opens(String(paths.length))] : []),
    words.instead,
  ];
}
