/**
 * Live values in text: `{{runs.count}}`, `{{runs.best.val/acc}}` (also `lowest`, `highest`, `mean`, `last`),
 * `{{runs.best.val/acc.run}}` for whose it is, `{{run.NAME.summary.x}}` and `{{run.NAME.config.lr}}` for one run by name or id.
 */

import { formatCount } from '../../charts/number'
import type { DefinedMetrics } from '../../data/definitions'
import { ExactInteger } from '../../data/exactIntegers'
import type { Run } from '../../data/project'
import { plural } from '../../ui/format'
import { goalOf } from '../columns'
import { figureOf } from '../kpi/figure'
import { type KpiAggregate, kpiKey } from '../kpi/schema'
import type { RunValues } from '../runValues'
import { valueText } from '../valueText'

export type LiveValue =
  | { kind: 'count' }
  | { kind: 'runs'; aggregate: KpiAggregate; metric: string; isName: boolean }
  | { kind: 'run'; run: string; key: string }

const AGGREGATES: Record<string, KpiAggregate> = {
  best: 'best',
  lowest: 'min',
  min: 'min',
  highest: 'max',
  max: 'max',
  mean: 'mean',
  last: 'last',
  count: 'count',
}

/** What stands between the braces; null: it is none of them. */
export function parseLive(text: string): LiveValue | null {
  const said = text.trim()
  if (said === 'runs.count') return { kind: 'count' }
  const runs = /^runs\.(\w+)\.(.+)$/.exec(said)
  if (runs) {
    const [, word = '', rest = ''] = runs
    const aggregate = AGGREGATES[word]
    if (!aggregate) return null
    const isName = rest.endsWith('.run')
    return { kind: 'runs', aggregate, metric: isName ? rest.slice(0, -4) : rest, isName }
  }
  // The run's name may hold dots: the key begins at the first section.
  const run = /^run\.(.+?)\.((?:summary|config|metrics)\..+)$/.exec(said)
  return run ? { kind: 'run', run: run[1] as string, key: run[2] as string } : null
}

export interface Wanted {
  /** Keys of all runs of the list. */
  keys: string[]
  /** Keys of named runs. */
  runKeys: string[]
  names: string[]
}

export function wantedBy(values: readonly (LiveValue | null)[], definitions: DefinedMetrics | undefined): Wanted {
  const keys = new Set<string>()
  const runKeys = new Set<string>()
  const names = new Set<string>()
  for (const value of values) {
    if (value?.kind === 'count') keys.add('name')
    else if (value?.kind === 'runs') keys.add(kpiKey(value, goalOf(value.metric, definitions).goal))
    else if (value?.kind === 'run') {
      runKeys.add(value.key)
      names.add(value.run)
    }
  }
  return { keys: [...keys].toSorted(), runKeys: [...runKeys].toSorted(), names: [...names].toSorted() }
}

export interface LiveAnswers {
  all: RunValues | null
  /** The newest first. */
  named: readonly Run[] | null
  definitions: DefinedMetrics | undefined
}

/** The value in words; null: not known yet. */
export function liveText(value: LiveValue, { all, named, definitions }: LiveAnswers): string | null {
  if (value.kind === 'count') return all ? formatCount(all.total) : null
  if (value.kind === 'runs') {
    if (!all) return null
    const { goal } = goalOf(value.metric, definitions)
    const figure = figureOf(all, kpiKey(value, goal), value.aggregate, goal)
    if (!figure) return '–'
    return value.isName ? (figure.holder?.name ?? plural(figure.runCount, 'run')) : valueText(figure.exact)
  }
  if (!named) return null
  const run = named.find(({ id, name }) => id === value.run || name === value.run)
  const found = run?.values?.[value.key]
  if (run === undefined || found === undefined || found === null) return '–'
  const digits = run.digits?.[value.key]
  return valueText(digits === undefined ? found : new ExactInteger(digits))
}
