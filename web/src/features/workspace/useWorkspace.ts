/** The workspace's state as hooks: the view in the address, the session, what the server says the project has. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { Column, ProjectApi, Run } from '../../data/project'
import type { DrawnRun } from '../../panels/context'
import { drawnLimit, drawnRuns, parseSort, parseView, valueKey, type WorkspaceView } from './model'
import { Session } from './session'

export type ChangeView = (change: (view: WorkspaceView) => WorkspaceView, options?: { replace?: boolean }) => void

/** The view, and how to change it. A change is a step of the history; what is dragged replaces the step it began. */
export function useView(): [WorkspaceView, ChangeView] {
  const search = useSearch({ strict: false })
  const navigate = useNavigate()
  const view = useMemo(() => parseView(search as Record<string, unknown>), [search])
  const latest = useRef(view)
  useLayoutEffect(() => {
    latest.current = view
  }, [view])
  const change = useCallback<ChangeView>(
    (change, options) => {
      const next = change(latest.current)
      if (next === latest.current) return
      // Two changes before the next render must not lose the first.
      latest.current = next
      void navigate({ to: '.', search: next as never, replace: options?.replace ?? false })
    },
    [navigate],
  )
  return [view, change]
}

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
export function useRunQuestion(session: Session, view: WorkspaceView, firstMetric: string | undefined): string {
  const { list } = session
  const { filter = '', q = '' } = view
  const sort = useMemo(() => parseSort(view.sort), [view.sort])
  const value = valueKey(sort, firstMetric)
  const atLeast = drawnLimit(view)
  useEffect(() => {
    list.ask({ filter, search: q, sort, columns: [value] }, atLeast)
  }, [list, filter, q, sort, value, atLeast])
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
