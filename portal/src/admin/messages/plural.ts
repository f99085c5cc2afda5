export const plural = (count: string | number, one: string, many: string) => `${count} ${String(count) === '1' ? one : many}`;
