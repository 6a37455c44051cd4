import { type Day, dayOf, type Month } from '../../domain/calendar.ts';
import type { Used } from '../../domain/traffic.ts';
import type { View } from '../view.ts';

/** The first day on which anything was counted; after all days before that. What was imported may be older. */
export const countedSince = ({ books, timezone }: { books: Pick<View['books'], 'startedAt'>; timezone: string }): Day =>
  books.startedAt === 0 ? Number.POSITIVE_INFINITY : dayOf(books.startedAt, timezone);

/** Whether it is known what was used in a period: counting had begun before its end, or it has bytes that were imported. */
export const isKnown = (since: Day, { end }: Pick<Month, 'end'>, used: Used | undefined): boolean =>
  end > since || (used !== undefined && used.total > 0);
