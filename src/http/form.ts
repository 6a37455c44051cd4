import type { Context } from 'koa';
import { RequestError } from '../views/api-v1/request-error.ts';

/** More than any form here needs. */
const MOST_BYTES = 4096;

/**
 * The fields of a form that was sent with POST; empty ones are left out, and one that is given more than once is a list. A body of another
 * type has none. Throws a RequestError for a body that is too long or ends early.
 */
export async function readForm(context: Context): Promise<Record<string, string | string[]>> {
  if (!context.is('application/x-www-form-urlencoded')) return {};
  const parameters = new URLSearchParams(await textOf(context));
  const fields = [...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name).filter((value) => value !== '')] as const);
  return Object.fromEntries(
    fields.flatMap(([name, values]) => (values[0] === undefined ? [] : [[name, values.length === 1 ? values[0] : values]])),
  );
}

async function textOf({ req, request }: Context): Promise<string> {
  const tooLong = new RequestError(413, `The form is longer than ${MOST_BYTES} bytes`);
  if ((request.length ?? 0) > MOST_BYTES) throw tooLong;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // The connection stays open, so that the answer to too long a form can be sent.
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MOST_BYTES) break;
    }
  } catch {
    throw new RequestError(400, 'The form ended early');
  }
  if (size > MOST_BYTES) throw tooLong;
  return Buffer.concat(chunks).toString();
}
