/** The run page's state as hooks: the view in the address, the run itself, the run it is measured against. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { createContext, useCallback, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { RunApi, type WholeRun } from '../../data/run'
import { ViewsApi } from '../../data/views'
import { parseRunView, type RunView } from './model'
import { RunSession } from './session'

/** Undefined takes a field out of the address. */
export type RunChange = { [Name in keyof RunView]?: RunView[Name] | undefined }
export type ChangeRunView = (change: RunChange, options?: { replace?: boolean }) => void

export interface RunPlace {
  session: RunSession
  run: WholeRun
  base: WholeRun | null
  view: RunView
  change: ChangeRunView
}

export const RunContext = createContext<RunPlace | null>(null)

export function useRunPlace(): RunPlace {
  const place = useContext(RunContext)
  if (!place) throw new Error('A part of the run page stands outside of it')
  return place
}

/** The view, and how to change it. A change is a step of the history, unless it replaces the one it began. */
export function useRunView(): [RunView, ChangeRunView] {
  const search = useSearch({ strict: false })
  const navigate = useNavigate()
  const view = useMemo(() => parseRunView(search as Record<string, unknown>), [search])
  const latest = useRef(view)
  useLayoutEffect(() => {
    latest.current = view
  }, [view])
  const change = useCallback<ChangeRunView>(
    (fields, options) => {
      const next = Object.fromEntries(
        Object.entries({ ...latest.current, ...fields }).filter(([, value]) => value !== undefined && value !== false),
      ) as RunView
      latest.current = next
      void navigate({ to: '.', search: next as never, replace: options?.replace ?? false })
    },
    [navigate],
  )
  return [view, change]
}

export function useRunSession(entity: string, project: string, run: string): RunSession {
  const [session] = useState(() => new RunSession(entity, project, run))
  useEffect(() => session.open(), [session])
  return session
}

const SOON_MS = 700
const EVERY_MS = 3000

/** Calls `act` soon after the run changed, and then not more often than every few seconds. */
export function useOnChange(session: RunSession, act: () => void, everyMs = EVERY_MS): void {
  const latest = useRef(act)
  useLayoutEffect(() => {
    latest.current = act
  }, [act])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let lastAt = Number.NEGATIVE_INFINITY
    const stop = session.subscribe(() => {
      if (timer !== undefined) return
      const wait = Math.max(Math.min(SOON_MS, everyMs), lastAt + everyMs - performance.now())
      timer = setTimeout(() => {
        timer = undefined
        lastAt = performance.now()
        latest.current()
      }, wait)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [session, everyMs])
}

export const wholeRunKey = (entity: string, project: string, run: string) => ['run', entity, project, run] as const

export function useWholeRun(session: RunSession) {
  const client = useQueryClient()
  const queryKey = useMemo(() => wholeRunKey(session.entity, session.project, session.run), [session])
  const query = useQuery({ queryKey, queryFn: ({ signal }) => session.api.get(signal), refetchInterval: 30_000 })
  useOnChange(session, () => void client.invalidateQueries({ queryKey }))
  return query
}

/** The run that deltas are against: what the address names, else the baseline of the project's default view. */
export function useBaseline(session: RunSession, view: RunView): WholeRun | null {
  const { entity, project, run } = session
  const { data: standard } = useQuery({
    queryKey: ['default-baseline', entity, project],
    queryFn: async ({ signal }) => {
      const views = new ViewsApi(entity, project)
      try {
        const found = (await views.list('workspace', signal)).find(view => view.is_default)
        if (!found) return ''
        const spec = (await views.get(found.id, signal)).spec as { runs?: { baseline?: string } } | undefined
        return spec?.runs?.baseline ?? ''
      } catch {
        // Without views there is no baseline, and the page is whole without one.
        return ''
      }
    },
    enabled: view.base === undefined,
    staleTime: 60_000,
  })
  const id = view.base === 'none' ? '' : (view.base ?? standard ?? '')
  const { data } = useQuery({
    queryKey: wholeRunKey(entity, project, id),
    // Under the key of its own page, which knows no run that is none: where it cannot be read there are no deltas.
    queryFn: ({ signal }) => new RunApi(entity, project, id).get(signal),
    enabled: id !== '' && id !== run,
  })
  return id === '' || id === run ? null : (data ?? null)
}
