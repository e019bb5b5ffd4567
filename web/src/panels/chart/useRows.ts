/** The table of a chart: a row for each run, for each run and step, or of the tables that runs logged. */

import { useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { contentBytes } from '../../data/media'
import { type DrawnRun, usePanelServices } from '../context'
import { cellsAt } from '../media/layout'
import { useMediaAt } from '../media/useMedia'
import type { ChartValue } from '../media/values'
import { useRunValues, valueAt } from '../runValues'
import type { ChartPanel } from '../schema'
import { columnOf, type Row, rowsOfTable, ROWS_MOST } from './schema'

export interface RowsAnswer {
  rows: readonly Row[]
  /** Of a logged chart: what it says itself. */
  logged: ChartValue | null
  isWaiting: boolean
  /** Why there are no rows: those that cannot be read again stay. */
  error: unknown
  retry: () => void
}

const NO_ROWS: readonly Row[] = []
const RUNS_MAX = 100

export async function readTable(value: ChartValue, signal: AbortSignal): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await contentBytes(value.file.url, value.file.path, signal)))
}

export function useChartRows(
  panel: ChartPanel,
  runs: readonly DrawnRun[],
  step: number | null,
  isOn: boolean,
): RowsAnswer {
  const { source = 'runs', fields = NO_FIELDS, key = '', rows_most: most = ROWS_MOST } = panel
  const byRun = useRunRows(fields, isOn && source === 'runs', runs)
  const history = useHistoryRows(fields, runs, most, isOn && source === 'history')
  const logged = useLoggedRows(key, fields, runs, step, isOn && source === 'logged')
  return source === 'runs' ? byRun : source === 'history' ? history : logged
}

const NO_FIELDS: Readonly<Record<string, string>> = {}
/** What stands for the run itself. */
const isRunName = (key: string): boolean => key === 'run' || key === 'name'

function useRunRows(fields: Readonly<Record<string, string>>, isOn: boolean, runs: readonly DrawnRun[]): RowsAnswer {
  const asked = useMemo(
    () => [...new Set(Object.values(fields).filter(key => key !== '' && !isRunName(key)))],
    [fields],
  )
  const ids = useMemo(() => runs.map(run => run.id), [runs])
  const answer = useRunValues(asked.length > 0 ? asked : ONLY_NAMES, { isOn, ids })
  const { values, error, status, retry } = answer
  const rows = useMemo(() => {
    if (!values) return NO_ROWS
    return values.names.map((name, i): Row => {
      const row: Row = { run: name }
      for (const [slot, key] of Object.entries(fields))
        if (key !== '') row[columnOf(slot)] = isRunName(key) ? name : valueAt(values.byKey.get(key), i)
      return row
    })
  }, [values, fields])
  return {
    rows,
    logged: null,
    isWaiting: isOn && status === 'waiting' && runs.length > 0,
    error: values ? null : error,
    retry,
  }
}

const ONLY_NAMES = ['created_at']

function useHistoryRows(
  fields: Readonly<Record<string, string>>,
  runs: readonly DrawnRun[],
  most: number,
  isOn: boolean,
): RowsAnswer {
  const { api } = usePanelServices()
  const keys = useMemo(
    () => [...new Set(Object.values(fields).filter(key => key !== '' && key !== 'step' && !isRunName(key)))],
    [fields],
  )
  const ids = useMemo(() => runs.slice(0, RUNS_MAX).map(run => run.id), [runs])
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['chart-history', api.path, ids, keys, most],
    queryFn: ({ signal }) =>
      api.readSeries({ runs: ids, keys, x: 'step', buckets: most, channel: 'history', method: 'mean' }, signal),
    enabled: isOn && ids.length > 0 && keys.length > 0,
    refetchInterval: runs.some(run => run.isLive) ? 5000 : false,
    staleTime: 5000,
    structuralSharing: false,
  })
  const rows = useMemo(() => {
    if (!data) return NO_ROWS
    const names = new Map(runs.map(run => [run.id, run.name]))
    const made: Row[] = []
    for (const run of ids) {
      const bySteps = new Map<number, Record<string, number>>()
      for (const one of data) {
        if (one.run !== run) continue
        for (let i = 0; i < one.data.rows; i++) {
          const step = one.data.x[i] as number
          const known = bySteps.get(step)
          const value = one.data.mean[i] as number
          if (known) known[one.key] = value
          else bySteps.set(step, { [one.key]: value })
        }
      }
      for (const [step, values] of bySteps) {
        const row: Row = { run: names.get(run) ?? run }
        for (const [slot, key] of Object.entries(fields))
          if (key !== '')
            row[columnOf(slot)] = isRunName(key)
              ? (names.get(run) ?? run)
              : key === 'step'
                ? step
                : (values[key] ?? null)
        made.push(row)
      }
    }
    return made
  }, [data, ids, runs, fields])
  return {
    rows,
    logged: null,
    isWaiting: isOn && isPending && ids.length > 0 && keys.length > 0,
    error: data ? null : error,
    retry: () => void refetch(),
  }
}

function useLoggedRows(
  key: string,
  fields: Readonly<Record<string, string>>,
  runs: readonly DrawnRun[],
  step: number | null,
  isOn: boolean,
): RowsAnswer {
  const ids = useMemo(() => runs.slice(0, RUNS_MAX).map(run => run.id), [runs])
  const keys = useMemo(() => (key === '' ? [] : [key]), [key])
  const found = useMediaAt(ids, keys, step, isOn)
  const charts = useMemo(
    () =>
      runs.flatMap(run => {
        const value = cellsAt(found.series, run.id, keys, step)[0]?.value
        return value?.type === 'chart' && value.file.url !== '' ? [{ run, value }] : []
      }),
    [runs, found.series, keys, step],
  )
  const tables = useQueries({
    queries: charts.map(({ value }) => ({
      queryKey: ['chart-table', value.file.digest || value.file.url],
      queryFn: ({ signal }: { signal: AbortSignal }) => readTable(value, signal),
      staleTime: Number.POSITIVE_INFINITY,
      structuralSharing: false as const,
      retry: false as const,
    })),
    combine: results => ({
      data: results.map(result => result.data),
      error: results.find(result => result.error)?.error ?? null,
      failed: results.filter(result => result.error),
    }),
  })
  const rows = useMemo(
    () =>
      charts.flatMap(({ run, value }, i) => {
        const table = tables.data[i]
        if (table === undefined) return []
        const own = Object.fromEntries(Object.entries(fields).filter(([, column]) => column !== ''))
        const said = { ...value.fields, ...own }
        const read = rowsOfTable(table, said, { run: run.name })
        const asRun = Object.entries(said).flatMap(([slot, column]) => (isRunName(column) ? [columnOf(slot)] : []))
        return asRun.length === 0
          ? read
          : read.map(row => Object.assign({}, row, Object.fromEntries(asRun.map(slot => [slot, run.name]))))
      }),
    // A new array of the same answers is no change.
    // oxlint-disable-next-line react/exhaustive-deps
    [charts, fields, ...tables.data],
  )
  return {
    rows,
    logged: charts[0]?.value ?? null,
    isWaiting: found.isWaiting,
    error: found.error ?? tables.error,
    retry: () => {
      found.retry()
      for (const table of tables.failed) void table.refetch()
    },
  }
}
