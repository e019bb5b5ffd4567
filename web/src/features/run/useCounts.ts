/** The numbers at the tabs. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { WholeRun } from '../../data/run'
import type { RunSession } from './session'
import { useOnChange } from './useRun'
import { isLive } from '../../data/project'

export const filesKey = (session: RunSession) => ['run-files', session.entity, session.project, session.run] as const

export function useFiles(session: RunSession) {
  return useQuery({
    queryKey: filesKey(session),
    queryFn: ({ signal }) => session.api.files(signal),
    // The addresses to read from are good for an hour.
    staleTime: 60_000,
    refetchInterval: 20 * 60_000,
  })
}

export function useCounts(session: RunSession, run: WholeRun) {
  const client = useQueryClient()
  const files = useFiles(session)
  const linesKey = useMemo(() => ['run-lines', session.entity, session.project, session.run], [session])
  const lines = useQuery({
    queryKey: linesKey,
    queryFn: async ({ signal }) => (await session.api.lines(-1, 1, undefined, signal)).line_count,
  })
  useOnChange(
    session,
    () => {
      void client.invalidateQueries({ queryKey: linesKey })
      if (isLive(run)) void client.invalidateQueries({ queryKey: filesKey(session) })
    },
    10_000,
  )
  return {
    charts: Object.keys(run.summary).length || undefined,
    logs: lines.data || undefined,
    files: files.data?.length || undefined,
  }
}
