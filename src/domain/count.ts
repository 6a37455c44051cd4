/** `1 day`, `2 days`, `2 addresses` */
export const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : thing.endsWith('s') ? 'es' : 's'}`;
