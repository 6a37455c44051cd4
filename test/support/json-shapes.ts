import { list, record, ref, type Schema } from '../../src/views/openapi/schema.ts';

const ANY_VALUE: Schema = { type: ['string', 'number', 'boolean', 'null'] };

/**
 * A shape as docs/formats/json.md writes it, such as `{ at, routers: [{ name, up }], rows: [AuditRow] }`, as a JSON Schema: all fields and no
 * others. A name with a capital is a named schema, another one any value that is neither an object nor a list. An object may be null.
 */
export function shapeSchema(text: string): Schema {
  const tokens: string[] = text.match(/[{}[\],:]|\w+/g) ?? [];
  const next = (expected?: string): string => {
    const token = tokens.shift() ?? '';
    if (token === '' || (expected !== undefined && token !== expected)) throw new Error(`"${token}" is wrong in ${text}`);
    return token;
  };
  const read = (): Schema => {
    const token = next();
    if (token === '{') return { ...record(Object.fromEntries(fields())), type: ['object', 'null'] };
    if (token !== '[') return /^[A-Z]/.test(token) ? ref(token) : ANY_VALUE;
    const items = read();
    next(']');
    return list(items);
  };
  const fields = (): [name: string, schema: Schema][] => {
    const name = next();
    if (tokens[0] === ':') next();
    else tokens.unshift('any');
    const schema = read();
    return next() === '}' ? [[name, schema]] : [[name, schema], ...fields()];
  };
  const schema = read();
  if (tokens.length > 0) throw new Error(`"${tokens[0]}" is too much in ${text}`);
  return schema;
}

/** Places of lists that never have an item, so that the shape of their items was not compared. */
export function emptyLists(answer: unknown): string[] {
  const most = new Map<string, number>();
  const visit = (value: unknown, place: string): void => {
    if (Array.isArray(value)) most.set(place, Math.max(most.get(place) ?? 0, value.length));
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) visit(item, Array.isArray(value) ? `${place}[]` : `${place}.${key}`);
  };
  visit(answer, '$');
  return [...most].filter(([, length]) => length === 0).map(([place]) => place);
}
