/** The page's state as hooks: which saved view the address begins with, and the store that follows the address. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useLayoutEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { ApiError } from '../../data/client'
import { type SavedView, ViewsApi } from '../../data/views'
import { apart, UNTOUCHED } from './address'
import { PageStore, type PageStoreState } from './pageStore'
import { defaultView, FORMAT, isRecord, type Patch, readView, type ViewSpec } from './view'

export interface Page {
  store: PageStore
  views: ViewsApi
  /** False until the view that the address names is here. */
  isReady: boolean
  /** The saved view that the page began with; null: an untouched page. */
  saved: SavedView | null
  /** The address names a view that is gone or was never this person's. */
  lostView: string | null
  /** What stood behind the address' short id could not be read. */
  lostLink: boolean
  error: unknown
  onRetry: () => void
}

const PAGE = 'workspace'

export const viewsKey = (path: string): readonly string[] => ['views', path]
export const viewKey = (path: string, id: string): readonly string[] => ['view', path, id]

const isGone = (error: unknown): boolean => error instanceof ApiError && (error.status === 404 || error.status === 403)

/** An empty list where the server knows no views: nothing else on the page hangs on them. */
export function useViews(views: ViewsApi) {
  return useQuery({
    queryKey: viewsKey(views.path),
    queryFn: async ({ signal }) => {
      try {
        return await views.list(PAGE, signal)
      } catch (error) {
        if (isGone(error)) return []
        throw error
      }
    },
    staleTime: 30_000,
  })
}

export function usePage(entity: string, project: string): Page {
  const whole = useSearch({ strict: false }) as Record<string, unknown>
  const search = useMemo(() => apart(whole).own, [whole])
  const navigate = useNavigate()
  const client = useQueryClient()
  const views = useMemo(() => new ViewsApi(entity, project), [entity, project])
  const list = useViews(views)

  const named = nameIn(search.view)
  const standard = list.data?.find(view => view.is_default)?.id
  const id = named === UNTOUCHED ? undefined : (named ?? standard)
  const view = useQuery({
    queryKey: viewKey(views.path, id ?? ''),
    queryFn: async ({ signal }) => {
      try {
        return await views.get(id ?? '', signal)
      } catch (error) {
        if (isGone(error)) return null
        throw error
      }
    },
    enabled: id !== undefined,
    // Another's save is shown as a conflict, never under the reader's hands.
    staleTime: Number.POSITIVE_INFINITY,
  })
  const link = nameIn(search.s)
  const kept = useQuery({
    queryKey: ['view-link', views.path, link],
    queryFn: async ({ signal }) => {
      try {
        return patchOf(await views.kept(link ?? '', signal))
      } catch (error) {
        if (isGone(error)) return null
        throw error
      }
    },
    enabled: link !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })

  const [store] = useState(
    () =>
      new PageStore(
        (address, { replace }) =>
          void navigate({
            to: '.',
            search: ((before: Record<string, unknown>) => ({ ...apart(before).around, ...address })) as never,
            replace,
          }),
        {
          keep: async patch => {
            const id = await views.keep({ format: FORMAT, page: PAGE, patch })
            client.setQueryData(['view-link', views.path, id], patch)
            return id
          },
        },
      ),
  )
  useEffect(() => store.open(), [store])

  const saved = id === undefined ? null : (view.data ?? null)
  const spec = saved?.spec
  const base = useMemo<ViewSpec>(() => (spec === undefined ? defaultView() : readView(spec)), [spec])
  const name = named === UNTOUCHED ? UNTOUCHED : (saved?.id ?? (standard === undefined ? undefined : UNTOUCHED))
  const error = list.error ?? view.error ?? kept.error
  const isHere =
    (named !== undefined || !list.isPending) &&
    (id === undefined || !view.isPending) &&
    (link === undefined || !kept.isPending)
  const rest = link === undefined ? null : (kept.data ?? null)
  useLayoutEffect(() => {
    if (isHere) store.follow(search, base, name, rest)
  }, [store, isHere, search, base, name, rest])
  const isFollowed = useStore(store.state, state => state.isReady)
  return {
    store,
    views,
    isReady: isFollowed,
    saved,
    lostView: id !== undefined && view.data === null ? id : null,
    lostLink: link !== undefined && kept.data === null,
    error: isFollowed ? null : error,
    onRetry: () => void Promise.all([list.refetch(), view.refetch(), kept.refetch()]),
  }
}

/** A name in the address; one of digits alone is read as a number. */
function nameIn(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function patchOf(spec: unknown): Patch | null {
  return isRecord(spec) && isRecord(spec.patch) ? spec.patch : null
}

export function usePageState<T>(page: Pick<Page, 'store'>, select: (state: PageStoreState) => T): T {
  return useStore(page.store.state, select)
}
