import { bytes, list, mac, oneOf, orNull, record, type Schema, text } from './schema.ts';

const received = {
  rx_bytes: bytes('Upload of a client, download of the uplink'),
  tx_bytes: bytes('Download of a client, upload of the uplink'),
};

/** The answers of `/api.php`, by action. */
export const phpAnswers: Readonly<Record<'clients' | 'wan' | 'leases' | 'combined', Schema>> = {
  clients: record({ data: list(record({ id: mac, ...received })) }),
  wan: record({
    data: list(record({ id: oneOf(['main_wan'], 'The home'), ...received, last_update: text('YYYY-MM-DD HH:MM:SS, local') })),
  }),
  leases: record({
    data: list(
      record({
        mac_address: mac,
        lease_end_time: { type: 'integer', description: 'Unix seconds, 0 = never' },
        ip_address: text(),
        hostname: text('Unknown if the client sent none'),
        client_id: text('* if the client sent none'),
        timestamp: text('YYYY-MM-DD HH:MM:SS, local: when it was last seen'),
      }),
    ),
  }),
  combined: record({
    wan_stats: record({ ...received, last_update: orNull(text('YYYY-MM-DD HH:MM:SS, local; null before the first reading')) }),
    client_stats: list(record({ ...received, hostname: text('Name, otherwise IP, otherwise MAC') })),
  }),
};
