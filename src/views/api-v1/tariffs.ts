import { tariffRows } from '../rows/tariffs.ts';
import type { View } from '../view.ts';
import { monthJson } from './answers.ts';

/** `/api/v1/tariffs` */
export const tariffsAnswer = (view: Pick<View, 'books' | 'months' | 'aliases' | 'peerNames' | 'people'>) => ({
  month: monthJson(view.months.home),
  tariffs: tariffRows(view).map(({ of, id, name, tariff, bytes }) => ({
    of,
    id: id === '' ? null : id,
    name: name === '' ? null : name,
    tariff,
    month_download_bytes: bytes.download,
    month_upload_bytes: bytes.upload,
  })),
});
