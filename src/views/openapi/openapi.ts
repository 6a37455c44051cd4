import { SHOWN_KINDS } from '../../ledger/account.ts';
import { MOST_ROWS } from '../api-v1/audit.ts';
import { LOGGER_BY, LOGGER_PAGE } from '../api-v1/logger-csv.ts';
import { BY, MOST_SERIES } from '../api-v1/usage-query.ts';
import { AUDIT_KINDS } from '../audit-words.ts';
import { bonusPaths } from './bonuses.ts';
import { clientPaths, clientSchemas } from './clients.ts';
import { limitPaths } from './limits.ts';
import { live } from './live.ts';
import { pagePaths } from './pages.ts';
import { error, json, type Operation, type Paths, plain, query, securitySchemes, TOKEN_WHERE_WANTED } from './parts.ts';
import { phpAnswers } from './php.ts';
import { schemas } from './schemas.ts';

const answer = (name: keyof typeof schemas) => json('The answer', { $ref: `#/components/schemas/${name}` });

/** Of every answer that grows with the home. */
const BUSY = error('Too many large answers are made at the moment: Retry-After has the seconds to wait');

const whole = (name: keyof typeof schemas): Operation['responses'] => ({
  200: answer(name),
  400: error('A parameter: there are none'),
  503: BUSY,
});

const view = (summary: string, name: keyof typeof schemas): { get: Operation } => ({ get: { summary, responses: whole(name) } });

const usage: Operation = {
  summary: 'Bytes by hour, day, billing month or calendar year',
  description:
    'Includes whole hours or days that start within the requested time. A month or year that is cut by it contains only the requested days. ' +
    'Months are billing periods by the current billing day, even long past ones. Years run from 1 January to 31 December in the ' +
    'configured time zone, regardless of the billing day. Private devices and peers are only in answers of whole months or years.',
  parameters: [
    query(
      'from',
      'Inclusive: local date (2026-01-31) or RFC 3339 time. Default: start of the current billing period, or of the current year for by=year',
    ),
    query('to', 'Exclusive: local date or RFC 3339 time. Default: end of the same period'),
    query('by', 'Length of a bucket, default day; by=hour covers at most 62 days', {
      type: 'string',
      enum: BY,
    }),
    query('kind', 'Only this kind', { type: 'string', enum: SHOWN_KINDS }),
    query('mac', 'Only this device, by any of its MACs'),
    query('tariff', 'Only bytes of this tariff; on_peak is what no other has'),
    query('router', 'Only stations, hosts, peers and uplinks of this router'),
    query('limit', `Series of the answer, at most ${MOST_SERIES}. Default: as many as have 50,000 buckets together`, {
      type: 'integer',
      minimum: 1,
      maximum: MOST_SERIES,
    }),
    query('cursor', '"next" of an answer leads to the series that follow; every series is on exactly one page'),
  ],
  responses: { 200: answer('Usage'), 400: error('A wrong parameter'), 404: error('No such device or router'), 503: BUSY },
};

const usageCsv: Operation = {
  summary: 'Bytes of all devices, a user or a device, as a file of the older TP-Link logger',
  description:
    'Columns: Time (Unix seconds), Total Bytes, Delta, On-Peak, Off-Peak; of both directions, since counting began. A line at the end of ' +
    'each hour or day that starts within the requested time and has begun. Private devices are left out.',
  parameters: [
    query('from', 'Inclusive: local date (2026-01-31) or RFC 3339 time. Default: start of the current billing period'),
    query('to', 'Exclusive: local date or RFC 3339 time. Default: end of the same period'),
    query('by', `Length between two lines, default day; by=hour covers at most ${LOGGER_PAGE.days.hour} days`, {
      type: 'string',
      enum: LOGGER_BY,
    }),
    query('mac', 'Only this device, by any of its MACs'),
    query('user', 'Only this user; others is what belongs to nobody'),
  ],
  responses: { 200: plain('The file', 'text/csv'), 400: error('A wrong parameter'), 404: error('No such device or user'), 503: BUSY },
};

const audit: Operation = {
  summary: 'The audit log',
  description:
    'Resets, rejected bytes, gaps and everything else unusual, newest first. The number of rows is bounded: the oldest are removed.',
  parameters: [
    query('from', 'Inclusive: local date (2026-01-31) or RFC 3339 time'),
    query('to', 'Exclusive: local date or RFC 3339 time'),
    query('kind', `Only these, separated by commas: ${AUDIT_KINDS.join(', ')}`),
    query('router', 'Only this router'),
    query('source', 'Only this source, such as stations or wan'),
    query('limit', `Number of rows, default 100, at most ${MOST_ROWS}`, { type: 'integer', minimum: 1 }),
    query('before', 'Only rows written before the row with this id: pass "next_before" of the previous answer', {
      type: 'integer',
      minimum: 1,
    }),
  ],
  responses: { 200: answer('Audit'), 400: error('A wrong parameter'), 404: error('No such router'), 503: BUSY },
};

const reconciliation: Operation = {
  summary: "A gateway's uplinks compared with its hosts",
  description:
    'For every router that has an uplink and counts hosts, in the current billing period of its uplinks: both sums, the unattributed bytes ' +
    '(negative if the hosts have more), and the possible reasons.',
  parameters: [query('router', 'Only this gateway')],
  responses: { 200: answer('Reconciliation'), 400: error('A wrong parameter'), 404: error('No such gateway'), 503: BUSY },
};

const php: Operation = {
  summary: 'The JSON of the older collectors',
  description:
    'Bytes of the current billing period, in the directions of these collectors: rx of a client is its upload, rx of the uplink its download.',
  parameters: [query('action', 'What to return', { type: 'string', enum: Object.keys(phpAnswers) }, true)],
  responses: {
    200: json('By action: clients, wan, leases, combined', { anyOf: Object.values(phpAnswers) }),
    400: error('No action, or an unknown one'),
    500: error('The ledger could not be read'),
    503: BUSY,
  },
};

const metrics: Operation = {
  summary: 'Metrics for Prometheus',
  description: 'Reads the routers first; requests during a round share its result. All other pages show the last readings.',
  parameters: [
    {
      name: 'X-Prometheus-Scrape-Timeout-Seconds',
      in: 'header',
      description: 'Scrape timeout in seconds: the routers must answer within it',
      schema: { type: 'number' },
    },
  ],
  responses: { 200: plain('Text format 0.0.4') },
};

const paths: Paths = {
  ...pagePaths,
  '/metrics': { get: metrics },
  '/metrics/history': {
    get: {
      summary: 'What was used on the last days and in the last billing periods, for a scrape job of its own; no router is read',
      responses: { 200: plain('Text format 0.0.4') },
    },
  },
  '/api.php': { get: php },
  '/netstat/api.php': { get: php },
  '/api/v1/routers': view('Every router, with the results of its sources in the last round', 'Routers'),
  '/api/v1/devices': view('Every device that was ever counted, and where it is on the air', 'Devices'),
  '/api/v1/users': view('Every user, with the sums of its devices and of its WireGuard peers', 'Users'),
  '/api/v1/wan': view('The uplinks and their sum', 'Wan'),
  '/api/v1/peers': view('Every WireGuard peer that was ever counted or that its server has', 'Peers'),
  '/api/v1/quotas': view('How everything stands in its quotas', 'Quotas'),
  ...bonusPaths,
  ...limitPaths({ summary: 'What is limited or allowed, why, and on which routers', responses: whole('Limits') }),
  '/api/v1/live': { get: live },
  '/api/v1/tariffs': view('The current month of everything by tariff', 'Tariffs'),
  '/api/v1/leases': view('DHCP leases of the last reading, without those of private devices', 'Leases'),
  '/api/v1/usage': { get: usage },
  '/api/v1/usage.csv': { get: usageCsv },
  '/api/v1/audit': { get: audit },
  '/api/v1/device-suggestions': {
    get: {
      summary: 'MACs that may be one device and are not configured as one',
      description:
        'Found by what their leases and addresses have in common. They are never merged automatically: add the lines to wrtmeter.yaml if you agree.',
      responses: whole('DeviceSuggestions'),
    },
  },
  '/api/v1/reconciliation': { get: reconciliation },
  '/api/v1/': { get: { summary: 'This list: every address with a line about it', responses: { 200: answer('Index') } } },
  '/favicon.ico': {
    get: { summary: 'The icon of the home page', security: [], responses: { 200: plain('The icon', 'image/svg+xml') } },
  },
  '/api/v1/openapi.json': {
    get: { summary: 'The description of all addresses', responses: { 200: json('OpenAPI 3.1', { type: 'object' }) } },
  },
  '/-/healthy': {
    get: {
      summary: 'Whether wrtmeter can write its ledger, and what needs attention',
      security: [],
      responses: { 200: answer('Health'), 503: answer('Health') },
    },
  },
  '/-/ready': {
    get: {
      summary: 'Whether wrtmeter answers requests',
      security: [],
      responses: { 200: plain('Ready'), 503: plain('Not yet, or no longer') },
    },
  },
  ...clientPaths,
  '/-/reload': {
    post: {
      summary: 'Reload the configuration; a bad one changes nothing',
      description: 'Requires a token of scope control if reading or control requires tokens.',
      security: TOKEN_WHERE_WANTED,
      responses: {
        200: plain('Reloaded'),
        401: plain('No token of scope control'),
        403: plain('Not enabled'),
        500: plain('What is wrong with the configuration'),
      },
    },
  },
};

/** The description of all endpoints, OpenAPI 3.1. */
export function openApi(version: string) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'wrtmeter',
      version,
      description:
        'Usage of a home with OpenWrt routers. Download and upload are seen from the device or the home. No request changes counted bytes. ' +
        'New fields may be added; fields are never renamed. With "auth: { read: token }" everything except /-/healthy, /-/ready, /favicon.ico and /scripts/ requires a token: ' +
        'without one or with a wrong one the answer is 401, after too many wrong ones 429.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Relative to the address of this document, so that it is also right behind a reverse proxy that adds a prefix.
    servers: [{ url: '../..' }],
    security: TOKEN_WHERE_WANTED,
    paths,
    components: { schemas: { ...schemas, ...clientSchemas }, securitySchemes },
  };
}

/** `/api/v1/`: what there is to ask, from the description. */
export function apiIndex(version: string) {
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { summary, parameters = [] }]) => ({
      method: method.toUpperCase(),
      path,
      parameters: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
      summary,
    })),
  );
  return { version, description: '/api/v1/openapi.json', routes };
}
