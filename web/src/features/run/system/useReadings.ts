/** System readings of a run: its whole life, or the last minutes of it. */

import { useQuery } from '@tanstack/react-query'
import { isLive, type Column } from '../../../data/project'
import type { WholeRun } from '../../../data/run'
import type { RunSession } from '../session'
import type { Reading } from './model'

const EVERY_MS = 10_000
const KEYS_MAX = 500

export function useSystemKeys(session: RunSession, run: WholeRun) {
  return useQuery({
    queryKey: ['system-keys', session.entity, session.project],
    queryFn: async ({ signal }): Promise<string[]> => {
      const page = await session.projectApi.columns({ section: 'system', limit: 1000 }, signal)
      return page.columns.map((column: Column) => column.key)
    },
    staleTime: 60_000,
    ...(isLive(run) ? { refetchInterval: 30_000 } : {}),
  })
}

/** `windowS`: the last so many seconds of the run; null: all of it. */
export function useReadings(session: RunSession, run: WholeRun, windowS: number | null, buckets: number) {
  const keys = useSystemKeys(session, run)
  const live = isLive(run)
  const query = useQuery({
    queryKey: ['system', session.entity, session.project, session.run, windowS, buckets, keys.data],
    queryFn: async ({ signal }): Promise<{ readings: Reading[]; from: number; to: number }> => {
      const to = live ? Date.now() / 1000 : run.started_at + run.duration_s
      const from = windowS === null ? run.started_at : Math.max(run.started_at, to - windowS)
      const answer = await session.projectApi.readSeries(
        {
          runs: [session.run],
          keys: (keys.data ?? []).slice(0, KEYS_MAX),
          x: 'time',
          channel: 'system',
          buckets,
          ...(windowS === null ? {} : { window: [from, to + 15] as const }),
        },
        signal,
      )
      const readings = answer
        .filter(series => series.data.rows > 0)
        .map(({ key, data }) => ({
          key,
          x: Array.from(data.x.subarray(0, data.rows)),
          y: Array.from(data.mean.subarray(0, data.rows)),
        }))
      return { readings, from, to }
    },
    enabled: (keys.data?.length ?? 0) > 0,
    ...(live ? { refetchInterval: EVERY_MS } : {}),
    placeholderData: before => before,
  })
  // Without the names there is nothing to ask for.
  const failed = keys.data ? query : keys
  return {
    data: query.data,
    error: failed.error,
    refetch: failed.refetch,
    isPending: query.isPending,
    hasNone: keys.isSuccess && keys.data.length === 0,
  }
}
