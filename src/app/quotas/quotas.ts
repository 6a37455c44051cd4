import type { Logger } from 'pino';
import type { QuotaRow } from '../../domain/people/quota-row.ts';
import { LedgerError } from '../../errors.ts';
import type { Store } from '../../ledger/storage/store.ts';
import type { QuotaView } from '../../views/rows/quotas.ts';
import { createModels, type DayModels } from './models.ts';
import { sharedQuotaRows } from './rows.ts';

/** A view as far as quotas need it, before their models are read. */
type QuotaFacts = Omit<QuotaView, 'models'>;

/** Quotas with their forecasts, worked out once for all that ask between two rounds. */
export interface Quotas {
  of(known: QuotaFacts): Promise<readonly QuotaRow[]>;
  /** A round has ended. */
  afterRound(): void;
  /** The configuration has changed. */
  reconfigured(): void;
}

const NO_MODELS: DayModels = new Map();

/** `store` has the history that forecasts are made from. */
export function createQuotas(store: Pick<Store, 'all'>, log: Logger): Quotas {
  const models = createModels(store);
  const rows = sharedQuotaRows();

  /** A day whose history cannot be read has no forecasts. */
  async function modelsOf(known: QuotaFacts): Promise<DayModels> {
    try {
      return await models.of(known);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      log.error(error.message);
      return NO_MODELS;
    }
  }

  return {
    of: async (known) => rows.of({ ...known, models: await modelsOf(known) }),
    afterRound: () => rows.renew(),
    reconfigured() {
      models.renew();
      rows.renew();
    },
  };
}
