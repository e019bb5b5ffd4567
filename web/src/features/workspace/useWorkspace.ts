/** The workspace's data as hooks: the session, what the server says the project has, the runs to draw. `usePage` has the view. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { Column, ProjectApi, Run } from '../../data/project'
import type { DrawnRun } from '../../panels/context'
import { drawnLimit, drawnRuns, parseSort, valueKey, wholeFilter, type WorkspaceView } from './model'
import { Session } from './session'

export type ChangeView = (
  change: (view: WorkspaceView) => WorkspaceView,
  options?: { replace?: boolean; label?: string },
) => void

export function useSession(entity: string, project: string): Session {
  const [session] = useState(() => new Session(entity, project))
  useEffect(() => session.open(), [session])
  return session
}

const COLUMNS_PAGE = 1000
/** More metrics than this are not listed as panels; the page says so. */
export const COLUMNS_MAX = 10_000

export interface ProjectColumns {
  columns: Column[]
  /** How many there are, which may be more than are listed. */
  total: number
}

async function readColumns(
  api: ProjectApi,
  section: 'metric' | 'system',
  signal: AbortSignal,
): Promise<ProjectColumns> {
  const columns: Column[] = []
  let cursor = ''
  let total = 0
  do {
    const page = await api.columns({ section, cursor, limit: COLUMNS_PAGE }, signal)
    columns.push(...page.columns)
    total = page.total
    cursor = page.next ?? ''
  } while (cursor && columns.length < COLUMNS_MAX)
  return { columns, total }
}

export function useMetricColumns(session: Session, entity: string, project: string) {
  const client = useQueryClient()
  const queryKey = useMemo(() => ['columns', entity, project, 'metrics'], [entity, project])
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<ProjectColumns> => {
      const [metrics, system] = await Promise.all([
        readColumns(session.api, 'metric', signal),
        readColumns(session.api, 'system', signal),
      ])
      return { columns: [...metrics.columns, ...system.columns], total: metrics.total + system.total }
    },
    staleTime: 30_000,
  })
  const { data } = query
  useEffect(() => {
    if (data) session.setKnownKeys(data.columns.map(column => column.key))
  }, [session, data])
  useEffect(() => {
    session.setOnNewMetrics(() => void client.invalidateQueries({ queryKey }))
  }, [session, client, queryKey])
  return query
}

/** Asks for the runs the view wants, whether the list is in sight or not. Answers the key of the list's value column. */
export function useRunQuestion(
  session: Session,
  view: WorkspaceView,
  firstMetric: string | undefined,
  isReady: boolean,
): string {
  const { list } = session
  const { q = '' } = view
  const filter = wholeFilter(view)
  const sort = useMemo(() => parseSort(view.sort), [view.sort])
  const value = valueKey(sort, firstMetric)
  const atLeast = drawnLimit(view)
  useEffect(() => {
    if (isReady) list.ask({ filter, search: q, sort, columns: [value] }, atLeast)
  }, [list, isReady, filter, q, sort, value, atLeast])
  return value
}

/** The runs to draw. The same object while the same runs are drawn, however often the list is refreshed. */
export function useDrawnRuns(session: Session, view: WorkspaceView, focus: string | undefined): readonly DrawnRun[] {
  const runs = useStore(session.list.state, state => state.runs)
  const others = useMissingRuns(session, view, focus, runs)
  return useMemo(() => {
    const all = others.length > 0 ? [...runs, ...others] : runs
    const shown = focus === undefined ? view : { ...view, show: [focus] }
    return session.sameDrawn(drawnRuns(shown, all))
  }, [session, runs, others, view, focus])
}

const MISSING_MAX = 50

/** Runs that the address names but the loaded pages do not hold. */
function useMissingRuns(session: Session, view: WorkspaceView, focus: string | undefined, runs: readonly Run[]): Run[] {
  const isReady = useStore(session.list.state, state => state.status === 'ready')
  const { show } = view
  const missing = useMemo(() => {
    const named = focus === undefined ? show : [focus]
    if (!isReady || !named) return []
    const known = new Set(runs.map(run => run.id))
    return named.filter(id => !known.has(id)).slice(0, MISSING_MAX)
  }, [isReady, show, focus, runs])
  const { data } = useQuery({
    queryKey: ['named-runs', session.api.path, missing],
    queryFn: ({ signal }) =>
      Promise.all(missing.map(id => session.api.run(id, signal).catch(() => null))).then(found =>
        found.filter(run => run !== null),
      ),
    enabled: missing.length > 0,
  })
  return useMemo(() => (missing.length > 0 ? (data ?? []) : []), [missing, data])
}
