/** A line panel as Python: the query that reads its data again, and the panel itself for a view. Pure. */

import { python } from '../code'
import type { DrawnRun } from '../context'
import type { DrawnKeys, LinePanel } from './schema'

const RUNS_MAX = 100

export interface CodeFacts {
  entity: string
  project: string
  panel: LinePanel
  runs: readonly DrawnRun[]
  keys: DrawnKeys
  /** Steps that are looked at; null: all. */
  steps: readonly [number, number] | null
}

/** Metrics that a key needs: itself, or those that an expression names. */
function metricsOf(keys: DrawnKeys): string[] {
  const found = keys.keys.flatMap(({ key }) =>
    key.startsWith('=')
      ? [...key.matchAll(/\$\{([^}]*)\}/g)].map(each => each[1] as string).filter(name => !name.startsWith('config.'))
      : [key],
  )
  return [...new Set(found)]
}

export function lineCode({ entity, project, panel, runs, keys, steps }: CodeFacts): string {
  const path = `${entity}/${project}`
  const named = runs.slice(0, RUNS_MAX)
  const lines = ['import assay', '', 'api = assay.Api()', 'runs = [']
  for (const run of named) lines.push(`    ${python(`${path}/${run.id}`)},  # ${run.name.replaceAll(/[\r\n]/g, ' ')}`)
  lines.push(']')
  if (runs.length > named.length)
    lines.push(`# and ${runs.length - named.length} more: api.runs(${python(path)}) lists them all`)
  const range = steps ? `, min_step=${Math.max(0, Math.floor(steps[0]))}, max_step=${Math.ceil(steps[1])}` : ''
  lines.push(`rows = api.history(runs, keys=${python(metricsOf(keys))}${range}, format="pandas")`)
  for (const { key } of keys.keys)
    if (key.startsWith('=')) lines.push(`# drawn: ${key.slice(1).replaceAll(/[\r\n]/g, ' ')}`)
  const { kind: _kind, layout: _layout, y_zoom: _zoom, ...fields } = panel
  lines.push(
    '',
    '# The panel, for a view of your own:',
    'from assay import workspace',
    '',
    'panel = workspace.LinePanel(',
  )
  for (const [name, value] of Object.entries(fields)) lines.push(`    ${name}=${fieldCode(name, value)},`)
  lines.push(')', '')
  return lines.join('\n')
}

const CLASSES: Record<string, string> = { settings: 'Settings', grouping: 'Grouping' }

function fieldCode(name: string, value: unknown): string {
  if (name === 'y' && Array.isArray(value)) return `[${value.map(each => made('Y', each)).join(', ')}]`
  if (name === 'regions' && Array.isArray(value)) return `[${value.map(each => made('Region', each)).join(', ')}]`
  if (name === 'styles')
    return `{${Object.entries(value as object)
      .map(([key, each]) => `${python(key)}: ${made('LineStyle', each)}`)
      .join(', ')}}`
  const of = CLASSES[name]
  return of ? made(of, value) : python(value)
}

function made(name: string, fields: unknown): string {
  const given = Object.entries(fields as object).map(([key, value]) =>
    key === 'smoothing' ? `${key}=${made('Smoothing', value)}` : `${key}=${python(value)}`,
  )
  return `workspace.${name}(${given.join(', ')})`
}
