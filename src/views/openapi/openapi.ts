import { SHOWN_KINDS } from '../../ledger/account.ts';
import { MOST_ROWS } from '../api-v1/audit.ts';
import { BY, MOST_SERIES } from '../api-v1/usage-query.ts';
import { AUDIT_KINDS } from '../audit-words.ts';
import { clientPaths, clientSchemas } from './clients.ts';
import { error, json, type Operation, type Parameter, type Paths, plain, securitySchemes, TOKEN_WHERE_WANTED } from './parts.ts';
import { phpAnswers, type Schema, schemas, text } from './schemas.ts';

const answer = (name: keyof typeof schemas) => json('The answer', { $ref: `#/components/schemas/${name}` });
const query = (name: string, description: string, schema: Schema = text(), required = false): Parameter => ({
  name,
  in: 'query',
  required,
  description,
  schema,
});

/** Of every answer that grows with the home. */
const BUSY = error('Too many large answers are made at the moment: Retry-After has the seconds to wait');

const view = (summary: string, name: keyof typeof schemas): { get: Operation } => ({
  get: { summary, responses: { 200: answer(name), 503: BUSY } },
});

const usage: Operation = {
  summary: 'Bytes by hour, day, billing month or calendar year',
  description:
    'Only whole hours or days count that begin within the time asked for. A month or year at its edge holds only the days asked for. ' +
    'Months are billing periods, by the billing day of now also where they are long past. Years run from 1 January to 31 December in the ' +
    'configured time zone, whatever the billing day.',
  parameters: [
    query(
      'from',
      'Inclusive: local date (2026-01-31) or RFC 3339 time. Default: start of the running billing period, for by=year of the running year',
    ),
    query('to', 'Exclusive: local date or RFC 3339 time. Default: end of the same'),
    query('by', 'Length of a bucket, default day; by=hour reaches over 62 days at the most', {
      type: 'string',
      enum: BY,
    }),
    query('kind', 'Only these', { type: 'string', enum: SHOWN_KINDS }),
    query('mac', 'Only this device; any of its MACs will do'),
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

const audit: Operation = {
  summary: 'What was out of the ordinary',
  description:
    'Resets, refusals, gaps and what else the ledger wrote down, the newest first. Its rows are bounded in number: the oldest go.',
  parameters: [
    query('from', 'Inclusive: local date (2026-01-31) or RFC 3339 time'),
    query('to', 'Exclusive: local date or RFC 3339 time'),
    query('kind', `Only these, with commas between them: ${AUDIT_KINDS.join(', ')}`),
    query('router', 'Only of this router'),
    query('source', 'Only of this source, such as stations or wan'),
    query('limit', `Rows of the answer, default 100, at most ${MOST_ROWS}`, { type: 'integer', minimum: 1 }),
    query('before', 'Only rows written before the one with this id: "next_before" of an answer leads to the next', {
      type: 'integer',
      minimum: 1,
    }),
  ],
  responses: { 200: answer('Audit'), 400: error('A wrong parameter'), 404: error('No such router'), 503: BUSY },
};

const reconciliation: Operation = {
  summary: "What a gateway's uplinks carried and its hosts moved",
  description:
    'Of every router that has an uplink and counts hosts, for the running billing period of its uplinks: the two sums, what no host accounts ' +
    'for, and why that may be. It is below zero where the hosts have more.',
  parameters: [query('router', 'Only this gateway')],
  responses: { 200: answer('Reconciliation'), 400: error('A wrong parameter'), 404: error('No such gateway'), 503: BUSY },
};

const php: Operation = {
  summary: 'The JSON of the older collectors',
  description: 'Bytes of the running billing period in their directions: rx of a client is its upload, rx of the uplink its download.',
  parameters: [query('action', 'What is asked for', { type: 'string', enum: Object.keys(phpAnswers) }, true)],
  responses: {
    200: json('By action: clients, wan, leases, combined', { anyOf: Object.values(phpAnswers) }),
    400: error('No action, or one that is not known'),
    500: error('The ledger could not be read'),
    503: BUSY,
  },
};

const metrics: Operation = {
  summary: 'Metrics for Prometheus',
  description: 'Reads the routers first, or joins a reading that is under way. Everything else shows what was read last.',
  parameters: [
    {
      name: 'X-Prometheus-Scrape-Timeout-Seconds',
      in: 'header',
      description: 'Until when the routers may take to answer',
      schema: { type: 'number' },
    },
  ],
  responses: { 200: plain('Text format 0.0.4') },
};

const paths: Paths = {
  '/': {
    get: {
      summary: 'Routers, devices and the month so far, as a page',
      responses: { 200: plain('The page', 'text/html'), 503: plain('Too many large answers are made at the moment') },
    },
  },
  '/metrics': { get: metrics },
  '/api.php': { get: php },
  '/netstat/api.php': { get: php },
  '/api/v1/routers': view('Every router and how its sources fared in the last round', 'Routers'),
  '/api/v1/devices': view('Every device that was ever counted, and where it is on the air now', 'Devices'),
  '/api/v1/wan': view('The uplinks and their sum', 'Wan'),
  '/api/v1/peers': view('Every WireGuard peer that was ever counted or that its server has', 'Peers'),
  '/api/v1/leases': view('DHCP leases as they were last read', 'Leases'),
  '/api/v1/usage': { get: usage },
  '/api/v1/audit': { get: audit },
  '/api/v1/device-suggestions': {
    get: {
      summary: 'MACs that may be one device and are not configured as one',
      description:
        'By what their leases and addresses have in common. Nothing is done about it: the lines are for wrtmeter.yaml, if you agree.',
      responses: { 200: answer('DeviceSuggestions'), 503: BUSY },
    },
  },
  '/api/v1/reconciliation': { get: reconciliation },
  '/api/v1/openapi.json': { get: { summary: 'This document', responses: { 200: json('OpenAPI 3.1', { type: 'object' }) } } },
  '/-/healthy': {
    get: { summary: 'Whether the program can do its work', security: [], responses: { 200: answer('Health'), 503: answer('Health') } },
  },
  '/-/ready': {
    get: { summary: 'Whether it answers requests', security: [], responses: { 200: plain('Ready'), 503: plain('Not yet, or no longer') } },
  },
  ...clientPaths,
  '/-/reload': {
    post: {
      summary: 'Load the configuration anew; a bad one changes nothing',
      description: 'Takes a token of scope control, where reading or control takes tokens.',
      security: TOKEN_WHERE_WANTED,
      responses: {
        200: plain('Loaded'),
        401: plain('No token of scope control'),
        403: plain('Not enabled'),
        500: plain('What is wrong with the configuration'),
      },
    },
  },
};

/** The description of everything that is served, OpenAPI 3.1. */
export function openApi(version: string) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'wrtmeter',
      version,
      description:
        'What an OpenWrt home used. Download and upload are seen from the device or the home. Nothing here changes a byte that was counted. ' +
        'New fields may be added; none is renamed. With "auth: { read: token }" everything but /-/healthy and /-/ready takes a token; without one ' +
        'or with a wrong one it answers 401, after too many wrong ones 429.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    security: TOKEN_WHERE_WANTED,
    paths,
    components: { schemas: { ...schemas, ...clientSchemas }, securitySchemes },
  };
}
