/** How many different values each key has among the listed runs, and how they lie: what the column picker shows beside a key. */

import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { RunsApi, ValueColumn } from '../../../data/runs'
import { queryOf, type RunSet } from '../runSet'
import { fullKey } from './shown'
import type { Key } from './useKeys'

export interface Facts {
  distinct: number
  /** Counts of runs over the range of the numbers, or of the most frequent values. */
  bars: readonly number[]
}

/** Cells asked for at once: about three megabytes. */
const CELLS_MAX = 400_000
const BARS = 7

/** Facts of the keys in sight, and of those that were. `runCount`: over how many of the listed runs they were counted. */
export function useFacts(
  api: RunsApi,
  set: RunSet,
  keys: readonly string[],
): { facts: ReadonlyMap<string, Facts>; runCount: number; total: number } {
  const body = JSON.stringify(queryOf(set))
  const [seen, setSeen] = useState<{ body: string; facts: ReadonlyMap<string, Facts> }>({ body, facts: new Map() })
  const missing = keys.filter(key => seen.body !== body || !seen.facts.has(key))
  const limit = Math.max(200, Math.floor(CELLS_MAX / Math.max(1, missing.length)))
  const { data } = useQuery({
    queryKey: ['key-facts', api.path, body, missing.join('\n')],
    queryFn: ({ signal }) => api.values({ ...JSON.parse(body), sort: [] }, missing, limit, signal),
    enabled: missing.length > 0,
    staleTime: 20_000,
    retry: false,
  })
  const fresh = useMemo(
    () => new Map([...(data?.columns ?? [])].map(([key, column]) => [key, factsOf(column)])),
    [data],
  )
  if (fresh.size > 0 && [...fresh.keys()].some(key => seen.body !== body || !seen.facts.has(key))) {
    setSeen({ body, facts: new Map([...(seen.body === body ? seen.facts : []), ...fresh]) })
  }
  return { facts: seen.facts, runCount: data?.count ?? 0, total: data?.total ?? 0 }
}

const DIFFERING_MAX = 1000

/** Keys whose values differ among the listed runs, with what is known of them. Null while that is not known. */
export function useDiffering(
  api: RunsApi,
  set: RunSet,
): { keys: readonly Key[] | null; facts: ReadonlyMap<string, Facts> } {
  const { sort: _, ...body } = queryOf(set)
  const { data } = useQuery({
    queryKey: ['differing', api.path, JSON.stringify(body)],
    queryFn: ({ signal }) => api.differing(body, DIFFERING_MAX, signal),
    staleTime: 20_000,
    retry: false,
  })
  return useMemo(() => {
    const keys = new Map<string, Key>()
    const facts = new Map<string, Facts>()
    for (const { key, section, kinds, run_count, distinct_count, histogram = [], top = [] } of data ?? []) {
      if (section === 'system' || section === 'run') continue
      const full = fullKey(section, key)
      keys.set(full, { key: full, section, kinds, runCount: run_count, isDistinct: true })
      const bars = histogram.length > 0 ? histogram : top.slice(0, BARS).map(value => value.run_count)
      facts.set(full, { distinct: distinct_count, bars })
    }
    return { keys: data ? [...keys.values()] : null, facts }
  }, [data])
}

export function factsOf(column: ValueColumn): Facts {
  if (column.kind === 'number') {
    const numbers = column.numbers.filter(value => Number.isFinite(value))
    const distinct = new Set(column.numbers.filter((value, i) => column.has[i] === 1 || !Number.isNaN(value))).size
    return { distinct, bars: histogram(numbers) }
  }
  const counts = new Map<string, number>()
  for (const text of column.texts) if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1)
  const bars = [...counts.values()].toSorted((a, b) => b - a).slice(0, BARS)
  return { distinct: counts.size, bars }
}

function histogram(numbers: Float64Array): number[] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of numbers) {
    if (value < low) low = value
    if (value > high) high = value
  }
  if (!(low < high)) return numbers.length > 0 ? [numbers.length] : []
  // What spans decades, as learning rates do, lies on a logarithmic scale.
  const isLog = low > 0 && high / low > 50
  const at = (value: number): number =>
    isLog ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low)
  const bars = Array.from({ length: BARS }, () => 0)
  for (const value of numbers) {
    const bar = Math.min(BARS - 1, Math.floor(at(value) * BARS))
    bars[bar] = (bars[bar] ?? 0) + 1
  }
  return bars
}
