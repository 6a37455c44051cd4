import { handLimitJson, handLimitsOf, LIMIT_PARAMETERS, type LimitGiven, limitWanted, sameAs } from '../views/api-v1/limits.ts';
import { single } from '../views/api-v1/query.ts';
import { RequestError } from '../views/api-v1/request-error.ts';
import type { AppDeps } from './deps.ts';
import type { Route } from './route.ts';

export const NO_ROUTER = 'Nothing can be limited: no router of the configuration has "limits"';

/** Sets a limit by hand. `token`: the name of the token. Throws a RequestError or a LedgerError. */
export async function setLimit(deps: AppDeps, given: LimitGiven, token: string | null) {
  const view = await deps.view();
  if (view.limits === null || view.limits === undefined) throw new RequestError(409, NO_ROUTER);
  const hand = await deps.limits.hand();
  const wanted = limitWanted(view, hand, given, byToken(token));
  const limit = await deps.limits.set(
    wanted,
    sameAs(view, hand, wanted).map(({ number }) => number),
  );
  const body = handLimitJson(view, limit);
  deps.log('info', `Limit ${limit.number} set`, { ...body, token });
  return body;
}

/** Clears a limit by hand, by the text of its number. Throws a RequestError or a LedgerError. */
export async function clearLimit(deps: AppDeps, text: string, token: string | null) {
  const [limit] = handLimitsOf(await deps.view(), await deps.limits.hand(), /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0, text);
  await deps.limits.clear(limit, byToken(token));
  const body = handLimitJson(await deps.view(), limit);
  deps.log('info', `Limit ${limit.number} cleared`, { ...body, token });
  return body;
}

/** Setting and clearing limits by hand, for holders of a control token. */
export function limitRoutes(deps: AppDeps): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/v1/limits',
      needs: 'control',
      async handle(context, token) {
        const limit = await setLimit(deps, single(context.query, LIMIT_PARAMETERS), token);
        context.status = 201;
        context.body = { limit };
      },
    },
    {
      method: 'DELETE',
      path: '/api/v1/limits/:number',
      needs: 'control',
      async handle(context, token) {
        context.body = { limit: await clearLimit(deps, String(context.params.number), token) };
      },
    },
  ];
}

const byToken = (token: string | null): string => `token "${token ?? ''}" over HTTP`;
