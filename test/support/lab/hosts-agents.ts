import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Lab } from './world.ts';

/** Port on which every agent answers datagrams. */
export const AGENT_PORT = 7001;

export interface Datagrams {
  count: number;
  /** Bytes of payload in each, six or more. */
  size: number;
}

/** One datagram and one answer; then, repeatedly, `up.count` datagrams go to the agent at `to`, which answers with `down.count`. */
export interface Exchange {
  to: string;
  /** The sender's own address, where it has several. */
  from?: string | undefined;
  rounds: number;
  up: Datagrams;
  down: Datagrams;
  /** Milliseconds to wait for an answer, default 5,000. */
  patience?: number | undefined;
}

/** One datagram to each target. */
export interface Spray {
  targets: string[];
  port: number;
  size: number;
}

interface Count {
  datagrams: number;
  payload: number;
}

export interface Moved {
  sent: Count;
  received: Count;
}

/** A program in a namespace that sends, answers and counts datagrams. */
export interface Agent {
  /** Throws unless every datagram went and every answer came. */
  exchange(order: Exchange): Promise<Moved>;
  /** The same if no answer is expected: returns what was sent and what arrived anyway. */
  tryExchange(order: Exchange): Promise<Moved>;
  spray(order: Spray): Promise<Moved>;
  stop(): Promise<void>;
}

const UDP_HEADER = 8;

/** Bytes of these datagrams as the layer 3 carries them: payload, UDP header, IP header. None may be cut into fragments. */
export function onTheWire(to: string, { datagrams, payload }: Count): number {
  return payload + datagrams * (UDP_HEADER + (isIPv6(to) ? 40 : 20));
}

export async function startAgent(lab: Lab, namespace: string): Promise<Agent> {
  // Its own path: an agent that was stopped leaves its socket behind.
  const socketPath = join(lab.folder, `${randomUUID()}.sock`);
  const program = join(import.meta.dirname, 'hosts-agent.ts');
  const running = lab.start(namespace, [process.execPath, '--import', 'tsx', program, socketPath]);
  await lab.until(`the agent in ${namespace} is ready`, () => /^ready$/m.test(running.said()), running);
  const tryExchange = (order: Exchange) => ask(socketPath, order);
  return {
    tryExchange,
    spray: (order) => ask(socketPath, order),
    stop: () => running.stop(),
    async exchange(order) {
      const moved = await tryExchange(order);
      const { rounds, up, down } = order;
      if (moved.sent.datagrams !== 1 + rounds * up.count || moved.received.datagrams !== 1 + rounds * down.count)
        throw new Error(`Of ${JSON.stringify(order)} in ${namespace} went and came only ${JSON.stringify(moved)}`);
      return moved;
    },
  };
}

function ask(socketPath: string, order: Exchange | Spray): Promise<Moved> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method: 'POST', path: '/', agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text) as Moved);
        else reject(new Error(`${JSON.stringify(order)} failed: ${text}`));
      });
    });
    asked.on('error', reject).end(JSON.stringify(order));
  });
}
