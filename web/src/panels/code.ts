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
  media: 'MediaPanel',
  scene: 'ScenePanel',
  chart: 'ChartPanel',
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

/** A part that is a record of a class of its own. */
function made(name: string, fields: Record<string, unknown>): string {
  return `ws.${name}(${Object.entries(fields)
    .map(([key, value]) => `${key}=${python(value)}`)
    .join(', ')})`
}

function fieldCode(key: string, value: unknown): string {
  if (key === 'overlays') return made('Overlays', value as Record<string, unknown>)
  if (key !== 'axes' || !Array.isArray(value)) return python(value)
  return `[${(value as Record<string, unknown>[]).map(axis => made('ParallelAxis', axis)).join(', ')}]`
}

/** A view of one section that holds the panel; where it stands on the page is the view's business. */
export function panelCode(panel: PanelBase, entity: string, project: string): string {
  const { kind, layout: _layout, ...fields } = panel as PanelBase & Record<string, unknown>
  const name = CLASSES[kind]
  if (!name) return `# ${kind} panels cannot be made from Python by this version.`
  const lines = Object.entries(fields).map(([key, value]) => `    ${key}=${fieldCode(key, value)},`)
  return [
    'import assay.workspace as ws',
    '',
    `panel = ws.${name}(`,
    ...lines,
    ')',
    `board = ws.Workspace("From the page", ${JSON.stringify(`${entity}/${project}`)}, [ws.Section("Panels", [panel])])`,
    'board.save()',
    '',
  ].join('\n')
}
