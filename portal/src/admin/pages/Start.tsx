import { Button, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useList, useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { linkTo } from '../route';
import { useMay } from '../session';
import { CommandForm } from '../view/CommandForm';
import { Facts, Secret } from '../view/Shown';
import { Trouble } from '../view/Trouble';
import css from '../view/admin.module.css';
import { LinkMaker } from './ExtensionSheet';
import { stepsOf } from './steps';

/** From an empty system to the first call: what is done is ticked, what comes next is open. */
export function Start() {
  const text = useText();
  const may = useMay();
  const extensions = useList('extension.list', 'extensions', may('extension.list'));
  const phones = useList('registration.list', 'registrations', may('registration.list'));
  const records = useTold('cdr.list', { limit: 1 }, may('cdr.list'));
  const [made, setMade] = useState<Schemas['Account'] | null>(null);
  const steps = stepsOf({
    extensions: extensions.data?.extensions.length ?? 0,
    phones: phones.data?.registrations.length ?? 0,
    calls: records.data?.value.cdrs.length ?? 0,
  });
  const newest = made?.number ?? extensions.data?.extensions.at(-1)?.number;
  const bodies: Record<(typeof steps)[number]['name'], ReactNode> = {
    extension: made ? (
      <Stack>
        <Text>{text.extensions.accountText}</Text>
        <Facts facts={[[text.extensions.auth, <code key="auth">{made.auth_name}</code>]]} />
        {made.password && <Secret label={text.signIn.password} value={made.password} />}
      </Stack>
    ) : (
      <CommandForm command="extension.add" first={['number', 'name']} submit={text.extensions.add} done={setMade} />
    ),
    phone: newest ? <LinkMaker number={newest} /> : <Text>{text.start.before}</Text>,
    call: (
      <Text>
        {text.start.callText} <a href="/phone">{text.start.openPhone}</a>
      </Text>
    ),
  };
  return (
    <>
      <p className={css.lead}>{text.start.lead}</p>
      {extensions.error && <Trouble problem={extensions.error} />}
      <ol className={css.guide}>
        {steps.map(({ name, done, next }) => (
          <li key={name} data-done={done || undefined} className={css.panel}>
            <h2 className={css.heading}>
              <span aria-hidden="true" className={css.tick}>
                {done ? '✓' : ''}
              </span>
              {text.start[name]} {done && <span className="hidden-text">({text.start.done})</span>}
            </h2>
            {(next || (name === 'extension' && made)) && bodies[name]}
          </li>
        ))}
      </ol>
      <h2 className={css.heading}>{text.start.then}</h2>
      <ul className={css.list}>
        <li>
          <a href={linkTo('telephony')}>{text.start.country}</a>
        </li>
        <li>
          <a href={linkTo('trunks')}>{text.start.trunk}</a>
        </li>
        <li>
          <a href={linkTo('limits')}>{text.start.limits}</a>
        </li>
        <li>
          <a href={linkTo('account')}>{text.start.factor}</a>
        </li>
      </ul>
      {steps.every(({ done }) => done) && (
        <Button component="a" href={linkTo('dashboard')} mt="md">
          {text.app.toDashboard}
        </Button>
      )}
    </>
  );
}
