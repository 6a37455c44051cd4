import { hours, type Place } from '../spec.ts';

/** All over the house: by day downstairs, at night upstairs, in the garden when it is pleasant there. */
export function everywhere(night: 'attic' | 'gateway'): Place[] {
  const upstairs = hours([0, 8], [7, 1], [20, 2], [22, 7]);
  const downstairs = hours([0, 1], [6, 6], [21, 4], [23, 1]);
  const [inAttic, atGateway] = night === 'attic' ? [upstairs, downstairs] : [hours([0, 0.3], [16, 1], [21, 0.3]), 6];
  return [
    { router: 'gateway', interface: 'phy1-ap0', weight: atGateway, signal: -54 },
    { router: 'gateway', interface: 'phy0-ap0', weight: 1, signal: -66 },
    { router: 'attic', interface: 'phy1-ap0', weight: inAttic, signal: -51 },
    { router: 'attic', interface: 'phy0-ap0', weight: 0.5, signal: -63 },
    { router: 'garden', interface: 'phy1-ap0', weight: hours([0, 0], [11, 1], [16, 2.5], [21, 0]), signal: -62 },
    { router: 'garden', interface: 'phy0-ap0', weight: hours([0, 0], [11, 0.5], [16, 1], [22, 0]), signal: -71 },
  ];
}

/** In reach of one radio. */
export function only(router: string, band: '2.4' | '5', signal: number): Place[] {
  return [{ router, interface: band === '5' ? 'phy1-ap0' : 'phy0-ap0', weight: 1, signal }];
}
