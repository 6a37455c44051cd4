import type { Context } from 'koa';
import { LIMIT_PARAMETERS } from '../../views/api-v1/limits.ts';
import { type QueryParameters, single } from '../../views/api-v1/query.ts';
import { RequestError } from '../../views/api-v1/request-error.ts';
import { FORM_FIELDS, type FormGiven } from '../../views/pages/limits/form.ts';
import { LIMITS_POLICY, type LimitsPageParts, limitsPage, refusedPage } from '../../views/pages/limits/page.ts';
import { admit, CONTROL_IS_OFF } from '../admit.ts';
import type { AppDeps } from '../deps.ts';
import { readForm } from '../form.ts';
import { clearLimit, NO_ROUTER, setLimit } from '../limits.ts';
import type { Route } from '../route.ts';
import { atOwnAddress } from './own-address.ts';

/** The page of limits. Its form does what POST and DELETE of /api/v1/limits do, with the token in the body instead of a header. */
export function limitsPageRoutes(deps: AppDeps): Route[] {
  return [
    {
      method: 'GET',
      path: '/limits',
      needs: 'read',
      large: true,
      handle: atOwnAddress('/limits', (context) => send(deps, context, 200, { done: context.query.done })),
    },
    { method: 'POST', path: '/limits', needs: 'form', handle: (context) => change(deps, context) },
  ];
}

async function change(deps: AppDeps, context: Context): Promise<void> {
  let form: QueryParameters;
  let token: string | null;
  try {
    if (!deps.auth.settings().control) throw new RequestError(404, CONTROL_IS_OFF);
    form = await readForm(context);
    const presented = typeof form.token === 'string' ? form.token : '';
    token = await admit(deps.auth, 'control', context, { authorization: '', xApiToken: presented });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    return answer(context, error.status, refusedPage(error.message));
  }
  try {
    const { clear, token: _, ...given } = single(form, FORM_FIELDS);
    const done = clear === undefined ? 'set' : 'cleared';
    if (clear !== undefined) await clearLimit(deps, clear, token);
    else await setLimit(deps, single(wantedOf(given), LIMIT_PARAMETERS), token);
    context.status = 303;
    // Relative: a proxy may serve the page under a prefix.
    context.redirect(`?done=${done}`);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    await send(deps, context, error.status, { error: error.message, given: shownAgain(form) });
  }
}

/** The parameters of the API: the end of the day is the next midnight. */
function wantedOf({ for: span, ...given }: QueryParameters): QueryParameters {
  if (span !== 'day') return { ...given, ...(span !== undefined && { for: span }) };
  if (given.until !== undefined) throw new RequestError(400, 'Choose one end: the end of the day, or a time');
  return { ...given, until: '00:00' };
}

/** What was sent, without the token. */
const shownAgain = (form: QueryParameters): FormGiven =>
  Object.fromEntries(FORM_FIELDS.flatMap((name) => (name === 'token' || typeof form[name] !== 'string' ? [] : [[name, form[name]]])));

async function send(deps: AppDeps, context: Context, status: number, parts: Omit<LimitsPageParts, 'off'>): Promise<void> {
  const view = await deps.view();
  const { control } = deps.auth.settings();
  const off = !control ? CONTROL_IS_OFF : view.limits === null || view.limits === undefined ? NO_ROUTER : null;
  answer(context, status, limitsPage(view, { ...parts, off }));
}

function answer(context: Context, status: number, body: string): void {
  context.status = status;
  context.set('Content-Type', 'text/html; charset=utf-8');
  context.set('Content-Security-Policy', LIMITS_POLICY);
  // Without a referrer at all, browsers hide the origin of a form, by which requests from other sites are refused.
  context.set('Referrer-Policy', 'same-origin');
  context.body = body;
}
