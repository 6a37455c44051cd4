import { about, type Finding } from '../../domain/finding.ts';
import type { RouterSurvey, Survey } from './survey.ts';

/** Findings about routers that are to keep limits. */
export function limitFindings({ config, routers }: Pick<Survey, 'config' | 'routers'>): Finding[] {
  return config.control ? routers.flatMap((router) => [...loginOf(router), ...findingsOf(router)]) : [];
}

function loginOf({ config: { name }, limitsFailure }: RouterSurvey): Finding[] {
  if (limitsFailure === null) return [];
  const what = `it cannot be asked for limits, so none stand there for long: ${limitsFailure}`;
  return [about(name, 'wrong', 'limits_login', what, 'See "Set it up" in docs/run/limits.md.')];
}

function findingsOf({ config: { name, limits }, status: { system, up } }: Pick<RouterSurvey, 'config' | 'status'>): Finding[] {
  if (limits === null || system === null || !up) return [];
  const { flowOffload, limits: standing } = system;
  if (flowOffload?.software || flowOffload?.hardware) {
    const what = 'flow offloading is on, so the router refuses every limit: offloaded packets pass no rule of the firewall';
    return [about(name, 'wrong', 'limits_offload', what, 'Switch flow offloading off on the router, or remove its limits.')];
  }
  if (standing === undefined || !('failed' in standing)) return [];
  return [
    about(
      name,
      'wrong',
      'limits_unknown',
      `the limits that stand there cannot be read: ${standing.failed}`,
      'See whether "nft list ruleset" works on the router.',
    ),
  ];
}
