/** A panel as the Python that makes it: what "Copy as code" puts on the clipboard. */

import type { PanelBase } from './schema'

const CLASSES: Record<string, string> = {
  line: 'LinePanel',
  bar: 'BarPanel',
  scatter: 'ScatterPanel',
  parallel: 'ParallelPanel',
  importance: 'ImportancePanel',
  comparer: 'ComparerPanel',
  code: 'CodePanel',
  kpi: 'KpiPanel',
  markdown: 'MarkdownPanel',
  histogram: 'HistogramPanel',
}

export function python(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : `float("${value}")`
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`
  const entries = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${python(one)}`)
  return `{${entries.join(', ')}}`
}

/** The panel's fields as keywords of its class; id and place are the view's business. */
export function panelCode(panel: PanelBase, entity: string, project: string): string {
  const { kind, id: _id, layout: _layout, ...fields } = panel as PanelBase & Record<string, unknown>
  const name = CLASSES[kind]
  if (!name) return `# ${kind} panels cannot be made from Python by this version.`
  const lines = Object.entries(fields).map(([key, value]) => `    ${key}=${python(value)},`)
  return [
    'from assay import workspace',
    '',
    `view = workspace.load(${JSON.stringify(`${entity}/${project}`)})`,
    `view.add(workspace.${name}(`,
    ...lines,
    '))',
    'view.save()',
    '',
  ].join('\n')
}
