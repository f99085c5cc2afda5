// Which addresses lie in a block, as the access list writes one.

/** The bits of an address; null: it is none. */
function bitsOf(text: string): string | null {
  const bits = (value: number, width: number) => value.toString(2).padStart(width, '0');
  if (/^\d+(\.\d+){3}$/.test(text)) {
    const parts = text.split('.').map(Number);
    return parts.some((part) => part > 255) ? null : parts.map((part) => bits(part, 8)).join('');
  }
  const [head = '', tail, more] = text.split('::');
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const missing = 8 - groups(head).length - groups(tail).length;
  if (more !== undefined || (tail === undefined ? missing !== 0 : missing < 1)) return null;
  const all = [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)];
  return all.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) ? all.map((group) => bits(parseInt(group, 16), 16)).join('') : null;
}

/** "192.0.2.10:5060" and "[2001:db8::1]:5060" without their ports. */
export function hostOf(remote: string): string {
  return /^\[([^\]]*)\]/.exec(remote)?.[1] ?? remote.replace(/:\d+$/, '');
}

/** Whether an address lies in a block: "192.0.2.7", "192.0.2.0/24", "192.0.2.0/255.255.255.0", "2001:db8::/32". */
export function liesIn(address: string, block: string): boolean {
  const [base = '', length] = block.trim().split('/');
  const whole = bitsOf(base);
  const bits = bitsOf(address);
  if (whole === null || bits === null || whole.length !== bits.length) return false;
  const mask = length?.includes('.') ? bitsOf(length) : null;
  const prefix = length === undefined ? whole.length : mask ? mask.lastIndexOf('1') + 1 : /^\d+$/.test(length) ? Number(length) : -1;
  return prefix >= 0 && prefix <= whole.length && whole.slice(0, prefix) === bits.slice(0, prefix);
}
