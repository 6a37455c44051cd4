import type { QueryParameters } from '../../api-v1/query.ts';

/** A query without its empty parameters: a form sends all of its fields. */
export const withoutEmpty = (parameters: QueryParameters): QueryParameters =>
  Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ''));
