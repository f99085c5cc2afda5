import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Problem } from '../api/client';
import { useCommand, useList, useTold } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { useMay } from '../session';
import { CommandForm } from '../view/CommandForm';
import { DataTable } from '../view/DataTable';
import { Sheet, useDesk } from '../view/Dialogs';
import { Said } from '../view/Said';
import { Facts, Mark, Secret } from '../view/Shown';
import { Asked, Empty, Trouble } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useRemoval } from '../view/removal';
import { useWhen } from '../view/words';
import { redo, undoOfContact, undoOfRoute, undoOfTemplate } from './undo';

/** Who is told of events, of which, and in which words. */
export function Contacts() {
  const text = useText();
  const may = useMay();
  return (
    <>
      <p className={css.lead}>{text.contacts.lead}</p>
      <People />
      <h2 className={css.heading}>{text.contacts.routes}</h2>
      <Routes />
      <h2 className={css.heading}>{text.contacts.templates}</h2>
      <Templates />
      {may('mail.show') && (
        <section className={css.panel}>
          <h2 className={css.heading}>{text.contacts.mail}</h2>
          <Mail />
        </section>
      )}
    </>
  );
}

function People() {
  const text = useText();
  const may = useMay();
  const when = useWhen();
  const { confirm, say } = useDesk();
  const [adding, setAdding] = useState(false);
  const [changing, setChanging] = useState<Schemas['EventContact'] | null>(null);
  const [made, setMade] = useState<{ name: string; secret: string } | null>(null);
  const query = useList('event-contact.list', 'contacts');
  const routes = useList('event-route.list', 'routes').data?.routes;
  const ask = useRemoval();
  const remove = (contact: Schemas['EventContact']) => {
    // Without its routes it would not be as it was.
    const undo = routes && undoOfContact(contact, routes);
    const led = (routes ?? []).filter((route) => route.contact === contact.name).length;
    ask({
      name: contact.name,
      consequences: [routes ? text.contacts.routesGo(led) : text.contacts.removed],
      command: 'event-contact.remove',
      values: { name: contact.name },
      ...(undo ? { undo: () => redo(undo) } : {}),
    });
  };
  const testing = useCommand('event.test');
  return (
    <>
      {testing.error && <Trouble problem={testing.error as Problem} />}
      <Asked query={query}>
        {({ contacts }) => (
          <DataTable
            caption={text.contacts.contacts}
            rows={contacts}
            rowKey={({ name }) => name}
            plain
            actions={may('event-contact.add') && <Button onClick={() => setAdding(true)}>{text.contacts.add}</Button>}
            empty={<Empty title={text.contacts.none} teach={text.contacts.teach} />}
            columns={[
              { key: 'name', title: text.fields.name, cell: ({ name }) => name },
              { key: 'way', title: text.fields.way, cell: ({ way }) => text.label(way) },
              { key: 'target', title: text.fields.target, cell: ({ target }) => target, long: true },
              { key: 'quiet', title: text.fields.quiet, cell: ({ quiet }) => quiet, minor: true },
              { key: 'taken', title: text.contacts.taken, cell: ({ now }) => now?.taken ?? '', show: ({ now }) => when(now?.taken ?? '') || '—', minor: true },
              {
                key: 'trouble',
                title: text.contacts.trouble,
                cell: ({ enabled, now }) => (enabled ? (now?.trouble ?? '') : text.app.off),
                show: ({ enabled, now }) => (enabled ? now?.trouble && <span className={css.bad}><Said text={now.trouble} /></span> : <Mark tone="plain">{text.app.off}</Mark>),
              },
              {
                key: 'actions',
                title: '',
                cell: () => '',
                end: true,
                show: (contact) =>
                  may('event-contact.set') && (
                    <Group gap="xs" justify="flex-end">
                      <Button
                        size="compact-sm"
                        variant="default"
                        loading={testing.isPending && testing.variables?.values?.['contact'] === contact.name}
                        onClick={() => testing.mutate({ values: { contact: contact.name } }, { onSuccess: ({ message }) => say(<Said text={message} />) })}
                      >
                        {text.contacts.test}
                      </Button>
                      {contact.way === 'webhook' && (
                        <Button
                          size="compact-sm"
                          variant="default"
                          onClick={() =>
                            confirm({
                              title: text.contacts.renewTitle(contact.name),
                              consequences: [text.contacts.renewed],
                              action: text.contacts.renew,
                              command: 'event-contact.secret',
                              values: { name: contact.name },
                              done: (answer) => setMade(answer as Schemas['EventContactSecret']),
                            })
                          }
                        >
                          {text.contacts.renew}
                        </Button>
                      )}
                      <Button size="compact-sm" variant="default" onClick={() => setChanging(contact)}>
                        {text.app.edit}
                      </Button>
                      <Button
                        size="compact-sm"
                        variant="default"
                        onClick={() => remove(contact)}
                      >
                        {text.app.remove}
                      </Button>
                    </Group>
                  ),
              },
            ]}
          />
        )}
      </Asked>
      {adding && (
        <Sheet title={text.contacts.add} close={() => setAdding(false)}>
          <CommandForm
            command="event-contact.add"
            first={['name', 'way', 'target', 'language', 'quiet', 'digest']}
            without={['enabled']}
            submit={text.contacts.add}
            done={({ name, secret }) => {
              setAdding(false);
              if (secret) setMade({ name, secret });
            }}
          >
            <Text size="sm">{text.contacts.hint}</Text>
          </CommandForm>
        </Sheet>
      )}
      {changing && (
        <Sheet title={changing.name} close={() => setChanging(null)}>
          <Stack>
            <CommandForm
              command="event-contact.set"
              given={{ name: changing.name }}
              now={{ ...changing }}
              submit={text.app.save}
              done={({ name, secret }) => {
                setChanging(null);
                if (secret) setMade({ name, secret });
                else say(text.app.saved);
              }}
            />
            {['webhook', 'syslog'].includes(changing.way) && (
              <CommandForm
                command="event-contact.ca"
                given={{ name: changing.name }}
                submit={text.contacts.ca}
                done={() => {
                  setChanging(null);
                  say(text.app.saved);
                }}
              />
            )}
          </Stack>
        </Sheet>
      )}
      {made && (
        <Sheet title={made.name} close={() => setMade(null)}>
          <Stack>
            <Text>{text.contacts.once}</Text>
            <Secret label={text.contacts.secret} value={made.secret} />
            <Button onClick={() => setMade(null)}>{text.extensions.noted}</Button>
          </Stack>
        </Sheet>
      )}
    </>
  );
}

function Routes() {
  const text = useText();
  const may = useMay();
  const { say } = useDesk();
  const ask = useRemoval();
  const [adding, setAdding] = useState(false);
  const [changing, setChanging] = useState<Schemas['EventRoute'] | null>(null);
  const query = useList('event-route.list', 'routes');
  return (
    <>
      <Asked query={query}>
        {({ routes }) => (
          <DataTable
            caption={text.contacts.routes}
            rows={routes}
            rowKey={({ name }) => name}
            plain
            actions={may('event-route.add') && <Button onClick={() => setAdding(true)}>{text.contacts.addRoute}</Button>}
            empty={<Empty title={text.contacts.noRoutes} teach={text.contacts.teachRoutes} />}
            columns={[
              { key: 'name', title: text.fields.name, cell: ({ name }) => name },
              { key: 'events', title: text.fields.events, cell: ({ events }) => events },
              { key: 'level', title: text.fields.level, cell: ({ level }) => text.events.levels[level as keyof typeof text.events.levels] ?? level },
              { key: 'contact', title: text.fields.contact, cell: ({ contact }) => contact },
              { key: 'enabled', title: text.fields.enabled, cell: ({ enabled }) => (enabled ? '' : text.app.off), minor: true },
              {
                key: 'actions',
                title: '',
                cell: () => '',
                end: true,
                show: (route) =>
                  may('event-route.set') && (
                    <Group gap="xs" justify="flex-end">
                      <Button size="compact-sm" variant="default" onClick={() => setChanging(route)}>
                        {text.app.edit}
                      </Button>
                      <Button
                        size="compact-sm"
                        variant="default"
                        onClick={() =>
                          ask({
                            name: route.name,
                            consequences: [text.contacts.noLonger(route.events, route.contact)],
                            command: 'event-route.remove',
                            values: { name: route.name },
                            undo: () => redo(undoOfRoute(route)),
                          })
                        }
                      >
                        {text.app.remove}
                      </Button>
                    </Group>
                  ),
              },
            ]}
          />
        )}
      </Asked>
      {adding && (
        <Sheet title={text.contacts.addRoute} close={() => setAdding(false)}>
          <CommandForm
            command="event-route.add"
            first={['name', 'contact', 'level', 'events']}
            without={['enabled']}
            submit={text.contacts.addRoute}
            done={() => setAdding(false)}
          />
        </Sheet>
      )}
      {changing && (
        <Sheet title={changing.name} close={() => setChanging(null)}>
          <CommandForm
            command="event-route.set"
            given={{ name: changing.name }}
            now={{ ...changing }}
            submit={text.app.save}
            done={() => {
              setChanging(null);
              say(text.app.saved);
            }}
          />
        </Sheet>
      )}
    </>
  );
}

function Templates() {
  const text = useText();
  const may = useMay();
  const { say } = useDesk();
  const ask = useRemoval();
  const [changing, setChanging] = useState(false);
  const query = useList('event-template.list', 'templates');
  return (
    <>
      <Asked query={query}>
        {({ templates }) => (
          <DataTable
            caption={text.contacts.templates}
            rows={templates}
            rowKey={({ name, language }) => `${name} ${language}`}
            plain
            actions={
              may('event-template.set') && (
                <Button variant="default" onClick={() => setChanging(true)}>
                  {text.contacts.setTemplate}
                </Button>
              )
            }
            empty={<Empty title={text.contacts.noTemplates} teach={text.contacts.teachTemplates} />}
            columns={[
              { key: 'name', title: text.fields.events, cell: ({ name }) => name },
              { key: 'language', title: text.fields.language, cell: ({ language }) => language },
              { key: 'subject', title: text.fields.subject, cell: ({ subject }) => subject },
              {
                key: 'actions',
                title: '',
                cell: () => '',
                end: true,
                show: (template) =>
                  may('event-template.remove') && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      onClick={() =>
                        ask({
                          name: template.name,
                          consequences: [text.contacts.ourWords],
                          command: 'event-template.remove',
                          values: { name: template.name, language: template.language },
                          undo: () => redo(undoOfTemplate(template)),
                        })
                      }
                    >
                      {text.app.remove}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Asked>
      {changing && (
        <Sheet title={text.contacts.setTemplate} close={() => setChanging(false)}>
          <CommandForm
            command="event-template.set"
            submit={text.app.save}
            done={() => {
              setChanging(false);
              say(text.app.saved);
            }}
          />
        </Sheet>
      )}
    </>
  );
}

function Mail() {
  const text = useText();
  const may = useMay();
  const { say } = useDesk();
  const [changing, setChanging] = useState(false);
  const query = useTold('mail.show');
  const mail = query.data?.value;
  return (
    <>
      {query.error && <Trouble problem={query.error} again={() => void query.refetch()} />}
      {mail && mail.server === '' && <p>{text.contacts.noMail}</p>}
      {mail && mail.server !== '' && (
        <Facts
          facts={[
            [text.fields.server, `${mail.server}:${mail.port}`],
            [text.contacts.encryption, mail.tls],
            [text.fields.user, mail.user],
            [text.fields.password, mail.password ? text.contacts.passwordKept : ''],
            [text.fields.from, mail.from],
          ]}
        />
      )}
      {mail && may('mail.set') && (
        <Button variant="default" mt="sm" onClick={() => setChanging(true)}>
          {text.app.edit}
        </Button>
      )}
      {changing && mail && (
        <Sheet title={text.contacts.mail} close={() => setChanging(false)}>
          <Stack>
            <CommandForm
              command="mail.set"
              now={{ ...mail, password: undefined }}
              submit={text.app.save}
              done={() => {
                setChanging(false);
                say(text.app.saved);
              }}
            />
            <CommandForm
              command="mail.ca"
              submit={text.contacts.ca}
              done={() => {
                setChanging(false);
                say(text.app.saved);
              }}
            />
          </Stack>
        </Sheet>
      )}
    </>
  );
}
