import { DAY_MS, minuteText } from '../../domain/calendar.ts';
import type { Notice } from '../../domain/people/notice.ts';
import type { Facts, RecentDevice } from './facts.ts';
import type { Memory } from './memory.ts';

/** How long a device is given to get a name before it is reported without one. */
const NAMING_MS = 120_000;

/** The key of the notice about a device. */
export const newDeviceKey = (mac: string): string => `device ${mac}`;

/** Devices that the network sees for the first time since watching began. */
export function newDevices(memory: Memory, facts: Facts): Notice[] {
  return facts.recent.filter((device) => device.firstSeen > memory.since && isTold(device, facts)).map((device) => noticeOf(device, facts));
}

/**
 * A randomized MAC is new only with a name that no other MAC has: a phone that changes its MAC keeps its name. One without a name is reported
 * when it has stayed for a day, which a MAC that changes daily never does.
 */
function isTold({ mac, name, randomized, firstSeen, lastSeen }: RecentDevice, facts: Facts): boolean {
  if (!randomized) return name !== null || facts.now - firstSeen >= NAMING_MS;
  return name === null ? lastSeen - firstSeen >= DAY_MS : !facts.isNameOfAnother(name, mac);
}

function noticeOf({ mac, name, ip, randomized, firstSeen }: RecentDevice, { now, timezone }: Facts): Notice {
  const address = ip === null ? '' : `, address ${ip}`;
  const made = randomized ? ' The device made this MAC up for privacy.' : '';
  return {
    key: newDeviceKey(mac),
    kind: 'device',
    subject: `New device: ${name ?? mac}`,
    text: `${name ?? 'A device without a name'} (${mac}${address}) was first seen on ${minuteText(firstSeen, timezone)}.${made}`,
    at: now,
  };
}
