/** What runs define about their metrics: of one run as it said it, of several as the server lays it together. */

import type { components } from './api.gen'
import type { MetricDefinition } from './project'

/** What the definitions of some runs make of a metric. Shape: `assay.wire.messages.DefinedMetric`. */
export type DefinedMetric = Required<components['schemas']['DefinedMetric']>

export type DefinedMetrics = ReadonlyMap<string, DefinedMetric>

export const NOTHING_DEFINED: DefinedMetrics = new Map()

/** The definition of one run that names `key`, else the longest glob that matches it, of those that `wanted` takes. */
export function definitionFor(
  definitions: readonly MetricDefinition[] | undefined,
  key: string,
  wanted: (definition: MetricDefinition) => boolean = () => true,
): MetricDefinition | undefined {
  let best: MetricDefinition | undefined
  for (const known of definitions ?? []) {
    if (!wanted(known)) continue
    if (known.name === key) return known
    const isGlob = known.name.endsWith('*') && key.startsWith(known.name.slice(0, -1))
    if (isGlob && (!best || known.name.length > best.name.length)) best = known
  }
  return best
}
