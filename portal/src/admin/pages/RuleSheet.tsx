import { Button, Group } from '@mantine/core';
import { useCommand, useTold } from '../api/queries';
import type { Values } from '../api/client';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { useMay } from '../session';
import { useDesk } from '../view/Dialogs';
import { EditSheet } from '../view/EditSheet';
import { Said } from '../view/Said';
import { Facts } from '../view/Shown';
import { Trouble } from '../view/Trouble';
import css from '../view/admin.module.css';
import { clock } from '../view/words';
import { type RuleState, changeTo, saidAgain, stateOf, statesOf, takeBack, weakened } from './rules';

type Rule = Schemas['GuardRule'];

/** One detection rule, or the handwriting of a tool: what it does, and how it is made stronger or weaker. */
export function RuleSheet({ name, close }: { name: string; close: () => void }) {
  const text = useText();
  const may = useMay();
  const { confirm } = useDesk();
  const query = useTold('guard.rule.show', { name });
  const warn = useWarning(name);
  const asFile = (rule: Rule) =>
    confirm({
      title: text.detection.asFileTitle(name),
      consequences: [text.detection.asFileText, text.app.canUndo],
      action: text.detection.asFile,
      command: 'guard.rule.remove',
      values: { name },
      undo: () => saidAgain(rule),
    });
  return (
    <EditSheet
      title={text.detection.one(name)}
      close={close}
      query={query}
      command="guard.rule.set"
      given={{ name }}
      now={(rule) => ({ ...rule })}
      first={['threshold', 'period_s', 'duration_s', 'then', 'enabled']}
      fixed={({ then }) => then === undefined}
      warn={warn}
      actions={(rule) =>
        rule.by_command.length > 0 &&
        may('guard.rule.remove') && (
          <Button variant="default" onClick={() => asFile(rule)}>
            {text.detection.asFile}
          </Button>
        )
      }
    >
      {(rule) => (
        <>
          <Switch rule={rule} warn={warn} />
          <Facts
            facts={[
              [text.bans.about, <Said key="about" text={rule.about ?? ''} />],
              [text.detection.counts, rule.distinct ? text.detection.different(rule.signals ?? '') : (rule.signals ?? '')],
              [text.bans.limit, rule.threshold === undefined ? '' : text.detection.within(String(rule.threshold), clock(rule.period_s ?? 0))],
              [text.detection.lasts, rule.duration_s === undefined ? '' : clock(rule.duration_s)],
              [text.detection.made, rule.by_command.map((key) => text.fields[key as keyof typeof text.fields] ?? text.label(key)).join(', ')],
            ]}
          />
        </>
      )}
    </EditSheet>
  );
}

/** What is said before a rule protects less: in what, and how often it was needed. */
function useWarning(name: string): (rule: Rule, sent: Values) => readonly string[] {
  const text = useText();
  const may = useMay();
  const fired = useTold('guard.stats', {}, may('guard.stats')).data?.value.fired[name];
  const bans = useTold('guard.bans', { rule: name, limit: 1 }, may('guard.bans')).data;
  return (rule, sent) => {
    const weaker = weakened(rule, sent).map((each) => text.detection[each]);
    if (weaker.length === 0) return [];
    return [
      ...weaker,
      ...(fired === undefined ? [] : [text.detection.firedSoFar(String(fired))]),
      ...(bans === undefined ? [] : [text.detection.bansStay(String(bans.total ?? bans.value.bans.length))]),
    ];
  };
}

interface SwitchProps {
  readonly rule: Rule;
  readonly warn: (rule: Rule, sent: Values) => readonly string[];
}

/** A button for each state; the one that holds is pressed. */
function Switch({ rule, warn }: SwitchProps) {
  const text = useText();
  const may = useMay();
  const { confirm, say } = useDesk();
  const setting = useCommand('guard.rule.set');
  const now = stateOf(rule);
  const go = (state: RuleState) => {
    const values = { name: rule.name, ...changeTo(rule, state) };
    const undo = () => takeBack(rule);
    const consequences = warn(rule, values);
    if (consequences.length === 0) return setting.mutate({ values }, { onSuccess: ({ message }) => say(message, undo) });
    confirm({
      title: text.detection.weakerTitle(rule.name),
      consequences: [...consequences, text.app.canUndo],
      action: text.detection.states[state],
      command: 'guard.rule.set',
      values,
      undo,
    });
  };
  return (
    <div>
      <Group gap="xs" role="group" aria-label={text.detection.state}>
        {statesOf(rule).map((state) => (
          <Button
            key={state}
            size="compact-md"
            variant={state === now ? 'filled' : 'default'}
            aria-pressed={state === now}
            disabled={!may('guard.rule.set')}
            onClick={() => state !== now && go(state)}
          >
            {text.detection.states[state]}
          </Button>
        ))}
      </Group>
      <p className={css.dim}>{text.detection.statesText[now]}</p>
      {setting.error && <Trouble problem={setting.error} />}
    </div>
  );
}
