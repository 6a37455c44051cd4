import { rateText, sumOf } from './rates.js';

/**
 * The devices that move the most, in the body of a table. Rows keep their devices while they are pointed at or have the focus, so that
 * nobody opens another than the one they meant.
 * @param {HTMLElement} body
 */
export function busiestTable(body) {
  const rows = [...body.children].map((row) => ({ name: row.querySelector('bdi'), rate: row.querySelector('td'), mac: '' }));
  return {
    /** @param {import('./rates.js').Rates['devices']} devices the busiest first */
    show(devices) {
      const isHeld = body.matches(':hover, :focus-within');
      const byMac = new Map(devices.map((device) => [device.mac, device]));
      rows.forEach((row, index) => {
        const device = isHeld ? byMac.get(row.mac) : devices[index];
        if (!isHeld && device?.mac !== row.mac) nameRow(row, device);
        if (row.rate) row.rate.textContent = device === undefined ? '' : rateText(sumOf(device));
      });
    },
  };
}

/**
 * @param {{ name: HTMLElement | null, mac: string }} row
 * @param {import('./rates.js').DeviceRef | undefined} device
 */
function nameRow(row, device) {
  row.mac = device?.mac ?? '';
  const links = device === undefined ? [] : [document.createElement('a')];
  for (const link of links) {
    link.href = `device?mac=${encodeURIComponent(row.mac)}`;
    link.textContent = device?.name ?? '';
  }
  row.name?.replaceChildren(...links);
}
