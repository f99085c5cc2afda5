// The way to the first call.

interface There {
  /** Whether a stolen password alone does not open one's own account. */
  readonly factor: boolean;
  readonly home: string;
  readonly extensions: number;
  readonly phones: number;
  readonly calls: number;
  /** What was put off, or looked at and found right. */
  readonly passed: readonly StepName[];
}

export type StepName = 'self' | 'house' | 'extension' | 'phone' | 'emergency' | 'call';

export interface Step {
  readonly name: StepName;
  readonly done: boolean;
  /** The first that is not done: where one goes on. */
  readonly next: boolean;
}

const namesInOrder = ['self', 'house', 'extension', 'phone', 'emergency', 'call'] as const;

/** What may wait; nobody calls without the others. */
export const mayWait: readonly StepName[] = ['self', 'house', 'emergency'];

export function stepsOf({ factor, home, extensions, phones, calls, passed }: There): readonly Step[] {
  const there = { self: factor, house: home !== '', extension: extensions > 0, phone: phones > 0, emergency: false, call: calls > 0 };
  const done = (name: StepName) => there[name] || (mayWait.includes(name) && passed.includes(name));
  const next = namesInOrder.find((name) => !done(name));
  return namesInOrder.map((name) => ({ name, done: done(name), next: name === next }));
}
