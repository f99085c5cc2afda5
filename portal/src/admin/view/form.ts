// What a form knows of an operation's fields: what a person typed becomes values, and what stands becomes what a person sees.

import type { Value, Values } from '../api/client';
import { type Field, isLong, separatorOf } from '../contract/contract';

/** What stands in each field, as typed; "" is nothing, flags are "true" and "false". */
export type Typed = Readonly<Record<string, string>>;

export type Fault = 'required' | 'number' | { readonly from: number; readonly to: number } | { readonly letters: number };

/** Values of a list stand in lines where they are long, such as opening hours. */
export const inLines = (field: Field): boolean => separatorOf(field) === ';';

/** A value of the server as one types it. */
export function typedOf(field: Field, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.join(inLines(field) ? '\n' : ', ');
  const text = String(value);
  return inLines(field) ? text.replace(/;\s*/g, '\n') : text;
}

export function valueOf(field: Field, typed: string): Value {
  if (field.type === 'boolean') return typed === 'true';
  if (field.type === 'integer') return Number(typed);
  if (field.secret || isLong(field)) return typed;
  if (inLines(field))
    return typed
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join('; ');
  return typed.trim();
}

export function faultOf(field: Field, typed: string): Fault | null {
  if (typed.trim() === '') return field.required ? 'required' : null;
  if (field.type === 'integer') {
    if (!/^-?\d+$/.test(typed.trim())) return 'number';
    const value = Number(typed);
    const from = field.minimum ?? 0;
    const to = field.maximum ?? Number.MAX_SAFE_INTEGER;
    return value < from || value > to ? { from, to } : null;
  }
  if (field.type !== 'string' || field.words) return null;
  return field.minLength !== undefined && typed.trim().length < field.minLength ? { letters: field.minLength } : null;
}

/** What is to be sent: only what differs from what stood there. Emptied fields get their standing values again where that can be asked for. */
export function changesOf(fields: readonly Field[], before: Typed, now: Typed): Values {
  const out: Record<string, Value> = {};
  const standing: string[] = [];
  const canReset = fields.some((field) => field.name === 'default');
  for (const field of fields) {
    const typed = now[field.name] ?? '';
    if (typed === (before[field.name] ?? '')) continue;
    if (typed.trim() !== '') out[field.name] = valueOf(field, typed);
    else if (canReset) standing.push(field.name);
    else if (field.type === 'string') out[field.name] = '';
  }
  if (standing.length > 0) out['default'] = standing.join(',');
  return out;
}

/** "media_encryption" as a person reads it. */
export function labelOf(name: string): string {
  const words = name.replace(/_ms$/, '').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
