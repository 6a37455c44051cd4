import type { Fields } from '../fields/fields.ts';
import { classic } from './classic/kind.ts';
import type { RouterKind } from './kind.ts';
import { openwrt } from './openwrt/kind.ts';
import { tplink } from './tplink/kind.ts';
import { wireguard } from './wireguard/kind.ts';

/** All router kinds, main ones first. To add one, create a folder and add a line here (CONTRIBUTING.md). */
export const KINDS = { openwrt, classic, tplink, wireguard };

export type KindName = keyof typeof KINDS;

type ConfigOf<K> = K extends RouterKind<infer _F, infer _E, infer C> ? C : never;

/** The resolved configuration of one kind. */
export type KindConfig = { [K in KindName]: { kind: K } & ConfigOf<(typeof KINDS)[K]> }[KindName];

/** A kind, for code that works with any of them. */
export type AnyKind = RouterKind<Fields, unknown, object>;

export const KIND_NAMES = Object.keys(KINDS) as KindName[];

export const kindOf = (name: KindName): AnyKind => KINDS[name];
