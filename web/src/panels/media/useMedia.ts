/** What the drawn runs logged under some keys, at one step or at many. Live hints read it again while the newest is shown. */

import { keepPreviousData, type Query, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { liveHub } from '../../data/live/browser'
import { type MediaAnswer, type MediaQuery, readMedia } from '../../data/media'
import { usePanelServices } from '../context'
import type { MediaSeries } from './layout'
import { type Addresses, mediaOf } from './values'

const REFRESH_MS = 5000
/** Contents follow their row: asked for again until they are there. */
const AWAITED_MS = 3000
/** A fault that is still one after so many answers is likely to stay. */
const FAULTS_HOPED = 20
const FAULT_MS = 60_000
/** Addresses are good for an hour. */
const FRESH_MS = 30 * 60_000
const CHUNK = 12
/** Steps that lie between the columns come along. */
const CHUNK_STEPS = 1000

export interface MediaResult {
  series: readonly MediaSeries[]
  isWaiting: boolean
  /** Shown are values of another step until the asked ones come. */
  isStale: boolean
  error: unknown
  retry: () => void
}

export function seriesOf(answer: MediaAnswer): MediaSeries[] {
  return answer.series.map(({ run, key, steps, items }) => ({
    run,
    key,
    steps,
    items: items.map(({ step, time, values, contents, refused, fault }) => ({
      step,
      time,
      values: mediaOf(values, withRefused(contents, refused)),
      ...(fault ? { fault } : {}),
    })),
  }))
}

/** A content that was refused is known not to come: it has a reason in the place of an address. */
const withRefused = (contents: Addresses, refused: Record<string, string> = {}): Addresses => ({
  ...contents,
  ...Object.fromEntries(Object.entries(refused).map(([path, reason]) => [path, { url: '', refused: reason }])),
})

/** Until when to ask again; false: all is here. What is told as a fault may be a list's file on its way, or be so for good. */
export function askedAgainMs(series: readonly MediaSeries[] | undefined, answers: number): number | false {
  if (!series) return false
  if (isAwaited(series)) return AWAITED_MS
  if (!series.some(({ items }) => items.some(({ fault }) => fault))) return false
  return answers < FAULTS_HOPED ? AWAITED_MS : FAULT_MS
}

const isAwaited = (series: readonly MediaSeries[]): boolean =>
  series.some(({ items }) =>
    items.some(({ values }) =>
      values.some(value => value.file.path !== '' && value.file.url === '' && value.file.refused === ''),
    ),
  )

/** At `at`, the newest of each up to that step; `at` null: the newest there is. */
export function useMediaAt(
  runs: readonly string[],
  keys: readonly string[],
  at: number | null,
  isOn: boolean,
): MediaResult {
  const { api } = usePanelServices()
  const isAsked = isOn && runs.length > 0 && keys.length > 0
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery({
    queryKey: ['media', api.path, runs, keys, at],
    queryFn: async ({ signal }) => seriesOf(await readMedia(api.path, { runs, keys, steps_max: 1, at }, signal)),
    enabled: isAsked,
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
    refetchInterval: query => askedAgainMs(query.state.data, query.state.dataUpdateCount) || FRESH_MS,
    structuralSharing: false,
  })
  useNews(isAsked && at === null)
  return useMemo(
    () => ({
      series: data ?? [],
      isWaiting: isAsked && isPending,
      isStale: isPlaceholderData,
      error: data ? null : error,
      retry: () => void refetch(),
    }),
    [data, isAsked, isPending, isPlaceholderData, error, refetch],
  )
}

/** Fixed stretches of `steps`, every `stride`th of all, that cover the places `from` to `to`: their answers are found again. */
export function stretches(
  steps: readonly number[],
  from: number,
  to: number,
  stride: number,
): { first: number; last: number }[] {
  // An answer has the newest of a stretch up to a number: with more between the columns, the oldest would never come.
  const count = Math.min(CHUNK, Math.floor((CHUNK_STEPS - 1) / stride) + 1)
  const found: { first: number; last: number }[] = []
  for (let at = Math.floor(from / count) * count; at < Math.min(to, steps.length); at += count)
    found.push({ first: steps[at] as number, last: steps[Math.min(at + count, steps.length) - 1] as number })
  return found
}

/** The values of some steps, asked for in stretches. `steps` ascend; `from` and `to` are places in it. */
export function useMediaSteps(
  runs: readonly string[],
  keys: readonly string[],
  steps: readonly number[],
  from: number,
  to: number,
  stride: number,
  isOn: boolean,
): readonly MediaSeries[] {
  const { api } = usePanelServices()
  const chunks = isOn && runs.length > 0 && keys.length > 0 ? stretches(steps, from, to, stride) : []
  const found = useQueries({
    queries: chunks.map(({ first, last }) => ({
      queryKey: ['media', api.path, runs, keys, first, last],
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const query: MediaQuery = { runs, keys, first_step: first, last_step: last + 1, steps_max: CHUNK_STEPS }
        return seriesOf(await readMedia(api.path, query, signal))
      },
      staleTime: FRESH_MS,
      refetchInterval: (query: Query<MediaSeries[]>) => askedAgainMs(query.state.data, query.state.dataUpdateCount),
      structuralSharing: false as const,
    })),
    combine: results => results.map(result => result.data),
  })
  // A new array of the same answers is no change. Their number stands first: lists of different lengths are compared as far as both go.
  // oxlint-disable-next-line react/exhaustive-deps
  return useMemo(() => joined(found), [found.length, ...found])
}

/** One series for each run and key, with the items of all answers. */
function joined(answers: readonly (readonly MediaSeries[] | undefined)[]): MediaSeries[] {
  const all = new Map<string, MediaSeries>()
  for (const answer of answers)
    for (const one of answer ?? []) {
      const name = `${one.run}\n${one.key}`
      const known = all.get(name)
      all.set(name, known ? { ...known, items: [...known.items, ...one.items] } : one)
    }
  return [...all.values()]
}

function useNews(isOn: boolean): void {
  const { api, entity, project } = usePanelServices()
  const client = useQueryClient()
  useEffect(() => {
    if (!isOn) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const news = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined
        void client.invalidateQueries({ queryKey: ['media', api.path] }, { cancelRefetch: false })
      }, REFRESH_MS)
    }
    const stop = liveHub().watch(`${entity}/${project}`, hint => void (hint.kind === 'series' && news()), news)
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [client, api, entity, project, isOn])
}
