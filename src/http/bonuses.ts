import type { Context } from 'koa';
import { bonusJson, bonusWanted, bonusWithId } from '../views/api-v1/bonuses.ts';
import { single } from '../views/api-v1/query.ts';
import type { AppDeps } from './deps.ts';
import type { Route } from './route.ts';

/** Adding and removing bought volume of quotas, for holders of a control token. */
export function bonusRoutes(deps: AppDeps): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/v1/quotas/:quota/bonus',
      needs: 'control',
      async handle(context, token) {
        const given = single(context.query, ['amount', 'day']);
        const bonus = await deps.bonuses.add(bonusWanted(await deps.view(), quotaOf(context), given, byToken(token)));
        deps.log('info', `Bonus ${bonus.id} of quota "${bonus.quota}" added`, { ...bonusJson(bonus), token });
        context.status = 201;
        context.body = { bonus: bonusJson(bonus) };
      },
    },
    {
      method: 'DELETE',
      path: '/api/v1/quotas/:quota/bonus/:id',
      needs: 'control',
      async handle(context, token) {
        const bonus = bonusWithId((await deps.view()).books, String(context.params.id), quotaOf(context));
        await deps.bonuses.remove(bonus, byToken(token));
        deps.log('info', `Bonus ${bonus.id} of quota "${bonus.quota}" removed`, { ...bonusJson(bonus), token });
        context.body = { bonus: bonusJson(bonus) };
      },
    },
  ];
}

const quotaOf = (context: Context): string => String(context.params.quota);

const byToken = (token: string | null): string => `token "${token ?? ''}" over HTTP`;
