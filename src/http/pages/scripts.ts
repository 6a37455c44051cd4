import { RequestError } from '../../views/api-v1/request-error.ts';
import { SCRIPTS, SCRIPTS_VERSION } from '../../views/pages/live/scripts.ts';
import type { Route } from '../route.ts';

/** The scripts of the pages, with nothing of the home in them. Their address changes with them, so that browsers may keep them for ever. */
export const scriptRoute: Route = {
  method: 'GET',
  path: '/scripts/:version/:name',
  needs: 'nothing',
  async handle(context) {
    const script = context.params.version === SCRIPTS_VERSION ? SCRIPTS.get(String(context.params.name)) : undefined;
    if (script === undefined) throw new RequestError(404, 'There is no such script: reload the page that needs it');
    context.set('Content-Type', 'text/javascript; charset=utf-8');
    context.set('Cache-Control', 'public, max-age=31536000, immutable');
    context.body = script;
  },
};
