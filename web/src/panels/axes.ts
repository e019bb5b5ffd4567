/** What a chart stands over where nobody chose an x axis: the metric that the definitions of its runs name. */

import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { type DefinedMetric, type DefinedMetrics, NOTHING_DEFINED } from '../data/definitions'
import type { Axis } from '../data/metricStore'
import type { ProjectApi } from '../data/project'
import type { DrawnRun } from './context'
import type { LinePanel, PanelBase } from './schema'

/** Metric → the metric that it stands over. */
export type MetricAxes = ReadonlyMap<string, string>

export const NO_AXES: MetricAxes = new Map()

/** A script may define its metrics after it began. */
const LIVE_MS = 10_000
/** Runs of one question. */
const RUNS_MAX = 1000

/** What these runs define together; undefined until it is known, and while the runs themselves are not (`isKnown`). The same map
 * while it says the same. */
export function useDefined(api: ProjectApi, runs: readonly DrawnRun[], isKnown: boolean): DefinedMetrics | undefined {
  const ids = useMemo(() => runs.slice(0, RUNS_MAX).map(run => run.id), [runs])
  const { data, isError } = useQuery({
    queryKey: ['defined', api.path, ids],
    // An answer like any other, if nobody has to be asked: panels without a run stay when the first one is drawn.
    queryFn: ({ signal }) => (ids.length === 0 ? [] : api.definitions(ids, signal)),
    enabled: isKnown,
    staleTime: LIVE_MS,
    refetchInterval: runs.some(run => run.isLive) ? LIVE_MS : false,
    // While another choice of runs is asked for, charts stay as they are.
    placeholderData: (before, query) => (query?.queryKey[1] === api.path ? before : undefined),
  })
  const text = isError && !data ? '[]' : data && JSON.stringify(data)
  return useMemo(() => (text === undefined ? undefined : byKey(JSON.parse(text) as DefinedMetric[])), [text])
}

export const byKey = (metrics: readonly DefinedMetric[]): DefinedMetrics =>
  metrics.length === 0 ? NOTHING_DEFINED : new Map(metrics.map(metric => [metric.key, metric]))

export function axesOf(defined: DefinedMetrics | undefined): MetricAxes {
  const axes = [...(defined?.values() ?? [])].flatMap(({ key, step_metric }) =>
    step_metric === '' ? [] : [[key, step_metric] as const],
  )
  return axes.length === 0 ? NO_AXES : new Map(axes)
}

/** The axis on which all metrics of a line panel are defined; undefined where they are not, or not on one. */
export function definedAxis(panel: PanelBase, axes: MetricAxes): Axis | undefined {
  if (panel.kind !== 'line' || axes.size === 0) return undefined
  const { channel = 'history', y } = panel as LinePanel
  if (channel !== 'history') return undefined
  const found = new Set(y.map(({ metric }) => (metric ? axes.get(metric) : undefined)))
  const [axis] = found
  return found.size === 1 && axis !== undefined ? `metric:${axis}` : undefined
}
