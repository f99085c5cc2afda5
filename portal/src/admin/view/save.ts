/** Gives a content to whoever sits there as a file. */
export function save(content: string | Uint8Array<ArrayBuffer>, name: string): void {
  const link = document.createElement('a');
  const type = typeof content === 'string' ? 'text/plain' : 'application/octet-stream';
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
}
