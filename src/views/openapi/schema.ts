/** The part of JSON Schema that is used here. */
export interface Schema {
  type?: string | readonly string[];
  description?: string;
  format?: string;
  enum?: readonly (string | null)[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean;
  items?: Schema;
  anyOf?: readonly Schema[];
  $ref?: string;
  minimum?: number;
  maximum?: number;
}

export const text = (description?: string): Schema => ({ type: 'string', ...(description && { description }) });
export const flag = (description: string): Schema => ({ type: 'boolean', description });
export const number = (description: string): Schema => ({ type: 'number', description });
export const bytes = (description: string): Schema => ({ type: 'integer', minimum: 0, description });
export const time = (description: string): Schema => ({ type: 'string', format: 'date-time', description });
export const date = (description: string): Schema => ({ type: 'string', format: 'date', description });
export const oneOf = (words: readonly string[], description: string): Schema => ({ type: 'string', enum: words, description });
export const list = (items: Schema): Schema => ({ type: 'array', items });
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** An object whose properties are all required. */
export function record(properties: Readonly<Record<string, Schema>>, description?: string): Schema {
  return {
    type: 'object',
    ...(description && { description }),
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

/** The same, or null. */
export function orNull(schema: Schema): Schema {
  if (typeof schema.type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  return { ...schema, type: [schema.type, 'null'], ...(schema.enum && { enum: [...schema.enum, null] }) };
}

export const mac = text('MAC address, lower case with colons');
export const router = text("The router's configured name");

/** Bytes with and without a direction. */
export const used = (when: string) => ({
  download_bytes: orNull(bytes(`Downloaded ${when}; null if no bytes were counted with a direction`)),
  upload_bytes: orNull(bytes(`Uploaded ${when}; null if no bytes were counted with a direction`)),
  undirected_bytes: orNull(bytes(`Both directions in one figure, ${when}; null if no router gives such. Others may have counted them too`)),
  total_bytes: bytes(`All bytes ${when}, each once`),
});
