/** The workspace's data as hooks: the session, what the server says the project has, the runs to draw. `usePage` has the view. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { Column, ProjectApi } from '../../data/project'
import type { DrawnRun } from '../../panels/context'
import type { WorkspaceView } from './model'
import { drawnLimit, drawnRunsOf } from './runs/drawn'
import { type ChangeRunSet, questionOf, shownColumns } from './runs/shown'
import { useKeys } from './runs/useKeys'
import { type ColumnChoice, parseRunSet, type RunSet } from './runSet'
import { Session } from './session'
import { type Page, usePageState } from './usePage'

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
  run?: string,
): Promise<ProjectColumns> {
  const columns: Column[] = []
  let cursor = ''
  let total = 0
  do {
    const page = await api.columns({ section, cursor, limit: COLUMNS_PAGE, ...(run ? { run } : {}) }, signal)
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

/** Of the project's metrics those that one run has; none until that is known. */
export function useMetricsOfRun(
  session: Session,
  run: string,
  isLive: boolean,
  columns: readonly Column[],
  readAt: number,
) {
  const { data } = useQuery({
    // Asked again with the project's keys: a new one may be this run's.
    queryKey: ['columns', session.api.path, 'metrics', run, readAt],
    queryFn: async ({ signal }) => {
      const found = await Promise.all(
        (['metric', 'system'] as const).map(section => readColumns(session.api, section, signal, run)),
      )
      return new Set(found.flatMap(page => page.columns.map(({ section, key }) => `${section}.${key}`)))
    },
    enabled: columns.length > 0,
    placeholderData: (before, query) => (query?.queryKey[3] === run ? before : undefined),
    staleTime: 30_000,
    refetchInterval: isLive ? 10_000 : false,
  })
  return useMemo(
    () => (data ? columns.filter(({ section, key }) => data.has(`${section}.${key}`)) : null),
    [data, columns],
  )
}

/** The run set of the page's view, and how to change it. */
export function useRunSet(page: Page): [RunSet, ChangeRunSet] {
  const runs = usePageState(page, state => state.spec.runs)
  const set = useMemo(() => parseRunSet(runs), [runs])
  const { store } = page
  const change = useCallback<ChangeRunSet>(
    (edit, { replace = false } = {}) =>
      store.edit(
        spec => {
          const next = edit(parseRunSet(spec.runs))
          const { runs: _, ...others } = spec
          return Object.keys(next).length > 0 ? { ...spec, runs: next } : others
        },
        { label: 'the runs', replace },
      ),
    [store],
  )
  return [set, change]
}

/** Asks for the runs the view wants, whether the list is in sight or not. Answers the columns that the list shows. */
export function useRunQuestion(
  session: Session,
  set: RunSet,
  brushes: string,
  firstMetric: string | undefined,
  isReady: boolean,
): readonly ColumnChoice[] {
  const { list } = session
  const { keys } = useKeys(session.api, set.is_table === true && !set.columns)
  const columns = useMemo(() => shownColumns(set, firstMetric, keys), [set, firstMetric, keys])
  const atLeast = drawnLimit(set)
  useEffect(() => {
    if (isReady) list.ask(questionOf(set, columns, brushes), atLeast)
  }, [list, isReady, set, columns, brushes, atLeast])
  return columns
}

/** The runs to draw. The same object while the same runs are drawn, however often the list is refreshed. */
export function useDrawnRuns(session: Session, set: RunSet, focus: string | undefined): readonly DrawnRun[] {
  const { list } = session
  const runs = useStore(list.state, state => state.runs)
  const pins = useStore(list.state, state => state.pins)
  const named = useStore(list.state, state => state.named)
  const groups = useStore(list.state, state => state.groups)
  const isReady = useStore(list.state, state => state.status === 'ready')
  const { show } = set
  useEffect(() => {
    if (isReady) list.want(focus === undefined ? (show ?? []) : [focus])
  }, [list, isReady, show, focus])
  return useMemo(() => {
    const all = named.length > 0 ? [...runs, ...named] : runs
    const shown = focus === undefined ? set : { ...set, show: [focus] }
    return session.sameDrawn(drawnRunsOf(shown, { runs: all, pins: focus === undefined ? pins : [], groups }))
  }, [session, runs, pins, named, groups, set, focus])
}
