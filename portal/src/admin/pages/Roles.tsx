import { Button, Checkbox, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { useCommand, useList, useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { type Messages, useText } from '../messages';
import { goTo, linkTo, useRoute } from '../route';
import { useMay } from '../session';
import { CommandForm } from '../view/CommandForm';
import { DataTable } from '../view/DataTable';
import { Sheet, useDesk } from '../view/Dialogs';
import { Said } from '../view/Said';
import { Facts, Mark } from '../view/Shown';
import { Asked, Empty, Trouble } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useRemoval } from '../view/removal';
import { redo, undoOfRole } from './undo';

/** A built-in one is called as the language has it. */
export const titleOf = ({ name, title, built_in }: Schemas['Role'], text: Messages): string =>
  (built_in ? text.roles.titles[name as keyof Messages['roles']['titles']] : undefined) ?? title;

/** What there is to be allowed, bundled. Roles of one's own begin as a copy. */
export function Roles() {
  const text = useText();
  const may = useMay();
  const { id } = useRoute();
  const [making, setMaking] = useState(false);
  const query = useList('role.list', 'roles');
  return (
    <>
      <p className={css.lead}>{text.roles.lead}</p>
      <Asked query={query}>
        {({ roles }) => (
          <DataTable
            caption={text.pages.roles}
            rows={roles}
            rowKey={({ name }) => name}
            plain
            actions={may('role.copy') && <Button onClick={() => setMaking(true)}>{text.roles.copy}</Button>}
            empty={<Empty title={text.roles.none} teach={text.roles.teach} />}
            columns={[
              { key: 'name', title: text.fields.name, cell: ({ name }) => name, show: ({ name }) => <a href={linkTo('roles', name)}>{name}</a> },
              { key: 'title', title: text.fields.title, cell: (role) => titleOf(role, text) },
              { key: 'realm', title: text.roles.realm, cell: ({ realm }) => text.label(realm) },
              { key: 'count', title: text.roles.permissions, cell: ({ permissions }) => permissions.length, end: true },
              {
                key: 'own',
                title: '',
                cell: ({ built_in }) => (built_in ? 1 : 0),
                show: ({ built_in, copied_from }) => (built_in ? <Mark tone="plain">{text.roles.builtIn}</Mark> : text.roles.from(copied_from)),
                minor: true,
              },
            ]}
          />
        )}
      </Asked>
      {making && (
        <Sheet title={text.roles.copy} close={() => setMaking(false)}>
          <CommandForm
            command="role.copy"
            submit={text.roles.copy}
            done={({ name }) => {
              setMaking(false);
              goTo('roles', name);
            }}
          />
        </Sheet>
      )}
      {id !== '' && <RoleSheet key={id} name={id} close={() => goTo('roles')} />}
    </>
  );
}

function RoleSheet({ name, close }: { name: string; close: () => void }) {
  const text = useText();
  const may = useMay();
  const ask = useRemoval();
  const roles = useList('role.list', 'roles').data?.roles ?? [];
  const query = useTold('role.show', { name });
  const all = useTold('permission.list').data?.value.permissions ?? [];
  const remove = (role: Schemas['Role']) => {
    const undo = undoOfRole(role, roles);
    ask({
      name,
      consequences: [text.roles.haveIt((role.users ?? []).length), text.roles.removed],
      command: 'role.remove',
      values: { name },
      done: close,
      ...(undo ? { undo: () => redo(undo) } : {}),
    });
  };
  return (
    <Sheet title={text.roles.one(name)} close={close} wide>
      <Asked query={query}>
        {({ value: role, tag }) => (
          <Stack>
            <Facts
              facts={[
                [text.fields.title, titleOf(role, text)],
                [text.roles.realm, text.label(role.realm)],
                [text.pages.users, (role.users ?? []).join(', ')],
              ]}
            />
            {!role.built_in && may('role.remove') && (
              <Group>
                <Button variant="default" onClick={() => remove(role)}>
                  {text.app.remove}
                </Button>
              </Group>
            )}
            {role.built_in && <p className={css.dim}>{text.roles.builtInText}</p>}
            <Permissions key={tag} role={role} tag={tag} all={all} fixed={role.built_in || !may('role.set')} />
          </Stack>
        )}
      </Asked>
    </Sheet>
  );
}

interface PermissionsProps {
  readonly role: Schemas['Role'];
  readonly tag: string;
  readonly all: readonly Schemas['Permission'][];
  readonly fixed: boolean;
}

function Permissions({ role, tag, all, fixed }: PermissionsProps) {
  const text = useText();
  const { say } = useDesk();
  const [has, setHas] = useState<ReadonlySet<string>>(new Set(role.permissions));
  const saving = useCommand('role.set');
  const allow = [...has].filter((each) => !role.permissions.includes(each));
  const deny = role.permissions.filter((each) => !has.has(each));
  const save = () =>
    saving.mutate(
      {
        values: { name: role.name, allow: allow.join(',') || undefined, deny: deny.join(',') || undefined },
        ...(tag ? { tag } : {}),
      },
      { onSuccess: () => say(text.app.saved) },
    );
  const turn = (name: string, on: boolean) =>
    setHas((before) => {
      const next = new Set(before);
      if (on) next.add(name);
      else next.delete(name);
      return next;
    });
  return (
    <Stack>
      <fieldset className={css.checks}>
        <legend>{text.roles.permissions}</legend>
        {all
          .filter(({ realm }) => role.realm === 'system' || realm === 'tenant' || realm === role.realm)
          .map(({ name, allows }) => (
            <Checkbox
              key={name}
              label={name}
              description={<Said text={allows} />}
              checked={has.has(name)}
              disabled={fixed}
              onChange={(event) => turn(name, event.currentTarget.checked)}
            />
          ))}
      </fieldset>
      {saving.error && <Trouble problem={saving.error} />}
      {!fixed && (
        <Button onClick={save} loading={saving.isPending} disabled={allow.length + deny.length === 0} className={css.submit}>
          {text.app.save}
        </Button>
      )}
    </Stack>
  );
}
