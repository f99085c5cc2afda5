import { Button, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { useList, useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { goTo, linkTo, useRoute } from '../route';
import { useMay } from '../session';
import { CommandForm } from '../view/CommandForm';
import { DataTable } from '../view/DataTable';
import { Sheet, useDesk } from '../view/Dialogs';
import { Said } from '../view/Said';
import { Facts, Mark, Secret } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useRemoval } from '../view/removal';

/** Where people sign in who have no password here. */
export function SignIns() {
  const text = useText();
  const may = useMay();
  const { id } = useRoute();
  const [making, setMaking] = useState(false);
  const query = useList('sign-in.list', 'sign_ins');
  return (
    <>
      <p className={css.lead}>{text.signIns.lead}</p>
      <Asked query={query}>
        {({ sign_ins }) => (
          <DataTable
            caption={text.pages['sign-ins']}
            rows={sign_ins}
            rowKey={({ name }) => name}
            plain
            actions={may('sign-in.add') && <Button onClick={() => setMaking(true)}>{text.signIns.add}</Button>}
            empty={<Empty title={text.signIns.none} teach={text.signIns.teach} />}
            columns={[
              { key: 'name', title: text.fields.name, cell: ({ name }) => name, show: ({ name }) => <a href={linkTo('sign-ins', name)}>{name}</a> },
              { key: 'title', title: text.fields.title, cell: ({ title }) => title },
              { key: 'url', title: text.fields.url, cell: ({ url }) => url, minor: true, long: true },
              { key: 'people', title: text.signIns.people, cell: ({ people }) => people, end: true },
              { key: 'state', title: text.signIns.state, cell: (one) => stateOf(one), show: (one) => <State one={one} /> },
            ]}
          />
        )}
      </Asked>
      {making && (
        <Sheet title={text.signIns.add} close={() => setMaking(false)} wide>
          <CommandForm
            command="sign-in.add"
            first={['name', 'kind', 'title', 'url', 'client', 'roles', 'people_of']}
            submit={text.signIns.add}
            done={({ name }) => {
              setMaking(false);
              goTo('sign-ins', name);
            }}
          />
        </Sheet>
      )}
      {id !== '' && <One key={id} name={id} close={() => goTo('sign-ins')} />}
    </>
  );
}

function stateOf({ enabled, has_secret }: Schemas['SignIn']): 'open' | 'shut' | 'noSecret' {
  if (!enabled) return 'shut';
  return has_secret ? 'open' : 'noSecret';
}

function State({ one }: { one: Schemas['SignIn'] }) {
  const text = useText();
  const state = stateOf(one);
  return <Mark tone={state === 'open' ? 'good' : state === 'shut' ? 'plain' : 'fair'}>{text.signIns[state]}</Mark>;
}

function One({ name, close }: { name: string; close: () => void }) {
  const text = useText();
  const may = useMay();
  const { say } = useDesk();
  const ask = useRemoval();
  const query = useTold('sign-in.show', { name });
  const remove = (people: number) =>
    ask({
      name,
      consequences: [text.signIns.removed(people)],
      command: 'sign-in.remove',
      values: { name, force: people > 0 ? true : undefined },
      done: close,
    });
  return (
    <Sheet title={name} close={close} wide>
      <Asked query={query}>
        {({ value: one, tag }) => (
          <Stack>
            <Facts
              facts={[
                [text.signIns.state, <State key="state" one={one} />],
                [text.signIns.people, one.people],
                [text.fields.people_of, one.people_of],
                [text.signIns.ca, one.has_ca ? text.signIns.caOwn : text.signIns.caSystem],
              ]}
            />
            {one.redirect !== '' && <Secret label={text.signIns.redirect} value={one.redirect} />}
            {may('sign-in.set') && (
              <details className={css.more} open={!one.has_secret || undefined}>
                <summary>{text.fields.secret}</summary>
                <CommandForm command="sign-in.secret" given={{ name }} submit={text.app.save} done={() => say(text.app.saved)} />
              </details>
            )}
            {may('sign-in.set') && (
              <details className={css.more}>
                <summary>{text.signIns.ca}</summary>
                <CommandForm command="sign-in.ca" given={{ name }} submit={text.app.save} done={() => say(text.app.saved)} />
              </details>
            )}
            {may('sign-in.set') && (
              <CommandForm
                key={tag}
                command="sign-in.set"
                given={{ name }}
                now={one}
                tag={tag}
                without={without(one.kind)}
                warn={({ enabled }) => (enabled === false ? [text.signIns.shuts(one.people)] : [])}
                submit={text.app.save}
                done={(answer) => say(answer.message === undefined ? text.app.saved : <Said text={answer.message} />)}
              />
            )}
            {may('sign-in.remove') && (
              <Group>
                <Button variant="default" onClick={() => remove(one.people)}>
                  {text.app.remove}
                </Button>
              </Group>
            )}
          </Stack>
        )}
      </Asked>
    </Sheet>
  );
}

/** Fields that mean nothing to one of this kind. */
function without(kind: string): readonly string[] {
  return kind === 'ldap' ? ['scopes', 'networks'] : ['base', 'filter', 'group_base', 'group_filter'];
}
