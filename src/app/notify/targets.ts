import type { SendMessage } from '../../notify/message.ts';
import type { TargetConfig } from '../../notify/target.ts';
import { mailTarget } from '../../notify/targets/mail.ts';
import { ntfyTarget } from '../../notify/targets/ntfy.ts';
import { telegramTarget } from '../../notify/targets/telegram.ts';
import { webhookTarget } from '../../notify/targets/webhook.ts';
import { httpSender } from '../../transports/http.ts';
import { mailSender } from '../../transports/mail.ts';

/** Services of the Internet are further away than a router at home. */
const CONNECT_MS = 10_000;
const MOST = { bytes: 64 * 1024, lines: 1000 };

/** How a target is sent messages. */
export function sendTo({ service }: Pick<TargetConfig, 'service'>): SendMessage {
  const http = (called: string, credentials: Parameters<typeof httpSender>[0]['credentials'] = { kind: 'none' }) =>
    httpSender({ credentials, tls: service.tls, most: MOST, called, connectMs: CONNECT_MS });
  switch (service.kind) {
    case 'webhook':
      return webhookTarget(service, http('the webhook', service.credentials));
    case 'ntfy':
      return ntfyTarget(service, http('ntfy', service.credentials));
    case 'telegram':
      return telegramTarget(service, http('Telegram'));
    case 'mail':
      return mailTarget(service, mailSender(service));
    default:
      return service satisfies never;
  }
}
