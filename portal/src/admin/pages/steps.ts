// The way to the first call.

interface There {
  readonly extensions: number;
  readonly phones: number;
  readonly calls: number;
}

export interface Step {
  readonly name: 'extension' | 'phone' | 'call';
  readonly done: boolean;
  /** What is to be done now: the first that is not done, and a second extension may always be given a phone. */
  readonly next: boolean;
}

const namesInOrder = ['extension', 'phone', 'call'] as const;

/** A call needs two: two extensions, two phones, one call. */
export function stepsOf({ extensions, phones, calls }: There): readonly Step[] {
  const done = { extension: extensions >= 2, phone: phones >= 2, call: calls >= 1 };
  const started = { extension: true, phone: extensions >= 1, call: done.phone };
  return namesInOrder.map((name) => ({ name, done: done[name], next: !done[name] && started[name] }));
}
