import type { Fields } from '../fields/fields.ts';
import { classic } from './classic/kind.ts';
import type { RouterKind } from './kind.ts';
import { openwrt } from './openwrt/kind.ts';
import { wireguard } from './wireguard/kind.ts';

/** Every kind of router, main ways first. To add one: a folder with its record, and a line here (CONTRIBUTING.md). */
export const KINDS = { openwrt, classic, wireguard };

export type KindName = keyof typeof KINDS;

type ConfigOf<K> = K extends RouterKind<infer _F, infer _E, infer C> ? C : never;

/** How a router is read in one way, ready to be used. */
export type KindConfig = { [K in KindName]: { kind: K } & ConfigOf<(typeof KINDS)[K]> }[KindName];

/** A kind as code sees it that knows none in particular. */
export type AnyKind = RouterKind<Fields, unknown, object>;

export const KIND_NAMES = Object.keys(KINDS) as KindName[];

export const kindOf = (name: KindName): AnyKind => KINDS[name];
