// The API's contract as data: what each operation asks for. The JSON file and the types are made by contract.mjs.

import made from './operations.json';
import type { components, operations } from './types';

export type Schemas = components['schemas'];
export type OperationName = keyof operations & string;

type Json<Answer> = Answer extends { content: { 'application/json': infer Value } } ? Value : null;
type Good<Answers> = 200 extends keyof Answers ? Answers[200] : 201 extends keyof Answers ? Answers[201] : never;
/** What an operation answers when all is well. */
export type AnswerOf<Name extends OperationName> = Json<Good<operations[Name]['responses']>>;

export interface Field {
  readonly name: string;
  readonly in: 'path' | 'query' | 'body';
  readonly required: boolean;
  readonly help: string;
  readonly type: 'string' | 'integer' | 'boolean';
  readonly words?: readonly string[];
  readonly secret?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

export interface Operation {
  readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  readonly permission: string;
  readonly changes: boolean;
  readonly fields: readonly Field[];
}

const all = made as unknown as Readonly<Record<string, Operation>>;

export function operation(name: OperationName): Operation {
  const found = all[name];
  if (!found) throw new Error(`the contract has no ${name}`);
  return found;
}

/** Whether a name is that of an operation, for names that are put together. */
export function isOperation(name: string): name is OperationName {
  return name in all;
}

const fileFrom = 1_000_000;

/** A text out of a file: one as long, or the lines and certificates that are called so. */
export const isLong = ({ type, name, maxLength = 0 }: Field): boolean =>
  type === 'string' && (maxLength >= fileFrom || (name === 'text' && maxLength > 4096));

/** What stands between the values of a list; empty: it is one value. */
export function separatorOf({ help }: Field): string {
  return /several with ([,;])/.exec(help)?.[1] ?? '';
}
