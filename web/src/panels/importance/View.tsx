/** Parameter importance: the server fits a forest over the runs of the list, the same every time; this shows what it found. */

import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { ImportanceChart, type ImportanceModel, ROW_PX, HEAD_PX } from '../../charts/importanceChart'
import { formatCount } from '../../charts/number'
import type { PictureOptions } from '../../charts/picture'
import { api } from '../../data/client'
import { MenuItem } from '../../ui/Menu'
import { goalOf, useDefinitions, useRunColumns, usefulKeys } from '../columns'
import { usePanelServices, useRunSet } from '../context'
import type { Table } from '../files'
import { type PanelState, type Pill, PictureFrame, Unset } from '../frame'
import { keyTitle } from '../keys'
import type { PanelViewProps } from '../registry'
import { runSetBody } from '../runValues'
import type { ImportancePanel } from '../schema'
import { importanceTitle } from './schema'
import './importance.css'

/** `assay.wire.messages`, answer of `importance`. */
export interface ImportanceAnswer {
  run_count: number
  used_count: number
  warning: string
  /** Share of the metric's variance that the forest explains in runs it had not seen. */
  r2: number
  params: {
    key: string
    kind: string
    importance: number
    low: number
    high: number
    correlation: number | { pearson: number | null; spearman: number | null } | null
    by_kind: Record<string, number> | null
  }[]
  partial: { key: string; grid: number[] | string[]; mean: number[]; low: number[]; high: number[] } | null
}

const MOST = 12
const STALE_MS = 5 * 60_000
const PARTIAL_PX = 170

export function ImportanceView({ panel: given, isNear, isFull, intents }: PanelViewProps<ImportancePanel>) {
  const { api: project } = usePanelServices()
  const runSet = useRunSet()
  const columns = useRunColumns(isNear && !given.target)
  const definitions = useDefinitions(isNear)
  const panel = useMemo(() => {
    if (given.target || !columns) return given
    const { metric } = usefulKeys(columns, definitions)
    return metric ? { ...given, target: metric } : given
  }, [given, columns, definitions])
  const { target = '', aggregate, params = [], most = MOST, seed = 0, shown = '' } = panel
  const best = goalOf(target, definitions).goal === 'minimize' ? 'min' : 'max'
  const body = useMemo(
    () => ({
      ...runSetBody(runSet),
      target,
      aggregate: aggregate ?? best,
      params,
      seed,
      most,
      shown,
    }),
    [runSet, target, aggregate, best, params, seed, most, shown],
  )
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['importance', project.path, JSON.stringify(body)],
    queryFn: ({ signal }) => api.post<ImportanceAnswer>(`${project.path}/importance`, body, { signal }),
    enabled: isNear && target !== '',
    // What was found stays while another parameter is looked at.
    placeholderData: before => before,
    staleTime: STALE_MS,
  })
  const model = useMemo(() => (data ? modelOf(data, target, shown) : null), [data, target, shown])
  const title = importanceTitle(panel)
  const { onChange } = intents
  const make = useCallback(
    (host: HTMLElement, options: PictureOptions) =>
      new ImportanceChart(host, options, { onShow: key => onChange({ shown: key }) }),
    [onChange],
  )
  const state: PanelState =
    target === ''
      ? columns
        ? { status: 'empty', empty: <Unset intents={intents}>No metric is chosen</Unset> }
        : { status: 'waiting' }
      : data && data.params.length === 0
        ? { status: 'empty', empty: data.warning || 'No parameter of these runs differs' }
        : { status: data ? 'ready' : error ? 'failed' : 'waiting', error, onRetry: () => void refetch() }
  return (
    <PictureFrame<ImportanceModel>
      {...{ panel, title, isNear, isFull, intents, make, state, model }}
      className="importance-panel"
      pills={pillsOf(data)}
      summary={summaryOf(title, data)}
      keysHelp="Up and down walk through the parameters, Space shows how the metric goes with one."
      minHeightPx={HEAD_PX + (model?.rows.length ?? 0) * (ROW_PX - 4) + (model?.partial ? PARTIAL_PX : 0)}
      table={() => tableOf(data)}
      menu={
        <MenuItem icon="refresh" onSelect={() => void refetch()}>
          Compute again
        </MenuItem>
      }
      tools={isFetching ? <Computing /> : null}
      {...(data?.warning && data.params.length > 0
        ? { foot: <span className="importance-note">{data.warning}</span> }
        : {})}
    />
  )
}

/** How long it has been computing, from the first second on. */
function Computing() {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setSeconds(now => now + 1), 1000)
    return () => clearInterval(timer)
  }, [])
  return (
    <span className="importance-busy" role="status">
      {seconds > 0 ? `Computing, ${seconds} s` : ''}
    </span>
  )
}

/** Rank correlation where there is one: a parameter searched over powers of ten has no straight line. */
function correlationOf(correlation: ImportanceAnswer['params'][number]['correlation']): number | null {
  if (correlation === null || typeof correlation === 'number') return correlation
  return correlation.spearman ?? correlation.pearson
}

function modelOf(answer: ImportanceAnswer, target: string, shown: string): ImportanceModel {
  const { partial } = answer
  return {
    rows: answer.params.map(({ key, importance, low, high, correlation, by_kind: byKind }) => ({
      key,
      title: keyTitle(key),
      importance,
      low,
      high,
      correlation: correlationOf(correlation),
      byKind: Object.entries(byKind ?? {}).map(([kind, mean]) => ({ kind, mean })),
    })),
    shown: shown || (partial?.key ?? ''),
    partial: partial
      ? {
          title: keyTitle(partial.key),
          yTitle: `${keyTitle(target)}, all else equal`,
          grid: partial.grid,
          mean: partial.mean,
          low: partial.low,
          high: partial.high,
        }
      : null,
  }
}

function pillsOf(answer: ImportanceAnswer | undefined): Pill[] {
  if (!answer) return []
  const isSome = answer.used_count < answer.run_count
  const count = isSome
    ? `${formatCount(answer.used_count)} of ${formatCount(answer.run_count)} runs`
    : `${formatCount(answer.used_count)} runs`
  const pills: Pill[] = [
    {
      text: `from ${count}`,
      hint: isSome ? 'The others have no finite value of the metric.' : 'All runs of the list.',
    },
    {
      text: `explains ${Math.max(0, Math.round(answer.r2 * 100))} %`,
      hint: 'So much of the metric a random forest explains in runs it had not seen. Whiskers hold nine in ten bootstrap samples; the seed makes it the same every time.',
    },
  ]
  if (answer.warning) pills.push({ text: 'read with care', hint: answer.warning, isWarning: true })
  return pills
}

function summaryOf(title: string, answer: ImportanceAnswer | undefined): string {
  if (!answer) return title
  const said = answer.params.slice(0, 3).map(({ key, importance }) => `${keyTitle(key)} ${importance.toFixed(2)}`)
  return `${title}, from ${formatCount(answer.used_count)} runs, ${said.join(', ')}`
}

function tableOf(answer: ImportanceAnswer | undefined): Table {
  const numbers = ['Importance', 'Low', 'High', 'Correlation']
  return {
    columns: [{ name: 'Parameter' }, ...numbers.map(name => ({ name, isNumber: true })), { name: 'By kind' }],
    rows: (answer?.params ?? []).map(row => [
      keyTitle(row.key),
      row.importance,
      row.low,
      row.high,
      correlationOf(row.correlation),
      Object.entries(row.by_kind ?? {})
        .map(([kind, mean]) => `${kind} ${mean.toPrecision(4)}`)
        .join(', '),
    ]),
  }
}
