import { control, error, inPath, json, type Paths } from './parts.ts';
import { ref, text } from './schema.ts';

const quota = inPath('quota', 'Name of the quota in the configuration');
const answer = json('The bonus', ref('BonusAnswer'));

/** Bought volume of quotas. */
export const bonusPaths: Paths = {
  '/api/v1/quotas/{quota}/bonus': {
    post: control(
      'Add bought volume to one period of a quota',
      [
        quota,
        { name: 'amount', in: 'query', required: true, description: 'How much: 500MB, 20GB or 1GiB', schema: text() },
        {
          name: 'day',
          in: 'query',
          description: 'A local date (2026-01-31) in the period: the running one, which is the default, or a later one',
          schema: text(),
        },
      ],
      {
        201: answer,
        400: error('A wrong parameter'),
        404: error('No such quota, or control is not configured'),
        409: error('The quota is per hour or rolling, or there are too many bonuses'),
      },
    ),
  },
  '/api/v1/quotas/{quota}/bonus/{id}': {
    delete: control('Take bought volume back', [quota, inPath('id', 'Its id in /api/v1/quotas')], {
      200: answer,
      404: error('No such bonus of the quota, or control is not configured'),
    }),
  },
};
