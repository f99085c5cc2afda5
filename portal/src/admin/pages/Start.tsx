import { Button, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Store, useStore } from '../../shared/store';
import { useList, useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { linkTo } from '../route';
import { useMay, useMe } from '../session';
import { CommandForm } from '../view/CommandForm';
import { Facts, Mark, Secret } from '../view/Shown';
import { Asked, Empty, Trouble } from '../view/Trouble';
import css from '../view/admin.module.css';
import { joined } from '../view/words';
import { Factor } from './Account';
import { EmergencyWays } from './EmergencyWays';
import { LinkMaker } from './ExtensionSheet';
import { type StepName, mayWait, stepsOf } from './steps';

/** What was put off stays so until the page is loaded anew. */
const passed = new Store<readonly StepName[]>([]);

/** From an empty system to the first call: what is done is ticked, what comes next is open, every step can be opened again. */
export function Start() {
  const text = useText();
  const may = useMay();
  const me = useMe();
  const telephony = useTold('telephony.show', {}, may('telephony.show'));
  const extensions = useList('extension.list', 'extensions', may('extension.list'));
  const phones = useList('registration.list', 'registrations', may('registration.list'));
  const records = useTold('cdr.list', { limit: 1 }, may('cdr.list'));
  const putOff = useStore(passed);
  const [made, setMade] = useState<Schemas['Account'] | null>(null);
  /** Null: the next one is about to open. */
  const [open, setOpen] = useState<StepName | null>(null);
  const moved = useRef(false);
  const list = useRef<HTMLOListElement>(null);
  const home = telephony.data?.value.values.find(({ key }) => key === 'home')?.value;
  const known = [telephony, extensions, phones, records].every(({ data, error, isLoading }) => data || error || !isLoading);
  const steps = stepsOf({
    factor: me.second_factor,
    home: joined(home),
    extensions: extensions.data?.extensions.length ?? 0,
    phones: phones.data?.registrations.length ?? 0,
    calls: records.data?.value.cdrs.length ?? 0,
    passed: putOff,
  });
  const next = steps.find((step) => step.next)?.name;
  const newest = made?.number ?? extensions.data?.extensions.at(-1)?.number;
  useEffect(() => {
    if (open === null && known && next) setOpen(next);
  }, [open, known, next]);
  useEffect(() => {
    if (open === null) return;
    if (moved.current) list.current?.querySelector<HTMLElement>('[aria-expanded="true"]')?.focus();
    moved.current = true;
  }, [open]);

  const wait = (name: StepName) => {
    setOpen(null);
    passed.update((all) => [...all.filter((each) => each !== name), name]);
  };
  const bodies: Record<StepName, ReactNode> = {
    self: (
      <Stack>
        <Text>{text.start.selfText(me.display || me.name)}</Text>
        <Factor />
      </Stack>
    ),
    house: (
      <Asked query={telephony}>
        {({ value, tag }) => (
          <Stack>
            <Text>{text.start.houseText}</Text>
            <CommandForm
              command="telephony.set"
              now={Object.fromEntries(value.values.map((each) => [each.key, each.value]))}
              tag={tag}
              first={['company', 'home', 'area_code', 'currency', 'time_zone', 'language']}
              submit={text.app.save}
              done={() => setOpen(null)}
            />
          </Stack>
        )}
      </Asked>
    ),
    extension: made ? (
      <Stack>
        <Text>{text.extensions.accountText}</Text>
        <Facts
          facts={[
            [text.extensions.number, made.number],
            [text.extensions.auth, <code key="auth">{made.auth_name}</code>],
            [text.extensions.realm, made.realm],
          ]}
        />
        {made.password && <Secret label={text.signIn.password} value={made.password} />}
        <Group>
          <Button onClick={() => (setMade(null), setOpen(null))}>{text.start.goOn}</Button>
        </Group>
      </Stack>
    ) : (
      <CommandForm command="extension.add" first={['number', 'name']} submit={text.extensions.add} done={setMade} />
    ),
    phone: newest ? (
      <Stack>
        <Text>{text.start.phoneText(newest)}</Text>
        <LinkMaker number={newest} />
        <p role="status">
          {(phones.data?.registrations ?? []).map(({ number, user_agent }) => (
            <Mark key={`${number} ${user_agent}`} tone="good">
              {number} {user_agent}
            </Mark>
          ))}
          {phones.data?.registrations.length === 0 && text.start.noPhone}
        </p>
      </Stack>
    ) : (
      <Text>{text.start.before}</Text>
    ),
    emergency: newest ? (
      <Stack>
        <Text>{text.start.emergencyText}</Text>
        <EmergencyWays number="112" from={newest} />
      </Stack>
    ) : (
      <Text>{text.start.before}</Text>
    ),
    call: (
      <Stack>
        <Text>
          {text.start.callText} <a href="/phone">{text.start.openPhone}</a>
        </Text>
        {(extensions.data?.extensions.length ?? 0) < 2 && (
          <p className={css.dim}>
            {text.start.second} <a href={linkTo('extensions', '', { add: '' })}>{text.extensions.add}</a>
          </p>
        )}
      </Stack>
    ),
  };
  const count = steps.filter(({ done }) => done).length;
  if (!known) return <p className={css.waiting}>{text.app.waiting}</p>;
  return (
    <>
      <p className={css.lead}>{text.start.lead}</p>
      {extensions.error && <Trouble problem={extensions.error} />}
      <p role="status" className={css.dim}>
        {text.start.progress(String(count), String(steps.length))}
      </p>
      <ol className={css.guide} ref={list}>
        {steps.map(({ name, done }) => (
          <li key={name} data-done={done || undefined} className={css.panel} aria-current={name === open ? 'step' : undefined}>
            <h2 className={css.heading}>
              <span aria-hidden="true" className={css.tick}>
                {done ? '✓' : ''}
              </span>
              <button
                type="button"
                className={css.opener}
                aria-expanded={name === open}
                aria-controls={`step-${name}`}
                onClick={() => setOpen(name)}
              >
                {text.start[name]} {done && <span className="hidden-text">({text.start.done})</span>}
              </button>
            </h2>
            <div id={`step-${name}`} hidden={name !== open}>
              {name === open && (
                // The password of an extension is shown this once: that step is left by hand.
                <Opened done={done && name !== 'extension'} leave={() => setOpen(null)}>
                  {bodies[name]}
                </Opened>
              )}
              {name === open && !done && mayWait.includes(name) && (
                <Button mt="md" variant="subtle" onClick={() => wait(name)}>
                  {name === 'emergency' ? text.start.looked : text.start.later}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ol>
      {next === undefined && <Empty title={text.start.ready} teach={text.start.readyText} />}
      <p>
        <a href={linkTo('dashboard')}>{next === undefined ? text.app.toDashboard : text.start.leave}</a>
      </p>
      <h2 className={css.heading}>{text.start.then}</h2>
      <ul className={css.list}>
        <li>
          <a href={linkTo('trunks')}>{text.start.trunk}</a>
        </li>
        <li>
          <a href={linkTo('limits')}>{text.start.limits}</a>
        </li>
        <li>
          <a href={linkTo('account')}>{text.start.passkey}</a>
        </li>
      </ul>
    </>
  );
}

/** A step while it is worked at; one that was done before stays open. */
function Opened({ done, leave, children }: { done: boolean; leave: () => void; children: ReactNode }) {
  const before = useRef(done);
  useEffect(() => {
    if (done && !before.current) leave();
  });
  return children;
}
