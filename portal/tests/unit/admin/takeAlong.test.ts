import { describe, expect, it } from 'vitest';
import type { Schemas } from '../../../src/admin/contract/contract';
import { cellOf, recordsAtOnce, recordsMost, takeAlong } from '../../../src/admin/pages/takeAlong';

const record = (id: string, more: Partial<Schemas['CallRecord']> = {}) =>
  ({ id, caller: '1001', dialled: '1002', talked_s: 65, media: [], ...more }) as unknown as Schemas['CallRecord'];

/** A server with so many records, one more coming with every question. */
function server(count: number, comes = false) {
  const asked: [number, number][] = [];
  const all = Array.from({ length: count }, (_, at) => record(`c${at}`));
  const ask = async (limit: number, offset: number) => {
    asked.push([limit, offset]);
    if (comes) all.unshift(record(`new${asked.length}`));
    const cdrs = all.slice(offset, offset + limit);
    return { cdrs, more: cdrs.length === limit };
  };
  return { ask, asked };
}

describe('a cell', () => {
  it.each([
    ['=HYPERLINK("http://x.example")', `"'=HYPERLINK(""http://x.example"")"`],
    ['+493012345', `"'+493012345"`],
    ['-1+1', `"'-1+1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"'\t=1"`],
    ['\r=1', `"'\r=1"`],
  ])('that %j begins is no formula', (text, cell) => expect(cellOf(text)).toBe(cell));

  it('is else as it was, within its quotes whatever stands in it', () => {
    expect(cellOf('1001')).toBe('"1001"');
    expect(cellOf('a,"b"\r\n=c')).toBe('"a,""b""\r\n=c"');
    expect(cellOf('')).toBe('""');
  });
});

describe('records taken along', () => {
  it('have the columns of the command line, and what a caller wrote as text', async () => {
    const leg = (encryption: string, suite: string) => ({ encryption, suite }) as Schemas['Leg'];
    const { csv, count, cut } = await takeAlong(
      async () => ({ cdrs: [record('c1', { caller: '=cmd|1', media: [leg('sdes', 'AES_256'), leg('none', '')] })], more: false }),
      () => undefined,
    );
    const [head = '', first = ''] = csv.split('\r\n');
    expect(head).toMatch(/^"id","started","answered","ended","caller","dialled".*,"engine","media"$/);
    expect(first).toMatch(/^"c1","","","","'=cmd\|1","1002",.*,"65",.*,"sdes AES_256\/none"$/);
    expect([head, first].map((each) => each.split('","').length)).toEqual([30, 30]);
    expect([count, cut]).toEqual([1, false]);
  });

  it('are asked for part by part, and told as they come', async () => {
    const { ask, asked } = server(recordsAtOnce + 7);
    const told: number[] = [];
    expect(await takeAlong(ask, (count) => told.push(count))).toMatchObject({ count: recordsAtOnce + 7, cut: false });
    expect(told).toEqual([recordsAtOnce, recordsAtOnce + 7]);
    expect(asked).toEqual([[recordsAtOnce, 0], [recordsAtOnce, recordsAtOnce]]);
  });

  it('stand there once each, also while calls come', async () => {
    const { csv } = await takeAlong(server(recordsAtOnce * 3, true).ask, () => undefined);
    const ids = csv.split('\r\n').slice(1, -1).map((each) => each.split(',')[0]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(['"c0"', `"c${recordsAtOnce}"`, `"c${recordsAtOnce * 3 - 1}"`]));
  });

  it('are no more than a browser holds, which is said', async () => {
    const { ask, asked } = server(recordsMost + 1);
    expect(await takeAlong(ask, () => undefined)).toMatchObject({ count: recordsMost, cut: true });
    expect(asked.length).toBe(recordsMost / recordsAtOnce);
  });
});
