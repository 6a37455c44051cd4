import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A text, a bare status, or both. */
type TextAnswer = string | number | { status: number; text: string };

/** A router that answers every request with what a test gives it. */
export interface TextRouter {
  readonly url: string;
  answer: TextAnswer;
  close(): Promise<void>;
}

export async function startTextRouter(answer: TextAnswer): Promise<TextRouter> {
  const server = createServer((_, response) => {
    const { answer } = router;
    const { status, text } = typeof answer === 'object' ? answer : { status: 200, text: answer };
    if (typeof text === 'number') response.writeHead(text).end();
    else response.writeHead(status, { 'Content-Type': 'text/plain' }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const router: TextRouter = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return router;
}

export interface AnswerParts {
  /** Of the boot of this box. */
  bootId?: string;
  /** Null: the script names no version. */
  script?: string | null;
  /** Unix seconds. */
  time: number;
  offload?: { software?: boolean; hardware?: boolean };
  /** Lines of each section; null means that it is missing, a text is the reason why it failed. */
  sections?: Partial<
    Record<'wan' | 'stations' | 'leases' | 'names' | 'neighbours' | 'hosts' | 'peers' | 'limits', readonly string[] | string | null>
  >;
}

const USUAL = { wan: ['uplink wan up eth1 7 dhcp 1000 100'], stations: [], leases: [], names: [], neighbours: [] };

/** An answer of wrtmeter.cgi: a gateway with an uplink, unless a test says otherwise. */
export function answerOf({
  bootId = '8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10',
  script = '0.1.0',
  time,
  offload = {},
  sections = {},
}: AnswerParts): string {
  const all = Object.entries({ ...USUAL, ...sections }).flatMap(([name, lines]) => {
    if (lines === null) return [];
    return typeof lines === 'string' ? [`failed ${name} ${lines}`] : [`begin ${name}`, ...lines, `end ${name}`];
  });
  return [
    'wrtmeter 1',
    ...(script === null ? [] : [`script ${script}`]),
    `boot_id ${bootId}`,
    'uptime 864000.00',
    `time ${time}`,
    'hostname told',
    'model -',
    'release -',
    'counter_bits 64',
    `flow_offload software ${offload.software ? 1 : 0}`,
    `flow_offload hardware ${offload.hardware ? 1 : 0}`,
    ...all,
    'end wrtmeter',
    '',
  ].join('\n');
}
