import { handLimitJson, handLimitOf, LIMIT_PARAMETERS, limitWanted } from '../views/api-v1/limits.ts';
import { single } from '../views/api-v1/query.ts';
import { RequestError } from '../views/api-v1/request-error.ts';
import type { AppDeps } from './deps.ts';
import type { Route } from './route.ts';

/** Setting and clearing limits by hand, for holders of a control token. */
export function limitRoutes(deps: AppDeps): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/v1/limits',
      needs: 'control',
      async handle(context, token) {
        const given = single(context.query, LIMIT_PARAMETERS);
        const view = await deps.view();
        if (view.limits === null || view.limits === undefined)
          throw new RequestError(409, 'Nothing can be limited: no router of the configuration has "limits"');
        const limit = await deps.limits.set(limitWanted(view, await deps.limits.hand(), given, byToken(token)));
        const body = handLimitJson(view, limit);
        deps.log('info', `Limit ${limit.number} set`, { ...body, token });
        context.status = 201;
        context.body = { limit: body };
      },
    },
    {
      method: 'DELETE',
      path: '/api/v1/limits/:number',
      needs: 'control',
      async handle(context, token) {
        const text = String(context.params.number);
        const limit = handLimitOf(await deps.limits.hand(), /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0, text);
        await deps.limits.clear(limit, byToken(token));
        const body = handLimitJson(await deps.view(), limit);
        deps.log('info', `Limit ${limit.number} cleared`, { ...body, token });
        context.body = { limit: body };
      },
    },
  ];
}

const byToken = (token: string | null): string => `token "${token ?? ''}" over HTTP`;
