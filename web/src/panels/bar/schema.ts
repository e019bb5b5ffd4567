/** A bar, box or violin panel as data. */

import { keyTitle, metricKey } from '../keys'
import type { BarPanel } from '../schema'

/** The key that is asked for: of a metric, the aggregate chosen; any other key as it stands. */
export function valueKeyOf({ value = '', aggregate = 'last' }: Pick<BarPanel, 'value' | 'aggregate'>): string {
  if (value === '' || /^(=|config\.|derived\.|summary\.)/.test(value)) return value
  const metric = value.startsWith('metrics.') ? value.slice(8) : value
  if (value.startsWith('metrics.') && /\.(last|min|max|mean|first|count)$/.test(metric)) return value
  return value.startsWith('metrics.') || aggregate !== 'last' ? metricKey(metric, aggregate) : value
}

export function barTitle(panel: BarPanel): string {
  if (panel.title) return panel.title
  if (!panel.value) return 'Bar chart'
  const by = panel.group?.length ? ` by ${panel.group.map(keyTitle).join(', ')}` : ''
  return `${keyTitle(valueKeyOf(panel))}${by}`
}
