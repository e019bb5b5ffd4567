/** A figure as data, and its words. */

import { formatCount, formatDigits, formatDuration, formatValue } from '../../charts/number'
import type { DefinedMetrics } from '../../data/definitions'
import { ExactInteger } from '../../data/exactIntegers'
import type { Axis } from '../../data/metricStore'
import { metricKey } from '../keys'
import type { Goal, KpiPanel } from '../schema'

export type KpiAggregate = NonNullable<KpiPanel['aggregate']>

/** Which end of all runs counts: of `best` the goal says it; without one, the highest. */
export function endOf(aggregate: KpiAggregate, goal: Goal): 'min' | 'max' | null {
  if (aggregate === 'min' || (aggregate === 'best' && goal === 'minimize')) return 'min'
  return aggregate === 'max' || aggregate === 'best' ? 'max' : null
}

export function kpiKey(
  { metric = '', aggregate = 'best' }: Pick<KpiPanel, 'metric' | 'aggregate'>,
  goal: Goal,
): string {
  return metric === '' ? '' : metricKey(metric, endOf(aggregate, goal) ?? 'last')
}

export function kpiTitle(panel: KpiPanel, goal: Goal = ''): string {
  if (panel.title) return panel.title
  const { metric = '', aggregate = 'best' } = panel
  if (metric === '') return 'Figure'
  if (aggregate === 'last') return `${metric}, newest run`
  if (aggregate === 'mean') return `${metric}, mean`
  if (aggregate === 'count') return `Runs with ${metric}`
  if (aggregate === 'best' && goal === 'maximize') return `Best ${metric}`
  return endOf(aggregate, goal) === 'min' ? `Lowest ${metric}` : `Highest ${metric}`
}

/** `format`: empty for four digits, `%`, `duration`, `integer`, or `.N` for N decimals. A whole number beyond 2^53 has all its
 * digits, unless it is reckoned with. */
export function formatKpi(exact: number | ExactInteger, format = ''): string {
  if (exact instanceof ExactInteger && format !== '%' && format !== 'duration') return formatDigits(exact.toString())
  const value = Number(exact)
  if (!Number.isFinite(value)) return formatValue(value)
  if (format === '%') return `${formatValue(value * 100)} %`
  if (format === 'duration') return formatDuration(value)
  if (format === 'integer') return formatCount(value)
  const decimals = /^\.(\d{1,2})f?$/.exec(format)?.[1]
  return decimals === undefined ? formatValue(value) : value.toFixed(Number(decimals)).replace('-', '−')
}

/** What the curve stands over: the step, or the metric that its definition names, as in charts. */
export function curveAxis(metric: string, definitions: DefinedMetrics | undefined): Axis {
  const over = definitions?.get(metric)?.step_metric
  return over ? `metric:${over}` : 'step'
}

export type Tone = '' | 'warn' | 'bad'

/** Beyond a threshold, in the direction that the goal calls worse. Without a goal, higher is worse. */
export function toneOf(value: number, panel: Pick<KpiPanel, 'warn' | 'bad'>, goal: Goal): Tone {
  const isWorse = (limit: number | null | undefined): boolean =>
    limit !== null && limit !== undefined && (goal === 'maximize' ? value < limit : value > limit)
  return isWorse(panel.bad) ? 'bad' : isWorse(panel.warn) ? 'warn' : ''
}

/** `better` and `worse` by the goal; a figure without a goal is neither. */
export function deltaTone(delta: number, goal: Goal): 'better' | 'worse' | '' {
  if (goal === '' || delta === 0) return ''
  return delta > 0 === (goal === 'maximize') ? 'better' : 'worse'
}
