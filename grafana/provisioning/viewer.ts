import { fileURLToPath } from 'node:url';

/**
 * Creates the account that can look but not change anything, because Grafana takes only its administrator from the environment.
 * It is safe to run again: an existing account keeps everything except its password, which only changes if it differs.
 */
export async function ensureViewer(grafana: string, admin: Credentials, viewer: Credentials): Promise<'kept' | 'created' | 'changed'> {
  if ((await ask(grafana, viewer, 'GET', '/api/user')).status === 200) return 'kept';
  const found = await ask(grafana, admin, 'GET', `/api/users/lookup?loginOrEmail=${encodeURIComponent(viewer.login)}`);
  switch (found.status) {
    case 200:
      await change(grafana, admin, 'PUT', `/api/admin/users/${found.body.id}/password`, { password: viewer.password });
      return 'changed';
    case 404:
      await change(grafana, admin, 'POST', '/api/admin/users', { name: 'Viewer', login: viewer.login, password: viewer.password });
      return 'created';
    case 401:
      throw new Error(
        `Grafana does not accept the password of "${admin.login}". It was set at the first start: ` +
          'put that password into .env, or reset it with "grafana cli admin reset-admin-password"',
      );
    default:
      throw new Error(`Grafana answered ${found.status} to the search for "${viewer.login}": ${found.body.message}`);
  }
}

export interface Credentials {
  login: string;
  password: string;
}

interface Answer {
  status: number;
  body: { id?: number; message?: string };
}

async function change(grafana: string, admin: Credentials, method: string, path: string, body: object): Promise<void> {
  const answer = await ask(grafana, admin, method, path, body);
  if (answer.status !== 200) throw new Error(`Grafana answered ${answer.status} to ${method} ${path}: ${answer.body.message}`);
}

async function ask(grafana: string, as: Credentials, method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(new URL(path, grafana), {
    method,
    headers: {
      Authorization: `Basic ${Buffer.from(`${as.login}:${as.password}`).toString('base64')}`,
      'Content-Type': 'application/json',
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`"${name}" is not set`);
  return value;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const viewer = { login: setting('GRAFANA_VIEWER_USER'), password: setting('GRAFANA_VIEWER_PASSWORD') };
  const admin = { login: setting('GRAFANA_ADMIN_USER'), password: setting('GRAFANA_ADMIN_PASSWORD') };
  try {
    const result = await ensureViewer(process.env.GRAFANA_ADDRESS ?? 'http://grafana:3000', admin, viewer);
    process.stdout.write(`Account "${viewer.login}" ${result}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}
