/**
 * Values of all runs of the list, column by column: what panels over runs draw. One request serves every panel that asks for the
 * same keys. Live hints read it again, at most every few seconds and the slower the longer an answer took; an answer that says
 * the same again changes no object, so nothing renders.
 */

import { type Column as ArrowColumn, tableFromIPC } from '@uwdata/flechette'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import { textsOf } from '../data/arrowTexts'
import { api } from '../data/client'
import { ExactInteger } from '../data/exactIntegers'
import { liveHub } from '../data/live/browser'
import { type RunSetQuestion, usePanelServices, useRunSet } from './context'

export interface NumberValues {
  kind: 'number'
  key: string
  /** NaN where there is none; `has` tells a NaN that was logged. */
  numbers: Float64Array
  has: Uint8Array
  /** All digits of whole numbers beyond 2^53, by row. */
  digits?: Readonly<Record<number, string>>
}

export interface TextValues {
  kind: 'text'
  key: string
  /** Null where there is none. */
  texts: readonly (string | null)[]
}

export type Values = NumberValues | TextValues

export interface RunValues {
  count: number
  /** Runs that match; above `count` the answer was cut at its limit. */
  total: number
  ids: readonly string[]
  names: readonly string[]
  /** Decides a run's colour. */
  ordinals: Float64Array
  states: readonly string[]
  byKey: ReadonlyMap<string, Values>
  /** What it was read from: equal bytes are an equal answer. */
  bytes: Uint8Array
}

export type RunValuesStatus = 'waiting' | 'ready' | 'failed'

export interface RunValuesAnswer {
  values: RunValues | null
  status: RunValuesStatus
  error: unknown
  retry: () => void
}

export const RUNS_MAX = 100_000
const REFRESH_MS = 3000
/** An answer that took a second is asked for again after ten. */
const REST_FACTOR = 10

/** The run set as the API takes it. */
export function runSetBody(set: RunSetQuestion): Record<string, unknown> {
  const { group: _group, baseline: _baseline, ...asked } = set
  return asked
}

export function decodeRunValues(bytes: Uint8Array): RunValues {
  const table = tableFromIPC(bytes, { useBigInt: false })
  const said = table.schema.metadata?.get('assay')
  if (!said) throw new Error('The answer is not a table of runs: its schema says nothing about them')
  const { total, keys } = JSON.parse(said) as { total: number; keys: string[] }
  const column = (name: string, place: number): ArrowColumn<unknown> => {
    const found = table.getChildAt(place)
    if (!found) throw new Error(`The answer is damaged: it has no column ${name}`)
    return found
  }
  const byKey = new Map<string, Values>()
  keys.forEach((key, i) => {
    const exact = table.schema.fields[i + 4]?.metadata?.get('exact')
    const digits = exact === undefined ? undefined : (JSON.parse(exact) as Record<number, string>)
    byKey.set(key, valuesOf(key, column(key, i + 4), table.numRows, digits))
  })
  const texts = (name: string, place: number): string[] => textsOf(column(name, place)).map(text => text ?? '')
  return {
    count: table.numRows,
    total,
    ids: texts('run', 0),
    names: texts('name', 1),
    ordinals: numbersOf(column('ordinal', 2), table.numRows).numbers,
    states: texts('state', 3),
    byKey,
    bytes,
  }
}

function valuesOf(
  key: string,
  column: ArrowColumn<unknown>,
  count: number,
  digits: Record<number, string> | undefined,
): Values {
  const sample = column.data.find(batch => batch.length > 0)
  const isNumber = sample === undefined || sample.values instanceof Float64Array
  if (!isNumber) return { kind: 'text', key, texts: textsOf(column) }
  return { kind: 'number', key, ...numbersOf(column, count), ...(digits ? { digits } : {}) }
}

function numbersOf(column: ArrowColumn<unknown>, count: number): { numbers: Float64Array; has: Uint8Array } {
  const numbers = new Float64Array(count)
  const has = new Uint8Array(count)
  let at = 0
  for (const batch of column.data) {
    // Without nulls there is no bitmap to look into.
    const isFull = batch.nullCount === 0
    if (isFull && batch.values instanceof Float64Array) {
      numbers.set(batch.values.subarray(0, batch.length), at)
      has.fill(1, at, at + batch.length)
      at += batch.length
      continue
    }
    for (let i = 0; i < batch.length; i++, at++) {
      const isThere = isFull || batch.isValid(i)
      has[at] = isThere ? 1 : 0
      numbers[at] = isThere ? Number(batch.values[i]) : Number.NaN
    }
  }
  return { numbers, has }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** `ids` asks for those runs only, whatever the list's filter; `isOn` false asks for nothing. */
export function useRunValues(
  keys: readonly string[],
  options: { isOn: boolean; ids?: readonly string[] | undefined },
): RunValuesAnswer {
  const { api: project, entity, project: name } = usePanelServices()
  const runSet = useRunSet()
  const client = useQueryClient()
  const { isOn, ids } = options
  const asked = keys.join('\n')
  const named = ids?.join('\n')
  const body = useMemo(() => {
    const set =
      named === undefined
        ? runSetBody(runSet)
        : { filter: '', search: '', sort: [], ids: named ? named.split('\n') : [] }
    return { ...set, keys: asked === '' ? [] : asked.split('\n'), limit: RUNS_MAX }
  }, [runSet, asked, named])
  const queryKey = useMemo(() => ['run-values', project.path, JSON.stringify(body)], [project, body])
  const tookMs = useRef(0)
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<RunValues> => {
      const from = performance.now()
      const bytes = await api.arrow(`${project.path}/runs/values`, body, { signal })
      tookMs.current = performance.now() - from
      const before = client.getQueryData<RunValues>(queryKey)
      return before && sameBytes(before.bytes, bytes) ? before : decodeRunValues(bytes)
    },
    enabled: isOn && keys.length > 0 && ids?.length !== 0,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    structuralSharing: false,
    notifyOnChangeProps: ['data', 'error'],
  })

  useEffect(() => {
    if (!isOn) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const news = (): void => {
      timer ??= setTimeout(
        () => {
          timer = undefined
          // A read that is under way is not begun again: on a slow machine none would ever end.
          void client.invalidateQueries({ queryKey }, { cancelRefetch: false })
        },
        Math.max(REFRESH_MS, tookMs.current * REST_FACTOR),
      )
    }
    const stop = liveHub().watch(`${entity}/${name}`, hint => void (hint.kind !== 'project' && news()), news)
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [client, queryKey, isOn, entity, name])

  return useMemo(
    () => ({
      values: data ?? null,
      status: data ? 'ready' : error ? 'failed' : 'waiting',
      error,
      retry: () => void refetch(),
    }),
    [data, error, refetch],
  )
}

/** One run's value of `key` as text or number; null where there is none. */
export function valueAt(values: Values | undefined, row: number): string | number | null {
  if (!values) return null
  if (values.kind === 'text') return values.texts[row] ?? null
  return values.has[row] ? (values.numbers[row] as number) : null
}

const BOOLEANS: ReadonlyMap<string | null, number> = new Map([
  ['true', 1],
  ['false', 0],
  [null, Number.NaN],
])

/** Numbers of `key`, NaN where there is none; booleans count as 1 and 0, as in expressions. Null where it has other texts. */
export function numbersFor(values: RunValues, key: string): Float64Array | null {
  const found = values.byKey.get(key)
  if (found?.kind !== 'text') return found?.numbers ?? null
  return found.texts.every(text => BOOLEANS.has(text))
    ? Float64Array.from(found.texts, text => BOOLEANS.get(text) as number)
    : null
}

/** One run's number of `key` with all its digits; a number where a double holds it. */
export function exactAt(values: RunValues, key: string, row: number): number | ExactInteger | undefined {
  const found = values.byKey.get(key)
  const digits = found?.kind === 'number' ? found.digits?.[row] : undefined
  return digits === undefined ? numbersFor(values, key)?.[row] : new ExactInteger(digits)
}
