import { Button, Group, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useTold } from '../api/queries';
import { operation } from '../contract/contract';
import { useText } from '../messages';
import { useMay } from '../session';
import { DataTable } from '../view/DataTable';
import { useDesk } from '../view/Dialogs';
import { Said } from '../view/Said';
import { Facts, Mark } from '../view/Shown';
import { Meter } from '../view/Meter';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { useWhen } from '../view/words';
import { Certificate } from './Certificate';

const everyMs = 10_000;

/** The system itself: listeners, ports, limits, the firewall rules that it needs. */
export function State() {
  const text = useText();
  const may = useMay();
  const when = useWhen();
  const { confirm } = useDesk();
  const query = useTold('status', {}, true, everyMs);
  const ports = useTold('ports');
  const limits = query.data?.value.limits ?? [];
  const used = (what: string) => limits.find(({ name }) => name === what)?.used ?? 0;
  const stop = () =>
    confirm({
      title: text.state.stopTitle,
      consequences: [text.state.endsCalls(used('calls')), text.state.cutsOff(used('registrations')), text.state.stopText, text.app.noUndo],
      action: text.state.stop,
      command: 'stop',
      values: {},
    });
  const reload = () =>
    confirm({
      title: text.state.reload,
      consequences: [text.state.reloadText],
      action: text.state.reload,
      command: 'reload',
      values: {},
    });
  return (
    <>
      <Asked query={query}>
        {({ value: s }) => (
          <>
            <section className={css.panel}>
              <Facts
                facts={[
                  [text.state.version, s.version],
                  [text.state.started, when(s.started)],
                  [text.extensions.realm, s.realm],
                  [text.state.publicAddress, s.public_address?.address ?? (s.public_address?.problem && <Said key="address" text={s.public_address.problem} />)],
                  [text.state.enforcement, <Said key="enforcement" text={`${s.enforcement.means} — ${s.enforcement.why}`} />],
                  [text.state.config, s.config],
                ]}
              />
              <Group mt="sm">
                {may('reload') && (
                  <Button variant="default" onClick={reload}>
                    {text.state.reload}
                  </Button>
                )}
                {may('stop') && (
                  <Button variant="default" onClick={stop}>
                    {text.state.stop}
                  </Button>
                )}
              </Group>
            </section>
            <h2 className={css.heading}>{text.state.limits}</h2>
            <DataTable
              caption={text.state.limits}
              rows={s.limits}
              rowKey={({ name }) => name}
              plain
              empty={<Empty title={text.state.noLimits} teach={text.state.teachLimits} />}
              columns={[
                { key: 'name', title: text.fields.name, cell: ({ name }) => text.label(name) },
                { key: 'used', title: text.state.used, cell: ({ used, limit }) => (limit > 0 ? used / limit : 0), show: ({ used, limit }) => <Meter used={String(used)} of={String(limit)} /> },
              ]}
            />
          </>
        )}
      </Asked>
      {may('certificate.show') && <Certificate />}
      <h2 className={css.heading}>{text.state.ports}</h2>
      <Asked query={ports}>
        {({ value }) => (
          <DataTable
            caption={text.state.ports}
            rows={value.ports}
            rowKey={({ service, protocol, address, port }) => `${service} ${protocol} ${address} ${port}`}
            plain
            empty={<Empty title={text.state.noPorts} teach={text.state.teachPorts} />}
            columns={[
              { key: 'service', title: text.state.service, cell: ({ service }) => service },
              { key: 'protocol', title: text.state.protocol, cell: ({ protocol }) => protocol },
              { key: 'address', title: text.phones.address, cell: ({ address }) => address },
              { key: 'port', title: text.state.port, cell: ({ port }) => port, end: true },
              { key: 'state', title: text.bans.state, cell: ({ state }) => state, show: ({ state }) => <Mark tone={/listen|open|up/.test(state) ? 'good' : 'plain'}>{text.label(state)}</Mark> },
            ]}
          />
        )}
      </Asked>
      {may('media.list') && <Media />}
      <Firewall />
    </>
  );
}

/** Media servers beside this program, when there are any. */
function Media() {
  const text = useText();
  const query = useTold('media.list');
  return (
    <section>
      <h2 className={css.heading}>{text.state.media}</h2>
      <Asked query={query}>
        {({ value: { servers } }) => (
          <DataTable
            caption={text.state.media}
            rows={servers}
            rowKey={({ address }) => address}
            plain
            empty={<Empty title={text.state.noMedia} teach={text.state.teachMedia} />}
            columns={[
              { key: 'address', title: text.phones.address, cell: ({ address }) => address },
              { key: 'state', title: text.bans.state, cell: ({ state }) => state, show: ({ state }) => <Mark tone={state === 'up' ? 'good' : 'bad'}>{text.label(state)}</Mark> },
              { key: 'weight', title: text.state.weight, cell: ({ weight }) => weight, end: true },
              { key: 'calls', title: text.state.streams, cell: ({ calls }) => calls, end: true },
              { key: 'why', title: text.state.why, said: true, cell: ({ why }) => why, minor: true },
            ]}
          />
        )}
      </Asked>
    </section>
  );
}

function Firewall() {
  const text = useText();
  const formats = operation('firewall.show').fields.find(({ name }) => name === 'format')?.words ?? [];
  const [format, setFormat] = useState('nft');
  const query = useTold('firewall.show', { format });
  return (
    <section>
      <h2 className={css.heading}>{text.state.firewall}</h2>
      <div className={css.tools}>
        <NativeSelect aria-label={text.state.format} value={format} onChange={(event) => setFormat(event.currentTarget.value)} data={[...formats]} />
      </div>
      <Asked query={query}>
        {({ value }) => (
          <pre className={css.pre} tabIndex={0} aria-label={text.state.firewall}>
            {value.text}
          </pre>
        )}
      </Asked>
    </section>
  );
}
