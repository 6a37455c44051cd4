import type { NoticeKind } from '../domain/people/notice.ts';

/** A place that notices are sent to, as configured. */
export interface TargetConfig {
  name: string;
  /** The kinds that it is sent. */
  kinds: readonly NoticeKind[];
  /** When it is sent nothing; null = never. */
  quiet: Quiet | null;
  /** Goes before the title of each message, such as the name of the home; null = none. */
  title: string | null;
  service: ServiceConfig;
}

/** From (inclusive) to (exclusive) a time of day in minutes of the local clock; over midnight where `from` is later. */
export interface Quiet {
  from: number;
  to: number;
}

type ServiceLogin = { kind: 'none' } | { kind: 'basic'; username: string; password: string } | { kind: 'bearer'; token: string };

interface Trust {
  /** PEM text of the only trusted authority; null = the system's. */
  ca: string | null;
  insecure: boolean;
}

/** How it is reached. URLs may hold secrets: messages show their host only. */
export type ServiceConfig = { tls: Trust } & (
  | { kind: 'webhook'; url: string; credentials: ServiceLogin }
  | { kind: 'ntfy'; url: string; credentials: ServiceLogin; priority: number | null }
  | { kind: 'telegram'; url: string; chat: string; token: string }
  | {
      kind: 'mail';
      from: string;
      to: readonly string[];
      host: string;
      port: number;
      secure: boolean;
      login: { username: string; password: string } | null;
    }
);

/** Where messages go, for people: the service and its host, without secrets. */
export function placeOf(service: ServiceConfig): string {
  switch (service.kind) {
    case 'webhook':
    case 'ntfy':
    case 'telegram':
      return `${service.kind} at ${new URL(service.url).host}`;
    case 'mail':
      return `mail through ${service.host}:${service.port}`;
    default:
      return service satisfies never;
  }
}

/** Whether a target is sent nothing at a minute of the local day. */
export const isQuiet = (quiet: Quiet | null, minute: number): boolean =>
  quiet !== null && (quiet.from <= quiet.to ? minute >= quiet.from && minute < quiet.to : minute >= quiet.from || minute < quiet.to);
