import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useList } from '../api/queries';
import type { Schemas } from '../contract/contract';
import { useText } from '../messages';
import { useMay } from '../session';
import { DataTable } from '../view/DataTable';
import { Sheet, useDesk } from '../view/Dialogs';
import { Mark } from '../view/Shown';
import { Asked, Empty } from '../view/Trouble';
import css from '../view/admin.module.css';
import { clock } from '../view/words';
import { Ladder } from './Ladder';

/** Calls that run now. */
export function Calls() {
  const text = useText();
  const query = useList('call.list', 'calls');
  return (
    <>
      <p className={css.lead}>{text.calls.lead}</p>
      <Asked query={query}>{({ calls }) => <CallTable calls={calls} />}</Asked>
    </>
  );
}

export function CallTable({ calls }: { calls: readonly Schemas['CallRecord'][] }) {
  const text = useText();
  const may = useMay();
  const { confirm } = useDesk();
  const [traced, setTraced] = useState<Schemas['CallRecord'] | null>(null);
  const hangUp = ({ id, caller, dialled }: Schemas['CallRecord']) =>
    confirm({
      title: text.calls.endTitle,
      consequences: [text.calls.ends(caller, dialled)],
      action: text.calls.end,
      command: 'call.hangup',
      values: { id },
    });
  return (
    <>
      <DataTable
        caption={text.pages.calls}
        rows={calls}
        rowKey={({ id }) => id}
        plain
        empty={<Empty title={text.calls.none} teach={text.calls.teach} />}
        columns={[
          { key: 'caller', title: text.calls.from, cell: ({ caller }) => caller },
          { key: 'dialled', title: text.calls.to, cell: ({ dialled }) => dialled },
          { key: 'state', title: text.calls.state, cell: ({ state }) => state ?? '', show: ({ state }) => <Mark tone={state === 'talking' ? 'good' : 'plain'}>{text.label(state ?? '')}</Mark> },
          { key: 'length', title: text.calls.length, cell: ({ duration_s }) => duration_s ?? 0, show: ({ duration_s }) => clock(duration_s ?? 0), end: true },
          { key: 'trunk', title: text.calls.trunk, cell: ({ trunk_in, trunk_out }) => trunk_out || trunk_in, minor: true },
          // Whoever does not read records is told of no money.
          ...(may('cdr.list')
            ? [{ key: 'reserved', title: text.calls.reserved, cell: ({ reserved }: Schemas['CallRecord']) => reserved, show: ({ reserved, currency }: Schemas['CallRecord']) => (reserved ? `${reserved} ${currency}` : ''), minor: true, end: true }]
            : []),
          {
            key: 'actions',
            title: '',
            cell: () => '',
            end: true,
            show: (call) => (
              <Group gap="xs" justify="flex-end" wrap="nowrap">
                {may('trace.call') && (
                  <Button size="compact-sm" variant="default" onClick={() => setTraced(call)}>
                    {text.trace.open}
                  </Button>
                )}
                {may('call.hangup') && (
                  <Button size="compact-sm" variant="default" onClick={() => hangUp(call)}>
                    {text.calls.end}
                  </Button>
                )}
              </Group>
            ),
          },
        ]}
      />
      {traced && (
        <Sheet title={text.records.one(traced.caller, traced.dialled)} close={() => setTraced(null)} wide>
          <Ladder id={traced.id} />
        </Sheet>
      )}
    </>
  );
}
