import type { Schema } from '../../src/views/openapi/schema.ts';

/** What is wrong with a value by a JSON Schema, one line each with its place; empty where nothing is. Knows as much of schemas as ours use. */
export function violations(value: unknown, schema: Schema, named: Readonly<Record<string, Schema>>, place = '$'): string[] {
  if (schema.$ref !== undefined) {
    const target = named[schema.$ref.replace('#/components/schemas/', '')];
    return target === undefined ? [`${place}: ${schema.$ref} leads nowhere`] : violations(value, target, named, place);
  }
  if (schema.anyOf !== undefined) {
    const each = schema.anyOf.map((choice) => violations(value, choice, named, place));
    return each.some((lines) => lines.length === 0) ? [] : each.flat();
  }
  const types = [schema.type ?? []].flat();
  if (!types.some((type) => isType(value, type))) return [`${place}: ${JSON.stringify(value)} is not ${types.join(' or ')}`];
  if (schema.enum !== undefined && !schema.enum.some((word) => word === value)) return [`${place}: ${JSON.stringify(value)} is not listed`];
  if (typeof value === 'number' && value < (schema.minimum ?? value)) return [`${place}: ${value} is too small`];
  if (typeof value === 'string') return isFormat(value, schema.format) ? [] : [`${place}: "${value}" is no ${schema.format}`];
  if (Array.isArray(value)) return value.flatMap((item, index) => violations(item, schema.items ?? {}, named, `${place}[${index}]`));
  return typeof value === 'object' && value !== null ? objectViolations(value, schema, named, place) : [];
}

function objectViolations(value: object, schema: Schema, named: Readonly<Record<string, Schema>>, place: string): string[] {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const missing = required.filter((key) => !(key in value)).map((key) => `${place}.${key} is missing`);
  const found = Object.entries(value).flatMap(([key, item]) => {
    const property = properties[key];
    if (property !== undefined) return violations(item, property, named, `${place}.${key}`);
    return additionalProperties ? [] : [`${place}.${key} is not described`];
  });
  return [...missing, ...found];
}

function isType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isSafeInteger(value);
    default:
      return typeof value === type;
  }
}

function isFormat(text: string, format: string | undefined): boolean {
  if (format === 'date-time') return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
  return format !== 'date' || /^\d{4}-\d\d-\d\d$/.test(text);
}
