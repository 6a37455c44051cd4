import { type Schema, text } from './schema.ts';

export interface Parameter {
  name: string;
  in: 'query' | 'header' | 'path';
  required?: boolean;
  description: string;
  schema: Schema;
}

/** A way to send a token, by its name in `securitySchemes`; an empty one means no token. */
type Security = Readonly<Record<string, readonly []>>;

export interface Operation {
  summary: string;
  description?: string;
  security?: readonly Security[];
  parameters?: readonly Parameter[];
  responses: Readonly<Record<string, { description: string; content?: Readonly<Record<string, { schema: Schema }>> }>>;
}

/** The operations of an address, by method. */
export type Paths = Readonly<Record<string, Readonly<{ get?: Operation; post?: Operation; delete?: Operation }>>>;

/** A part of the path. */
export const inPath = (name: string, description: string): Parameter => ({ name, in: 'path', required: true, description, schema: text() });

/** A part of the query. */
export const query = (name: string, description: string, schema: Schema = text(), required = false): Parameter => ({
  name,
  in: 'query',
  required,
  description,
  schema,
});

export const json = (description: string, schema: Schema) => ({ description, content: { 'application/json': { schema } } });
export const plain = (description: string, type = 'text/plain') => ({ description, content: { [type]: { schema: text() } } });
export const error = (description: string) => json(description, { $ref: '#/components/schemas/Error' });

/** How a request sends a token. */
export const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'Authorization: Bearer TOKEN' },
  header: { type: 'apiKey', in: 'header', name: 'X-Api-Token' },
  basic: { type: 'http', scheme: 'basic', description: 'Any user name, with the token as password' },
} as const;

export const TOKEN: readonly Security[] = Object.keys(securitySchemes).map((name): Security => ({ [name]: [] }));
export const TOKEN_WHERE_WANTED: readonly Security[] = [{}, ...TOKEN];

/** A change, which is written to the ledger. */
export const control = (summary: string, parameters: readonly Parameter[], responses: Operation['responses']): Operation => ({
  summary,
  description: 'Only with "control: true"; requires a token of scope control. The audit log records it.',
  security: TOKEN,
  parameters,
  responses: {
    ...responses,
    401: error('No token, or an unknown one'),
    403: error('The token has scope read, or the request is from a page of another site'),
    429: error('Too many wrong tokens from this address; Retry-After has the seconds to wait'),
    503: error('The ledger could not be written'),
  },
});
